"""Visits outside of the plan, and the reminders of a trough day that follow visits."""

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.protocol import Due, Half
from factories import a_clinician, as_actor
from messages_of_a_study import MORNING, PROTOCOLS, TODAY, a_family, messages
from models.message import MessageKind, MessageState
from models.participant import Participant
from models.site import Site, StaffRole
from models.visit import Visit, VisitState
from results_of_a_child import KHE
from services import reminders
from services.actor import Actor
from services.errors import ConflictError, ForbiddenError, RefusedError
from services.reminder_check import still_wanted
from services.unscheduled_visits import SaidVisit, add_visit
from services.visits import due_at_visit, is_outside_window, move, set_state, visits_of

NOW = MORNING - timedelta(hours=2)
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
def child(session: Session) -> Participant:
    return a_family(session)[0]


@pytest.fixture
def nurse(session: Session, child: Participant) -> Actor:
    site = session.get_one(Site, child.site_id)
    return as_actor(session, a_clinician(session, site, StaffRole.COORDINATOR))


def said(**changes: Any) -> SaidVisit:
    values: dict[str, Any] = {
        "client_id": uuid.uuid4(),
        "purpose": "rash",
        "on": TOMORROW,
        "due": (Due.PHOTOS,),
        "is_trough_day": False,
    }
    return SaidVisit(**(values | changes))


def add(session: Session, actor: Actor, child: Participant, **changes: Any) -> Visit:
    return add_visit(session, actor, child, said(**changes), protocol=KHE, now=NOW)[0]


def test_it_has_a_purpose_and_its_day_for_a_window(
    session: Session, child: Participant, nurse: Actor
) -> None:
    row = add(session, nurse, child)
    assert (row.code, row.purpose, row.is_unscheduled) == ("extra_1", "rash", True)
    assert (row.window_from, row.window_to) == (TOMORROW, TOMORROW)
    assert due_at_visit(row, KHE) == ("photos",)
    assert add(session, nurse, child, on=TODAY).code == "extra_2"


def test_the_same_form_twice_is_one_visit_and_other_words_are_a_conflict(
    session: Session, child: Participant, nurse: Actor
) -> None:
    once = said()
    first, created = add_visit(session, nurse, child, once, protocol=KHE, now=NOW)
    second, again = add_visit(session, nurse, child, once, protocol=KHE, now=NOW)
    assert (created, again, second.id) == (True, False, first.id)
    with pytest.raises(ConflictError):
        add(session, nurse, child, client_id=once.client_id, purpose="fever")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"purpose": " "}, "required"),
        ({"on": date(2026, 2, 1)}, "before_enrolment"),
    ],
)
def test_what_is_refused(
    session: Session, child: Participant, nurse: Actor, changes: dict[str, Any], code: str
) -> None:
    with pytest.raises(RefusedError, match=code):
        add(session, nurse, child, **changes)


def test_two_visits_never_lie_on_one_day(
    session: Session, child: Participant, nurse: Actor
) -> None:
    add(session, nurse, child)
    with pytest.raises(RefusedError, match="day_taken"):
        add(session, nurse, child)


def test_a_monitor_adds_nothing(session: Session, child: Participant) -> None:
    site = session.get_one(Site, child.site_id)
    monitor = as_actor(session, a_clinician(session, site, StaffRole.MONITOR))
    with pytest.raises(ForbiddenError):
        add(session, monitor, child)


def test_a_moved_one_takes_its_window_along(
    session: Session, child: Participant, nurse: Actor
) -> None:
    row = add(session, nurse, child)
    later = TOMORROW + timedelta(days=2)
    move(session, nurse, child, row.public_id, on=later, reason="snow", now=NOW)
    assert (row.window_from, row.state_reason, is_outside_window(row)) == (later, "snow", False)


# --- the reminder engine


def planned(session: Session, now: datetime = NOW) -> list[tuple[MessageKind, Any, Any]]:
    """What would be sent: planned, and still wanted when the facts are asked again."""
    reminders.plan(session, PROTOCOLS, now)
    rows = [row for row in messages(session) if row.state is MessageState.PLANNED]
    wanted = still_wanted(session, PROTOCOLS, rows)
    return [
        (row.kind, row.slot_on, row.half) for row in rows if not isinstance(wanted[row.id], str)
    ]


ORDINARY = [
    (MessageKind.DOSE, TODAY, Half.MORNING),
    (MessageKind.DOSE, TODAY, Half.EVENING),
]
WITH_TROUGH = [
    (MessageKind.DOSE, TODAY, Half.MORNING),
    (MessageKind.TROUGH_EVE, TODAY, Half.EVENING),
    (MessageKind.DOSE, TODAY, Half.EVENING),
]


def test_an_added_trough_day_brings_its_own_reminders_and_silences_the_ordinary_one(
    session: Session, child: Participant, nurse: Actor
) -> None:
    assert planned(session) == ORDINARY
    row = add(session, nurse, child, is_trough_day=True)
    assert due_at_visit(row, KHE) == ("level", "photos")
    assert planned(session) == WITH_TROUGH
    at_night = NOW + timedelta(hours=20)
    late = planned(session, at_night)
    assert (MessageKind.TROUGH_MORNING, TOMORROW, Half.MORNING) in late
    assert (MessageKind.DOSE, TOMORROW, Half.MORNING) not in late


def test_a_visit_without_blood_changes_no_reminder(
    session: Session, child: Participant, nurse: Actor
) -> None:
    add(session, nurse, child)
    assert planned(session) == ORDINARY


def test_moving_the_trough_day_moves_its_reminders(
    session: Session, child: Participant, nurse: Actor
) -> None:
    row = add(session, nurse, child, is_trough_day=True)
    at_night = NOW + timedelta(hours=20)
    planned(session)
    planned(session, at_night)
    later = TOMORROW + timedelta(days=3)
    move(session, nurse, child, row.public_id, on=later, reason="snow", now=at_night)
    after = planned(session, at_night)
    assert (MessageKind.DOSE, TOMORROW, Half.MORNING) in after
    assert not {MessageKind.TROUGH_EVE, MessageKind.TROUGH_MORNING} & {kind for kind, *_ in after}


@pytest.mark.parametrize("state", [VisitState.DONE, VisitState.MISSED])
def test_a_trough_day_that_is_over_asks_nobody_to_wait(
    session: Session, child: Participant, nurse: Actor, state: VisitState
) -> None:
    row = add(session, nurse, child, on=TODAY, is_trough_day=True)
    before = planned(session)
    assert (MessageKind.TROUGH_MORNING, TODAY, Half.MORNING) in before
    assert (MessageKind.DOSE, TODAY, Half.MORNING) not in before
    set_state(session, nurse, child, row.public_id, state=state, reason="ill", now=NOW)
    after = planned(session)
    assert (MessageKind.TROUGH_MORNING, TODAY, Half.MORNING) not in after
    assert (MessageKind.DOSE, TODAY, Half.MORNING) in after
    set_state(session, nurse, child, row.public_id, state=VisitState.PLANNED, now=NOW)
    assert planned(session) == before


def test_the_day_is_that_on_the_familys_wall(
    session: Session, child: Participant, nurse: Actor
) -> None:
    """07:00 in Shanghai is yesterday by UTC: yesterday is over there all the same."""
    early = datetime(2026, 3, 9, 23, 0, tzinfo=UTC)
    row = add(session, nurse, child, on=TOMORROW)
    with pytest.raises(RefusedError, match="visit_in_the_past"):
        move(session, nurse, child, row.public_id, on=date(2026, 3, 9), reason="x", now=early)
    move(session, nurse, child, row.public_id, on=TODAY, reason="x", now=early)
    assert session.scalars(select(Visit.on)).all() == [TODAY]
    assert visits_of(session, child.id)[0].id == row.id
