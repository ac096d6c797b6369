"""Levels that follow from the doses, and the orders that follow from the levels."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from demo.kinetics import Body, level_at
from demo.stage import Story
from domain.adjustment import AdjustmentInputs, Proposal, Refusal, propose
from domain.dosing import completed_months, nearest_mark
from domain.level import Position
from domain.order_guards import Guard
from domain.orders import OrderKind, dose_changed_between, order_at
from domain.protocol import Half
from domain.slots import SlotKey, next_slot
from domain.trough import Finding
from models.laboratory import Level
from services.levels import SaidLevel, record_level
from services.orders import SaidOrder, write_order
from services.verdicts import JudgedLevel, verdict_of

ASSAY: Final = "LC-MS/MS"
QUANTIFIED_FROM: Final = Decimal("2.0")
# doses further back than this have left the body
_LAST_DOSES: Final = 40
# how much faster a growing body clears the drug, a month
_GROWTH: Final = 0.012
# how far the same child on the same dose strays, with the assay's own error
_FROM_DAY_TO_DAY: Final = 0.13


def draw_level(story: Story, drawn_at: datetime, told_at: datetime | None) -> SaidLevel:
    """What the laboratory will find in this sample: computed at the draw, from what went in."""
    body = story.body
    grown = Body(body.clearance * (1 + _GROWTH * story.month(drawn_at)), body.half_life)
    found = level_at(grown, story.really[-_LAST_DOSES:], drawn_at)
    reported = Decimal(f"{max(found * story.chance.gauss(1, _FROM_DAY_TO_DAY), 0.1):.1f}")
    quantified = reported >= QUANTIFIED_FROM
    return SaidLevel(
        client_id=story.id("level", drawn_at.date()),
        drawn_at=drawn_at,
        value=reported if quantified else None,
        below_loq=None if quantified else QUANTIFIED_FROM,
        assay=ASSAY,
        laboratory="Demo laboratory",
        last_dose_at=told_at,
        last_dose_told_by=story.carers[0].name if told_at else None,
    )


def report_level(story: Story, said: SaidLevel, now: datetime) -> None:
    """The result comes; a prescriber looks at it three hours later."""
    stage = story.stage
    row, _new = record_level(
        stage.session,
        story.people.coordinator,
        story.row,
        said,
        protocol=stage.protocol,
        now=now,
    )
    story.agenda.at(now + timedelta(hours=3), lambda at: _answer(story, row, at))


@dataclass(frozen=True, slots=True)
class _Wanted:
    ml: Decimal
    reason: str


def _answer(story: Story, row: Level, now: datetime) -> None:
    """A new order, where the level asks for one."""
    stage = story.stage
    judged = verdict_of(stage.session, story.row, row, protocol=stage.protocol, now=now)
    wanted = _wanted(story, judged, now)
    if wanted is None:
        return
    said = SaidOrder(
        client_id=story.id("order", now.date()),
        from_slot=next_slot(story.tables, now).key,
        reason=wanted.reason,
        given_ml=wanted.ml,
        confirmed=frozenset(Guard),
    )
    write_order(
        stage.session, story.people.prescriber, story.row, said, protocol=stage.protocol, now=now
    )
    story.reread_orders()


def _wanted(story: Story, judged: JudgedLevel, now: datetime) -> _Wanted | None:
    rules = story.stage.protocol.dosing
    inputs = _inputs(story, judged, now)
    answer = propose(inputs, rules)
    text = f"{judged.level.text} ng/mL"
    if isinstance(answer, Proposal):
        if answer.changes_nothing:
            return None
        return _Wanted(answer.dose.given_ml, f"{text}: by the formula")
    too_high = judged.position is Position.ABOVE and judged.headline is Finding.VALID
    if not too_high or inputs.current_ml is None or Refusal.DOSE_CHANGED_AFTER in answer.refusals:
        return None
    # where the formula may not speak (a young infant, a very high level) a person lowers the dose
    part = max(inputs.target.midpoint / judged.level.value, Decimal("0.5"))
    lower = nearest_mark(inputs.current_ml * part * rules.strength_mg_per_ml, rules)
    return _Wanted(lower.given_ml, f"{text}: lowered by hand, the formula does not apply")


def _inputs(story: Story, judged: JudgedLevel, now: datetime) -> AdjustmentInputs:
    drawn_on = story.day_of(judged.row.drawn_at)
    current = order_at(story.orders, next_slot(story.tables, now).key)
    verdict = judged.verdict
    changed = dose_changed_between(
        story.orders, SlotKey(drawn_on, Half.MORNING).shifted(-1), next_slot(story.tables, now).key
    )
    return AdjustmentInputs(
        current_ml=current.ml if current and current.kind is OrderKind.DOSE else None,
        level=judged.level,
        target=judged.target,
        valid_trough=judged.is_valid,
        days_on_dose=verdict.days_on_dose if verdict else None,
        changed_after_sample=changed,
        irregular_before=verdict is not None and Finding.IRREGULAR in verdict.reasons,
        interacting_drugs=(),
        age_months=completed_months(story.row.born_on, drawn_on),
    )
