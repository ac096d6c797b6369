"""Adverse events as clinicians decide them, with the history of their grade (CTCAE v4.03)."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.adverse_event import AdverseEvent, AdverseEventGrade, Relatedness
from models.participant import Participant
from services.actor import Actor, account_of
from services.audit import Act, record
from services.errors import RefusedError
from services.once import add_once
from services.results import check_day

CTCAE_VERSION: Final = "4.03"


class EventSource(StrEnum):
    DIARY = "diary"
    LAB = "lab"
    CLINIC = "clinic"


class Action(StrEnum):
    """What was done with sirolimus."""

    NONE = "none"
    REDUCED = "reduced"
    HELD = "held"
    STOPPED = "stopped"


class EventOutcome(StrEnum):
    RECOVERED = "recovered"
    RECOVERING = "recovering"
    NOT_RECOVERED = "not_recovered"
    SEQUELAE = "sequelae"
    FATAL = "fatal"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidEvent:
    """An event as a clinician decided it; `verbatim` are the words it was reported in."""

    client_id: uuid.UUID
    term: str
    grade: int
    verbatim: str
    source: EventSource
    started_on: date
    ended_on: date | None = None
    is_serious: bool = False
    relatedness: Relatedness
    action: Action
    outcome: EventOutcome


def record_event(
    session: Session, actor: Actor, participant: Participant, said: SaidEvent, *, now: datetime
) -> tuple[AdverseEvent, bool]:
    """Store an event with its first grade, or return the one the same form stored before.

    Raises RefusedError beside a field, ConflictError.
    """
    _check(said, now)
    key = {"participant_id": participant.id, "client_id": said.client_id}
    content = {
        "term": said.term,
        "ctcae_version": CTCAE_VERSION,
        "verbatim": said.verbatim,
        "source": said.source.value,
        "started_on": said.started_on,
        "ended_on": said.ended_on,
        "is_serious": said.is_serious,
        "relatedness": said.relatedness,
        "action": said.action.value,
        "outcome": said.outcome.value,
    }
    row = AdverseEvent(**key, **content, recorded_at=now, recorded_by_id=account_of(actor))
    row, new = add_once(session, row, key, content)
    if new:
        _add_grade(session, actor, row, (said.grade, said.started_on), now=now)
        act = Act(
            action="adverse_event.recorded",
            subject="adverse_event",
            subject_id=row.id,
            participant_id=participant.id,
            site_id=participant.site_id,
            new={**content, "grade": said.grade},
        )
        record(session, actor, act, now)
    return row, new


def regrade_event(
    session: Session,
    actor: Actor,
    event: AdverseEvent,
    new_grade: tuple[int, date],
    *,
    now: datetime,
) -> AdverseEventGrade:
    """The event has another grade from a day on. Raises RefusedError."""
    grade, from_on = new_grade
    _check_grade(grade)
    check_day(from_on, now, field="from_on")
    if from_on < event.started_on:
        raise RefusedError("ends_before_start", "from_on")
    row = _add_grade(session, actor, event, new_grade, now=now)
    act = Act(
        action="adverse_event.regraded",
        subject="adverse_event",
        subject_id=event.id,
        participant_id=event.participant_id,
        new={"grade": grade, "from_on": from_on},
    )
    record(session, actor, act, now)
    return row


def events_of(
    session: Session, participant: Participant
) -> tuple[tuple[AdverseEvent, tuple[AdverseEventGrade, ...]], ...]:
    """All events of the child, the newest first, each with its grades in order; two queries."""
    events: Sequence[AdverseEvent] = session.scalars(
        select(AdverseEvent)
        .where(AdverseEvent.participant_id == participant.id)
        .order_by(AdverseEvent.started_on.desc(), AdverseEvent.id.desc())
    ).all()
    grades = session.scalars(
        select(AdverseEventGrade)
        .join(AdverseEvent, AdverseEvent.id == AdverseEventGrade.event_id)
        .where(AdverseEvent.participant_id == participant.id)
        .order_by(AdverseEventGrade.from_on, AdverseEventGrade.id)
    ).all()
    return tuple(
        (event, tuple(grade for grade in grades if grade.event_id == event.id)) for event in events
    )


def _check(said: SaidEvent, now: datetime) -> None:
    _check_grade(said.grade)
    check_day(said.started_on, now, field="started_on")
    if said.ended_on is not None and said.ended_on < said.started_on:
        raise RefusedError("ends_before_start", "ended_on")


def _check_grade(grade: int) -> None:
    if not 1 <= grade <= 5:
        raise RefusedError("out_of_range", "grade")


def _add_grade(
    session: Session, actor: Actor, event: AdverseEvent, grade: tuple[int, date], *, now: datetime
) -> AdverseEventGrade:
    row = AdverseEventGrade(
        event_id=event.id,
        grade=grade[0],
        from_on=grade[1],
        recorded_at=now,
        recorded_by_id=account_of(actor),
    )
    session.add(row)
    session.flush()
    return row
