"""Days in hospital: recorded, ended, taken back; reminders fall silent."""

import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from domain.protocol import Half
from factories import a_clinician, as_actor
from messages_of_a_study import EVENING, MORNING, PROTOCOLS, TODAY, a_family, a_trough_day, messages
from models.message import MessageKind
from models.participant import Participant
from models.site import Site, StaffRole
from models.visit import InpatientStay
from services import reminders
from services.actor import Actor
from services.errors import ConflictError, ForbiddenError, RefusedError
from services.inpatient import SaidStay, inpatient_days, record_stay, standing_stays
from services.reminder_check import still_wanted

NOW = MORNING - timedelta(hours=2)
DAY = timedelta(days=1)


@pytest.fixture
def child(session: Session) -> Participant:
    return a_family(session)[0]


@pytest.fixture
def nurse(session: Session, child: Participant) -> Actor:
    site = session.get_one(Site, child.site_id)
    return as_actor(session, a_clinician(session, site, StaffRole.COORDINATOR))


def stay(session: Session, actor: Actor, child: Participant, **said: Any) -> InpatientStay:
    values: dict[str, Any] = {"client_id": uuid.uuid4(), "from_on": date(2026, 3, 5)}
    return record_stay(session, actor, child, SaidStay(**(values | said)), now=NOW)[0]


def days(session: Session, child: Participant) -> list[int]:
    found = inpatient_days(session, child.id, date(2026, 3, 1), date(2026, 3, 12))
    return sorted(day.day for day in found)


def test_both_ends_are_days_in_hospital(session: Session, child: Participant, nurse: Actor) -> None:
    stay(session, nurse, child, until_on=date(2026, 3, 7))
    assert days(session, child) == [5, 6, 7]


def test_an_open_stay_lasts_until_it_is_ended_by_a_correction(
    session: Session, child: Participant, nurse: Actor
) -> None:
    row = stay(session, nurse, child)
    assert days(session, child) == [5, 6, 7, 8, 9, 10, 11, 12]
    ended = {"until_on": date(2026, 3, 6), "amends": row.public_id, "amend_reason": "went home"}
    end = stay(session, nurse, child, **ended)
    assert days(session, child) == [5, 6]
    assert [one.id for one in standing_stays(session, child.id)] == [end.id]
    with pytest.raises(RefusedError, match="already_corrected"):
        stay(session, nurse, child, **ended)


def test_a_stay_that_never_was_is_taken_back_and_stays_visible(
    session: Session, child: Participant, nurse: Actor
) -> None:
    row = stay(session, nurse, child)
    stay(session, nurse, child, never_was=True, amends=row.public_id, amend_reason="other child")
    assert days(session, child) == []
    assert list(standing_stays(session, child.id)) == []
    stay(session, nurse, child, until_on=date(2026, 3, 5))
    assert days(session, child) == [5]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"from_on": TODAY + DAY}, "in_the_future"),
        ({"until_on": TODAY + DAY}, "in_the_future"),
        ({"until_on": date(2026, 3, 4)}, "until_before_from"),
        ({"never_was": True}, "nothing_to_take_back"),
        ({"from_on": date(2026, 3, 1), "until_on": date(2026, 3, 2)}, "stays_overlap"),
        ({"from_on": date(2026, 2, 20)}, "stays_overlap"),
    ],
)
def test_what_is_refused(
    session: Session, child: Participant, nurse: Actor, said: dict[str, Any], code: str
) -> None:
    stay(session, nurse, child, from_on=date(2026, 3, 2), until_on=date(2026, 3, 3))
    with pytest.raises(RefusedError, match=code):
        stay(session, nurse, child, **said)


def test_the_same_form_twice_is_one_stay(
    session: Session, child: Participant, nurse: Actor
) -> None:
    one = uuid.uuid4()
    assert stay(session, nurse, child, client_id=one).id == (
        stay(session, nurse, child, client_id=one).id
    )
    with pytest.raises(ConflictError):
        stay(session, nurse, child, client_id=one, until_on=date(2026, 3, 6))


def test_a_monitor_records_no_stay(session: Session, child: Participant) -> None:
    site = session.get_one(Site, child.site_id)
    monitor = as_actor(session, a_clinician(session, site, StaffRole.MONITOR))
    with pytest.raises(ForbiddenError):
        stay(session, monitor, child)


def test_reminders_fall_silent_on_the_ward_also_those_planned_before(
    session: Session, child: Participant, nurse: Actor
) -> None:
    assert reminders.plan(session, PROTOCOLS, NOW) == 2
    stay(session, nurse, child)
    rows = messages(session)
    assert set(still_wanted(session, PROTOCOLS, rows).values()) == {"in_hospital"}
    assert reminders.plan(session, PROTOCOLS, NOW + DAY) == 0


def test_before_a_trough_the_evening_message_is_sent_to_who_is_at_home_by_then(
    session: Session, child: Participant, nurse: Actor
) -> None:
    a_trough_day(session, child, TODAY + DAY)
    stay(session, nurse, child, until_on=TODAY)
    reminders.plan(session, PROTOCOLS, EVENING - timedelta(hours=2))
    assert [(row.kind, row.half) for row in messages(session)][:1] == [
        (MessageKind.TROUGH_EVE, Half.EVENING)
    ]
