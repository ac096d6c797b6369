"""What becomes of an adverse event later: another grade, or another fact, each with its trace."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.events import (
    DEATH_GRADE,
    Criterion,
    EventError,
    Facts,
    GradeStep,
    check_grade,
    check_step,
    grade_on,
)
from domain.protocol import Protocol
from models.adverse_event import AdverseEvent, AdverseEventChange, AdverseEventGrade
from models.participant import Participant
from services.actor import Actor, account_of
from services.adverse_events import (
    EventOutcome,
    EventView,
    add_grade,
    check,
    criteria_of,
    in_order,
    refusal,
    tell_serious,
    view_of,
)
from services.audit import Act, plain, record
from services.errors import ConflictError, RefusedError
from services.local_today import today_of
from services.once import new_client_id
from services.turns import take_turn

CHANGEABLE: Final = (
    *("term", "verbatim", "source", "started_on", "ended_on", "serious_criteria"),
    *("relatedness", "action", "outcome", "baseline_grade"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidGrade:
    """Another grade from a day on. To put another in the place of one of the same day, a reason."""

    grade: int
    since_on: date
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidChange:
    """`fields` holds the facts as they should be, by the names in CHANGEABLE."""

    client_id: uuid.UUID
    fields: Mapping[str, Any]
    reason: str


@dataclass(frozen=True, slots=True)
class Changing:
    """Whose event is changed, by whom, and when."""

    actor: Actor
    participant: Participant
    protocol: Protocol
    now: datetime


def regrade_event(
    session: Session, changing: Changing, event: AdverseEvent, said: SaidGrade
) -> tuple[AdverseEventGrade, bool]:
    """The event has another grade from a day on; the same one again changes nothing.

    Grade 5 makes the outcome fatal, and taking it back makes the outcome unknown. Raises
    RefusedError.
    """
    take_turn(session, event)
    found = view_of(session, event)
    replaced = next((step for step in found.steps if step.since_on == said.since_on), None)
    if replaced is not None and replaced.grade == said.grade:
        return next(row for row in reversed(found.grades) if row.from_on == said.since_on), False
    step = GradeStep(said.grade, said.since_on)
    _check_step(session, changing, found, step)
    if replaced is not None and not said.reason:
        raise RefusedError("reason_needed", "reason")
    row = add_grade(session, changing.actor, event, step, now=changing.now)
    act = Act(
        action="adverse_event.regraded",
        subject="adverse_event",
        subject_id=event.id,
        participant_id=event.participant_id,
        site_id=changing.participant.site_id,
        old={"grade": grade_on(found.steps, said.since_on)},
        new={"grade": said.grade, "since_on": said.since_on},
        reason=said.reason,
    )
    record(session, changing.actor, act, changing.now)
    _follow_death(session, changing, event, was=found.grade, reason=said.reason)
    return row, True


def change_event(
    session: Session, changing: Changing, event: AdverseEvent, said: SaidChange
) -> tuple[AdverseEventChange, bool]:
    """Change facts of an event with a reason; old and new stay.

    Raises RefusedError beside a field, ConflictError.
    """
    take_turn(session, event)
    earlier = session.scalar(
        select(AdverseEventChange).filter_by(event_id=event.id, client_id=said.client_id)
    )
    wanted = {name: _stored(value) for name, value in said.fields.items()}
    if earlier is not None:
        return _same(earlier, wanted, said.reason), False
    if not said.reason.strip():
        raise RefusedError("reason_needed", "reason")
    changed = {n: v for n, v in wanted.items() if plain(v) != plain(_now(event, n))}
    if not changed:
        raise RefusedError("nothing_changed")
    found = view_of(session, event)
    check(_facts(event, found, changed), changing.protocol, today=_today(session, changing))
    _check_end(found, changed.get("ended_on"))
    _keep_grade(session, changing, found, changed.get("started_on"))
    return _apply(session, changing, event, (said.client_id, said.reason, changed)), True


def _check_end(found: EventView, ended_on: date | None) -> None:
    if ended_on is not None and found.steps[-1].since_on > ended_on:
        raise RefusedError("grade_after_end", "ended_on")


def _check_step(session: Session, changing: Changing, found: EventView, step: GradeStep) -> None:
    event = found.event
    term = changing.protocol.events.term(event.term)
    days = (event.started_on, event.ended_on)
    try:
        if term is not None:
            check_grade(step.grade, term)
        check_step(step, found.steps, days, today=_today(session, changing))
    except EventError as error:
        raise refusal(error) from None


def _follow_death(
    session: Session, changing: Changing, event: AdverseEvent, *, was: int, reason: str | None
) -> None:
    """Outcome and criteria follow a grade 5 that came or was taken back."""
    grade = view_of(session, event).grade
    if (grade == DEATH_GRADE) == (was == DEATH_GRADE):
        return
    criteria = set(criteria_of(event)) - {Criterion.DEATH}
    is_death = grade == DEATH_GRADE
    changed = {
        "outcome": (EventOutcome.FATAL if is_death else EventOutcome.UNKNOWN).value,
        "serious_criteria": in_order([*criteria, *([Criterion.DEATH] if is_death else [])]),
    }
    why = reason or f"grade {grade}"
    _apply(session, changing, event, (new_client_id(), why, changed))


def _facts(event: AdverseEvent, found: EventView, changed: Mapping[str, Any]) -> Facts:
    """The event as it would stand."""

    def value(name: str) -> Any:
        return changed.get(name, getattr(event, name)) if name in changed else getattr(event, name)

    return Facts(
        term=value("term"),
        grades=tuple(step.grade for step in found.steps),
        started_on=value("started_on"),
        ended_on=value("ended_on"),
        is_fatal=value("outcome") == EventOutcome.FATAL,
        criteria=tuple(Criterion(code) for code in value("serious_criteria") or ()),
        baseline_grade=value("baseline_grade"),
    )


def _keep_grade(
    session: Session, changing: Changing, found: EventView, started_on: date | None
) -> None:
    """A start on another day keeps the grade that was in force then, or the first one."""
    if started_on is None or any(step.since_on == started_on for step in found.steps):
        return
    grade = grade_on(found.steps, started_on) or found.steps[0].grade
    step = GradeStep(grade, started_on)
    add_grade(session, changing.actor, found.event, step, now=changing.now)


def _apply(
    session: Session,
    changing: Changing,
    event: AdverseEvent,
    said: tuple[uuid.UUID, str, Mapping[str, Any]],
) -> AdverseEventChange:
    client_id, reason, changed = said
    old = {name: plain(_now(event, name)) for name in changed}
    new = {name: plain(value) for name, value in changed.items()}
    row = AdverseEventChange(
        client_id=client_id,
        event_id=event.id,
        old=old,
        new=new,
        reason=reason,
        recorded_at=changing.now,
        recorded_by_id=account_of(changing.actor),
    )
    session.add(row)
    for name, value in changed.items():
        setattr(event, name, value)
    event.is_serious = bool(event.serious_criteria)
    session.flush()
    act = Act(
        action="adverse_event.changed",
        subject="adverse_event",
        subject_id=event.id,
        participant_id=event.participant_id,
        site_id=changing.participant.site_id,
        old=old,
        new=new,
        reason=reason,
    )
    record(session, changing.actor, act, changing.now)
    grade = view_of(session, event).grade
    tell_serious(
        session, changing.participant, event, grade, protocol=changing.protocol, now=changing.now
    )
    return row


def _same(
    earlier: AdverseEventChange, wanted: Mapping[str, Any], reason: str
) -> AdverseEventChange:
    """The same form again; what it left as it was is in neither. Raises ConflictError."""
    offered = {name: plain(value) for name, value in wanted.items()}
    if reason != earlier.reason or any(offered.get(n) != v for n, v in earlier.new.items()):
        raise ConflictError(first=earlier.new, offered=offered)
    return earlier


def _stored(value: Any) -> Any:
    """Criteria as an event keeps them; everything else as it is."""
    return in_order(cast(tuple[Criterion, ...], value)) if isinstance(value, tuple) else value


def _now(event: AdverseEvent, name: str) -> Any:
    value = getattr(event, name)
    return value or [] if name == "serious_criteria" else value


def _today(session: Session, changing: Changing) -> date:
    return today_of(session, changing.participant, changing.now)
