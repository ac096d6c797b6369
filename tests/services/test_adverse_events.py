import uuid
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from factories import a_clinician, a_participant, as_actor
from models.adverse_event import Relatedness
from models.audit import AuditEntry
from models.participant import Participant
from results_of_a_child import local
from services.actor import Actor
from services.adverse_events import (
    Action,
    EventOutcome,
    EventSource,
    SaidEvent,
    events_of,
    record_event,
    regrade_event,
)
from services.errors import ConflictError, RefusedError

NOW = local(date(2026, 3, 10), "09:00")


@pytest.fixture
def child(session: Session) -> Participant:
    return a_participant(session)


@pytest.fixture
def doctor(session: Session) -> Actor:
    return as_actor(session, a_clinician(session))


def an_event(**changes: Any) -> SaidEvent:
    values: dict[str, Any] = {
        "client_id": uuid.uuid4(),
        "term": "Mucositis oral",
        "grade": 1,
        "verbatim": "sore mouth",
        "source": EventSource.DIARY,
        "started_on": date(2026, 3, 5),
        "relatedness": Relatedness.PROBABLE,
        "action": Action.NONE,
        "outcome": EventOutcome.RECOVERING,
    }
    return SaidEvent(**(values | changes))


def test_an_event_keeps_its_grade_its_version_and_a_trail(
    session: Session, child: Participant, doctor: Actor
) -> None:
    record_event(session, doctor, child, an_event(grade=2), now=NOW)
    ((event, grades),) = events_of(session, child)
    assert (event.term, event.ctcae_version) == ("Mucositis oral", "4.03")
    assert [grade.grade for grade in grades] == [2]
    assert session.scalars(select(AuditEntry.action)).all() == ["adverse_event.recorded"]


def test_a_grade_changes_by_another_row(
    session: Session, child: Participant, doctor: Actor
) -> None:
    event, _ = record_event(session, doctor, child, an_event(), now=NOW)
    regrade_event(session, doctor, event, (3, date(2026, 3, 8)), now=NOW)
    ((_, grades),) = events_of(session, child)
    assert [(grade.grade, grade.from_on.day) for grade in grades] == [(1, 5), (3, 8)]
    with pytest.raises(RefusedError, match="ends_before_start"):
        regrade_event(session, doctor, event, (2, date(2026, 3, 4)), now=NOW)


@pytest.mark.parametrize("grade", [0, 6])
def test_grades_run_from_one_to_five(
    session: Session, child: Participant, doctor: Actor, grade: int
) -> None:
    with pytest.raises(RefusedError, match="out_of_range"):
        record_event(session, doctor, child, an_event(grade=grade), now=NOW)
    assert record_event(session, doctor, child, an_event(grade=5), now=NOW)[1]


def test_the_same_form_twice_stores_one_event(
    session: Session, child: Participant, doctor: Actor
) -> None:
    said = an_event()
    record_event(session, doctor, child, said, now=NOW)
    assert record_event(session, doctor, child, said, now=NOW)[1] is False
    other = an_event(client_id=said.client_id, term="Rash")
    with pytest.raises(ConflictError):
        record_event(session, doctor, child, other, now=NOW)


def test_events_of_another_child_stay_there(
    session: Session, child: Participant, doctor: Actor
) -> None:
    record_event(session, doctor, a_participant(session), an_event(), now=NOW)
    assert events_of(session, child) == ()
