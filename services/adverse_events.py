"""Adverse events as clinicians decide them, with the history of their grade (CTCAE v4.03)."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.events import Criterion, EventError, Facts, GradeStep, check_facts, history
from domain.protocol import Protocol
from models.adverse_event import AdverseEvent, AdverseEventChange, AdverseEventGrade, Relatedness
from models.participant import Participant
from services.actor import Actor, account_of
from services.alerts import matter, raise_once
from services.audit import Act, plain, record
from services.errors import ConflictError, RefusedError
from services.local_today import today_of
from services.once import add_once


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
    NOT_APPLICABLE = "not_applicable"


class EventOutcome(StrEnum):
    RECOVERED = "recovered"
    RECOVERING = "recovering"
    NOT_RECOVERED = "not_recovered"
    SEQUELAE = "sequelae"
    FATAL = "fatal"
    UNKNOWN = "unknown"


RELATED = frozenset({Relatedness.POSSIBLE, Relatedness.PROBABLE, Relatedness.DEFINITE})
"""What counts as related to treatment where events are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidEvent:
    """An event as a clinician decided it; `verbatim` are the words it was reported in. It is
    serious when at least one of the criteria holds."""

    client_id: uuid.UUID
    term: str
    grade: int
    verbatim: str
    source: EventSource
    started_on: date
    ended_on: date | None = None
    serious_criteria: tuple[Criterion, ...] = ()
    relatedness: Relatedness
    action: Action
    outcome: EventOutcome
    baseline_grade: int | None = None


@dataclass(frozen=True, slots=True)
class EventView:
    """An event with the grades in force, in order, every grade row, and its changes."""

    event: AdverseEvent
    steps: tuple[GradeStep, ...]
    grades: tuple[AdverseEventGrade, ...]
    changes: tuple[AdverseEventChange, ...]

    @property
    def grade(self) -> int:
        """The grade in force last."""
        return self.steps[-1].grade

    @property
    def highest(self) -> int:
        return max(step.grade for step in self.steps)

    @property
    def is_open(self) -> bool:
        return self.event.ended_on is None

    @property
    def is_related(self) -> bool:
        return self.event.relatedness in RELATED


def record_event(
    session: Session,
    actor: Actor,
    participant: Participant,
    said: SaidEvent,
    *,
    protocol: Protocol,
    now: datetime,
) -> tuple[AdverseEvent, bool]:
    """Store an event with its first grade, or return the one the same form stored before.

    Raises RefusedError beside a field, ConflictError.
    """
    check(_facts(said), protocol, today=today_of(session, participant, now))
    key = {"participant_id": participant.id, "client_id": said.client_id}
    content = _content(said)
    row = AdverseEvent(
        **key,
        **content,
        ctcae_version=protocol.events.version,
        is_serious=bool(said.serious_criteria),
        recorded_at=now,
        recorded_by_id=account_of(actor),
    )
    row, is_new = add_once(session, row, key, {})
    if not is_new:
        _check_same(session, row, {**content, "grade": said.grade})
        return row, False
    add_grade(session, actor, row, GradeStep(said.grade, said.started_on), now=now)
    _trace(session, actor, participant, row, grade=said.grade, now=now)
    tell_serious(session, participant, row, said.grade, protocol=protocol, now=now)
    return row, True


def events_of(session: Session, participant: Participant) -> tuple[EventView, ...]:
    """All events of the child, the newest first; three queries."""
    return event_views(session, (participant.id,))


def event_views(session: Session, participant_ids: Sequence[int]) -> tuple[EventView, ...]:
    """All events of these children, the newest first, each with its history; three queries."""
    is_wanted = AdverseEvent.participant_id.in_(participant_ids)
    newest_first = (AdverseEvent.started_on.desc(), AdverseEvent.id.desc())
    events = session.scalars(select(AdverseEvent).where(is_wanted).order_by(*newest_first)).all()
    grades = _of_events(session, AdverseEventGrade, is_wanted)
    changes = _of_events(session, AdverseEventChange, is_wanted)
    return tuple(
        view(event, grades.get(event.id, []), changes.get(event.id, [])) for event in events
    )


def view_of(session: Session, event: AdverseEvent) -> EventView:
    """One event with its history."""
    is_it = AdverseEvent.id == event.id
    grades = _of_events(session, AdverseEventGrade, is_it)
    changes = _of_events(session, AdverseEventChange, is_it)
    return view(event, grades.get(event.id, []), changes.get(event.id, []))


def view(
    event: AdverseEvent,
    grades: Sequence[AdverseEventGrade],
    changes: Sequence[AdverseEventChange] = (),
) -> EventView:
    """`grades` and `changes` in the order they were recorded."""
    steps = history(event.started_on, [GradeStep(row.grade, row.from_on) for row in grades])
    return EventView(event, steps, tuple(grades), tuple(changes))


def criteria_of(event: AdverseEvent) -> tuple[Criterion, ...]:
    return tuple(Criterion(code) for code in event.serious_criteria or ())


def check(facts: Facts, protocol: Protocol, *, today: date) -> None:
    """Raises RefusedError: what the rules refuse, beside its field."""
    try:
        check_facts(facts, protocol.events, today=today)
    except EventError as error:
        raise refusal(error) from None


def refusal(error: EventError) -> RefusedError:
    """What a rule refused, as every use case refuses."""
    return RefusedError(error.code, error.field, **error.details)


def add_grade(
    session: Session, actor: Actor, event: AdverseEvent, step: GradeStep, *, now: datetime
) -> AdverseEventGrade:
    """Add a grade without asking whether it may be."""
    row = AdverseEventGrade(
        event_id=event.id,
        grade=step.grade,
        from_on=step.since_on,
        recorded_at=now,
        recorded_by_id=account_of(actor),
    )
    session.add(row)
    session.flush()
    return row


def tell_serious(
    session: Session,
    participant: Participant,
    event: AdverseEvent,
    grade: int,
    *,
    protocol: Protocol,
    now: datetime,
) -> None:
    """A serious event calls the clinic; once, however often it is changed afterwards."""
    if not event.is_serious:
        return
    facts = {
        "event": event.public_id,
        "term": event.term,
        "on": event.started_on,
        "grade": grade,
        "criteria": event.serious_criteria,
    }
    found = matter(protocol, "serious_event", str(event.id), facts)
    raise_once(session, participant, found, rule_version=protocol.key, now=now)


def _of_events(session: Session, table: Any, is_wanted: Any) -> Mapping[int, list[Any]]:
    """Rows of these events by the event, in the order recorded."""
    rows = session.scalars(
        select(table)
        .join(AdverseEvent, AdverseEvent.id == table.event_id)
        .where(is_wanted)
        .order_by(table.id)
    )
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.event_id, []).append(row)
    return found


def _facts(said: SaidEvent) -> Facts:
    return Facts(
        term=said.term,
        grades=(said.grade,),
        started_on=said.started_on,
        ended_on=said.ended_on,
        is_fatal=said.outcome is EventOutcome.FATAL,
        criteria=said.serious_criteria,
        baseline_grade=said.baseline_grade,
    )


def _content(said: SaidEvent) -> dict[str, Any]:
    return {
        "term": said.term,
        "verbatim": said.verbatim,
        "source": said.source.value,
        "started_on": said.started_on,
        "ended_on": said.ended_on,
        "serious_criteria": in_order(said.serious_criteria),
        "relatedness": said.relatedness,
        "action": said.action.value,
        "outcome": said.outcome.value,
        "baseline_grade": said.baseline_grade,
    }


def in_order(criteria: Sequence[Criterion]) -> list[str]:
    """As an event keeps them: each once, in the order of the list."""
    return [one.value for one in Criterion if one in criteria]


def _check_same(session: Session, event: AdverseEvent, offered: Mapping[str, object]) -> None:
    """The same form again must say what it said first, whatever was changed since."""
    found = view_of(session, event)
    first = {name: plain(getattr(event, name)) for name in offered if name != "grade"}
    for change in reversed(found.changes):
        first |= {name: old for name, old in change.old.items() if name in first}
    first["grade"] = found.grades[0].grade
    said = {name: plain(value) for name, value in offered.items()}
    if first != said:
        raise ConflictError(first=first, offered=said)


def _trace(
    session: Session,
    actor: Actor,
    participant: Participant,
    row: AdverseEvent,
    *,
    grade: int,
    now: datetime,
) -> None:
    names = ("term", "started_on", "ended_on", "serious_criteria", "relatedness", "action")
    act = Act(
        action="adverse_event.recorded",
        subject="adverse_event",
        subject_id=row.id,
        participant_id=participant.id,
        site_id=participant.site_id,
        new={name: getattr(row, name) for name in (*names, "outcome", "source", "verbatim")}
        | {"grade": grade, "ctcae_version": row.ctcae_version},
    )
    record(session, actor, act, now)
