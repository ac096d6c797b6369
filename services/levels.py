"""Sirolimus levels: recorded as reported, corrected by new rows."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.errors import DomainError
from domain.protocol import Protocol
from domain.reported import Comparator, read_reported
from domain.slots import local_date
from models.laboratory import Level
from models.participant import Participant
from services.actor import Actor, account_of
from services.audit import Act, record
from services.errors import RefusedError
from services.level_concerns import end_concern, raise_concern
from services.once import add_once, first_result
from services.results import amended_row, check_not_future, check_reason, standing
from services.timetables import timetables
from services.verdicts import arm_target, verdict_of


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidLevel:
    """A level as entered, ng/mL: `value`, or `below_loq` for a result printed as "<2.0".

    `last_dose_at` is what the person who drew the blood was told, by `last_dose_told_by`.
    `amends` is the public id of the level that this one corrects, with the reason.
    """

    client_id: uuid.UUID
    drawn_at: datetime
    value: Decimal | None = None
    below_loq: Decimal | None = None
    assay: str | None = None
    laboratory: str | None = None
    last_dose_at: datetime | None = None
    last_dose_told_by: str | None = None
    note: str | None = None
    amends: uuid.UUID | None = None
    amend_reason: str | None = None


def value_fields(text: str) -> dict[str, Decimal]:
    """ "11.2" → value, "<2.0" → below_loq: the fields of SaidLevel that a reported text fills.

    Raises RefusedError("not_a_level"): also for ">30", which no field can hold.
    """
    try:
        reported = read_reported(text)
    except DomainError:
        raise RefusedError("not_a_level", "level") from None
    match reported.comparator:
        case Comparator.EQUAL:
            return {"value": reported.value}
        case Comparator.BELOW:
            return {"below_loq": reported.value}
        case Comparator.ABOVE:
            raise RefusedError("not_a_level", "level")


def record_level(
    session: Session,
    actor: Actor,
    participant: Participant,
    said: SaidLevel,
    *,
    protocol: Protocol,
    now: datetime,
) -> tuple[Level, bool]:
    """Store a level (True), or return the one an earlier arrival of the same form stored (False).

    Raises RefusedError beside a field, ConflictError, NotFoundError for an unknown `amends`.
    Raises the alert that its tier of concern asks for, whatever the verdict (trial.md §3); a
    correction ends that of the level it corrects.
    """
    key = {"participant_id": participant.id, "client_id": said.client_id}
    content = _content(said)
    earlier = first_result(session, Level, key, content)
    if earlier is not None:
        return earlier, False
    arm_target(session, participant, protocol)
    _check(said, protocol, now)
    amended = amended_row(session, Level, participant, said.amends)
    _check_sample(session, participant, said.drawn_at, amended)
    row = Level(
        **key,
        **content,
        amends_id=amended.id if amended else None,
        amend_reason=said.amend_reason,
        recorded_at=now,
        recorded_by_id=account_of(actor),
    )
    row, new = add_once(session, row, key, content)
    if new:
        _audit(session, actor, row, amended=amended, site_id=participant.site_id, now=now)
        judged = verdict_of(session, participant, row, protocol=protocol, now=now)
        if amended is not None:
            end_concern(session, actor, participant, amended=amended, by=row, now=now)
        raise_concern(session, participant, judged, now)
    return row, new


def _content(said: SaidLevel) -> dict[str, Any]:
    return {
        "drawn_at": said.drawn_at,
        "value": said.value,
        "below_loq": said.below_loq,
        "assay": said.assay,
        "laboratory": said.laboratory,
        "last_dose_at": said.last_dose_at,
        "last_dose_told_by": said.last_dose_told_by,
        "note": said.note,
    }


def _check(said: SaidLevel, protocol: Protocol, now: datetime) -> None:
    told = said.value if said.value is not None else said.below_loq
    if told is None or (said.value is not None and said.below_loq is not None):
        raise RefusedError("not_a_level", "level")
    if not told.is_finite() or not protocol.plausible.level_ng_ml.contains(told):
        raise RefusedError("out_of_range", "level")
    check_not_future(said.drawn_at, protocol, now, field="drawn_on")
    if (said.last_dose_at is None) != (said.last_dose_told_by is None):
        raise RefusedError("told_needs_both", "last_dose_told_by")
    if said.last_dose_at is not None and said.last_dose_at >= said.drawn_at:
        raise RefusedError("last_dose_after_draw", "last_dose_on")
    check_reason(said.amends, said.amend_reason)


def _check_sample(
    session: Session, participant: Participant, drawn_at: datetime, amended: Level | None
) -> None:
    """Raises RefusedError for blood drawn before the child was born or enrolled, and for a second
    level of one sample: that would count twice."""
    tables = timetables(session, participant.id)
    drawn_on = local_date(tables, drawn_at) if tables else drawn_at.date()
    if drawn_on < participant.born_on:
        raise RefusedError("drawn_before_birth", "drawn_on")
    if drawn_on < participant.enrolled_on:
        raise RefusedError("drawn_before_enrolment", "drawn_on")
    rows = session.scalars(select(Level).where(Level.participant_id == participant.id))
    others = (row for row in standing(list(rows)) if row is not amended)
    if any(row.drawn_at == drawn_at for row in others):
        raise RefusedError("sample_has_a_level", "drawn_on")


def _audit(
    session: Session,
    actor: Actor,
    row: Level,
    *,
    amended: Level | None,
    site_id: int,
    now: datetime,
) -> None:
    fields = ("drawn_at", "value", "below_loq", "last_dose_at", "last_dose_told_by")
    act = Act(
        action="level.corrected" if amended else "level.recorded",
        subject="level",
        subject_id=row.id,
        participant_id=row.participant_id,
        site_id=site_id,
        old={name: getattr(amended, name) for name in fields} if amended else None,
        new={name: getattr(row, name) for name in fields},
        reason=row.amend_reason,
    )
    record(session, actor, act, now)
