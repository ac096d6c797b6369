"""Levels that follow from the doses, and the orders that follow from the levels."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from demo.kinetics import Body, level_at
from demo.stage import Story
from domain.dosing import nearest_mark
from domain.level import Position
from domain.order_guards import Guard
from domain.protocol import DoseRules
from domain.slots import next_slot
from domain.trough import Finding
from models.laboratory import Level
from services.adjustments import Adjustment, adjustment
from services.levels import SaidLevel, record_level
from services.orders import SaidOrder, write_order

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


def _answer(story: Story, row: Level, now: datetime) -> None:
    """A new order, where the level asks for one."""
    stage = story.stage
    found = adjustment(stage.session, story.row, row, protocol=stage.protocol, now=now)
    said = SaidOrder(
        client_id=story.id("order", now.date()),
        from_slot=next_slot(story.tables, now).key,
        reason=f"{found.judged.level.text} ng/mL: by the formula",
        level=row.public_id,
        takes_proposal=True,
        confirmed=frozenset(Guard),
    )
    if found.proposal is None:
        by_hand = _lowered(found, stage.protocol.dosing)
        reason = f"{found.judged.level.text} ng/mL: lowered by hand, the formula does not apply"
        said = replace(said, takes_proposal=False, given_ml=by_hand, reason=reason)
    elif found.proposal.changes_nothing:
        return
    if said.takes_proposal or said.given_ml is not None:
        prescriber = story.people.prescriber
        write_order(stage.session, prescriber, story.row, said, protocol=stage.protocol, now=now)
        story.reread_orders()


def _lowered(found: Adjustment, rules: DoseRules) -> Decimal | None:
    """Where the formula may not speak (a young infant, a very high level) a person lowers the
    dose."""
    judged, inputs = found.judged, found.inputs
    too_high = judged.position is Position.ABOVE and judged.headline is Finding.VALID
    if not too_high or inputs.current_ml is None or inputs.changed_after_sample:
        return None
    part = max(inputs.target.midpoint / judged.level.value, Decimal("0.5"))
    return nearest_mark(inputs.current_ml * part * rules.strength_mg_per_ml, rules).given_ml
