"""The next dose by the formula: the stored facts brought together for `domain.adjustment`."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from domain.adjustment import AdjustmentInputs, Proposal, Refused, propose
from domain.dosing import DoseAmount, completed_months
from domain.errors import DomainError
from domain.orders import OrderStep, dose_changes_after, order_at
from domain.protocol import Protocol
from domain.slots import Timetable, local_date, nearest_slot
from domain.trough import Finding
from models.laboratory import Level
from models.participant import Participant
from services.audit import plain
from services.errors import RefusedError
from services.measurements import kept
from services.medicines import KnownMedicine, medicines_of
from services.order_history import order_history
from services.results import find_result
from services.starting_dose import arm_of
from services.timetables import timetables
from services.verdicts import JudgedLevel, verdict_of


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What the formula says to a level, with the facts it was asked with.

    `order` rules the dose time nearest to now. `medicines` are open at the sample or now and stop
    the formula; `unlisted` are open and nobody knows what they do.
    """

    judged: JudgedLevel
    answer: Proposal | Refused
    order: OrderStep | None
    medicines: tuple[KnownMedicine, ...]
    unlisted: tuple[KnownMedicine, ...]
    is_newest: bool
    max_step_fraction: Decimal
    rule_version: str

    @property
    def inputs(self) -> AdjustmentInputs:
        return self.answer.inputs

    @property
    def proposal(self) -> Proposal | None:
        return self.answer if isinstance(self.answer, Proposal) else None


def recent_levels(session: Session, participant: Participant, most: int) -> Sequence[Level]:
    """The levels drawn last, corrected ones left out, the newest first."""
    later = aliased(Level)
    return session.scalars(
        select(Level)
        .outerjoin(later, later.amends_id == Level.id)
        .where(Level.participant_id == participant.id, later.id.is_(None))
        .order_by(Level.drawn_at.desc(), Level.id.desc())
        .limit(most)
    ).all()


def newest_level(session: Session, participant: Participant) -> Level | None:
    """The level drawn last; None where there is none."""
    return next(iter(recent_levels(session, participant, 1)), None)


def level_named(session: Session, participant: Participant, public_id: uuid.UUID) -> Level:
    """The level asked for. Raises NotFoundError, RefusedError `already_corrected`."""
    level = find_result(session, Level, participant, public_id)
    if session.scalar(select(Level.id).where(Level.amends_id == level.id)) is not None:
        raise RefusedError("already_corrected")
    return level


def adjustment(
    session: Session, participant: Participant, level: Level, *, protocol: Protocol, now: datetime
) -> Adjustment:
    """Ask the formula what follows from a level (trial.md §2). Raises RefusedError `not_allocated`.

    The current dose is what the syringe gives now; a change counts as after the sample also when
    it is signed and still to come.
    """
    arm_of(session, participant, protocol)
    tables = timetables(session, participant.id)
    history = order_history(session, participant.id)
    judged = verdict_of(session, participant, level, protocol=protocol, now=now)
    days = tuple(local_date(tables, at) if tables else at.date() for at in (level.drawn_at, now))
    known = medicines_of(session, participant, protocol=protocol)
    taken = [medicine for medicine in known if any(medicine.is_open(on) for on in days)]
    stopping = tuple(medicine for medicine in taken if medicine.stops_formula)
    order = _order_now(history, tables, now)
    inputs = _inputs(
        judged,
        order,
        stopping,
        changed_after_sample=_changed_after(history, tables, judged),
        age_months=completed_months(participant.born_on, days[-1]),
    )
    newest = newest_level(session, participant)
    return Adjustment(
        judged=judged,
        answer=propose(inputs, protocol.dosing),
        order=order,
        medicines=stopping,
        unlisted=tuple(medicine for medicine in taken if medicine.listed is None),
        is_newest=newest is not None and newest.id == level.id,
        max_step_fraction=protocol.dosing.max_step_fraction,
        rule_version=protocol.key,
    )


def _inputs(
    judged: JudgedLevel,
    order: OrderStep | None,
    stopping: tuple[KnownMedicine, ...],
    *,
    changed_after_sample: bool,
    age_months: int,
) -> AdjustmentInputs:
    verdict = judged.verdict
    return AdjustmentInputs(
        current_ml=order.ml if order else None,
        level=judged.level,
        target=judged.target,
        valid_trough=judged.is_valid,
        days_on_dose=verdict.days_on_dose if verdict else None,
        changed_after_sample=changed_after_sample,
        irregular_before=verdict is not None and Finding.IRREGULAR in verdict.reasons,
        interacting_drugs=tuple(medicine.row.name for medicine in stopping),
        age_months=age_months,
    )


def _order_now(
    history: tuple[OrderStep, ...], tables: tuple[Timetable, ...], now: datetime
) -> OrderStep | None:
    try:
        return order_at(history, nearest_slot(tables, now).key)
    except DomainError:  # a child without dose times has no order that rules now
        return None


def _changed_after(
    history: tuple[OrderStep, ...], tables: tuple[Timetable, ...], judged: JudgedLevel
) -> bool:
    """After the dose that the level measures: the next slot may bring another one already."""
    if judged.verdict is None:
        return False
    state = judged.verdict.decisive.state
    last = state.key if state else nearest_slot(tables, judged.row.drawn_at).key.shifted(-1)
    return dose_changes_after(history, last)


def document_of(found: Adjustment) -> dict[str, Any]:
    """Everything a prescriber saw, as it is kept with the order and answered by the interface:
    decimals as text (computed ones with ten places), codes for reasons."""
    inputs, judged = found.inputs, found.judged
    shown = {
        "rule_version": found.rule_version,
        "level": judged.row.public_id,
        "result": judged.level.text,
        "drawn_at": judged.row.drawn_at,
        "is_newest_level": found.is_newest,
        "position": judged.position,
        "verdict": judged.headline,
        "verdict_by_rule": judged.verdict.headline if judged.verdict else Finding.CANNOT_SAY,
        "overruled": judged.overrule is not None,
        "target_low": inputs.target.low,
        "target_low_included": inputs.target.low_included,
        "target_high": inputs.target.high,
        "target_high_included": inputs.target.high_included,
        "current_ml": inputs.current_ml,
        "days_on_dose": inputs.days_on_dose,
        "changed_after_sample": inputs.changed_after_sample,
        "irregular_before": inputs.irregular_before,
        "interacting_medicines": inputs.interacting_drugs,
        "unknown_medicines": tuple(medicine.row.name for medicine in found.unlisted),
        "age_months": inputs.age_months,
        "max_step_fraction": found.max_step_fraction,
        "refusals": () if isinstance(found.answer, Proposal) else found.answer.refusals,
        "proposal": _proposed(found.proposal),
    }
    document: dict[str, Any] = plain(shown)
    return document


def _proposed(proposal: Proposal | None) -> dict[str, object] | None:
    if proposal is None:
        return None
    return {
        "current_mg": kept(proposal.current_mg),
        "target_level": proposal.target_level,
        "by_formula_mg": kept(proposal.by_formula_mg),
        "capped": proposal.capped,
        **_amount(proposal.dose),
        "at_low_end": _amount(proposal.at_low_end),
        "at_high_end": _amount(proposal.at_high_end),
        "predicted_level": kept(proposal.predicted_level),
        "changes_nothing": proposal.changes_nothing,
    }


def _amount(amount: DoseAmount) -> dict[str, object]:
    return {
        "prescribed_mg": kept(amount.prescribed_mg),
        "given_ml": amount.given_ml,
        "given_mg": amount.given_mg,
        "rounding_error_mg": kept(amount.rounding_error_mg),
    }
