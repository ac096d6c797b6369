"""The calendar file: right by RFC 5545, stable, and silent about what the visits are for."""

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from domain.protocol import Due
from factories import a_clinician, a_participant, as_actor
from models.participant import Participant
from models.site import Site
from models.visit import VisitState
from results_of_a_child import KHE
from services.actor import Actor
from services.calendar_file import calendar_file
from services.unscheduled_visits import SaidVisit, add_visit
from services.visits import move, plan, replan, set_state, visits_of

NOW = datetime(2026, 3, 10, 0, 30, tzinfo=UTC)


@pytest.fixture
def child(session: Session) -> Participant:
    return a_participant(session)


@pytest.fixture
def doctor(session: Session, child: Participant) -> Actor:
    return as_actor(session, a_clinician(session, session.get_one(Site, child.site_id)))


def events(text: str) -> dict[str, dict[str, str]]:
    """Day → the properties of its event, unfolded."""
    lines = text.replace("\r\n ", "").split("\r\n")
    found: dict[str, dict[str, str]] = {}
    event: dict[str, str] = {}
    for line in lines:
        if line == "BEGIN:VEVENT":
            event = {}
        elif line == "END:VEVENT":
            found[event["DTSTART;VALUE=DATE"]] = event
        elif ":" in line:
            name, _, value = line.partition(":")
            event[name] = value
    return found


def read(session: Session, child: Participant, summary: str = "Appointment") -> str:
    return calendar_file(session, child, summary=summary).decode()


def test_each_visit_is_a_whole_day_with_its_own_id(
    session: Session, child: Participant, doctor: Actor
) -> None:
    plan(session, doctor, child, protocol=KHE, first_dose_on=date(2026, 3, 1), now=NOW)
    text = read(session, child)
    assert text.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:")
    assert text.endswith("END:VCALENDAR\r\n")
    assert "\n" not in text.replace("\r\n", "")
    found = events(text)
    assert len(found) == len(visits_of(session, child.id))
    day_14 = visits_of(session, child.id)[1]
    assert found["20260315"] == {
        "UID": str(day_14.public_id),
        "DTSTAMP": "20260310T003000Z",
        "SEQUENCE": "0",
        "DTSTART;VALUE=DATE": "20260315",
        "DTEND;VALUE=DATE": "20260316",
        "SUMMARY": "Appointment",
        "STATUS": "CONFIRMED",
        "TRANSP": "TRANSPARENT",
    }


def test_a_moved_visit_keeps_its_id_and_counts_on(
    session: Session, child: Participant, doctor: Actor
) -> None:
    plan(session, doctor, child, protocol=KHE, first_dose_on=date(2026, 3, 1), now=NOW)
    row = visits_of(session, child.id)[1]
    later = NOW + timedelta(hours=1)
    move(session, doctor, child, row.public_id, on=date(2026, 3, 17), reason="x", now=later)
    found = events(read(session, child))
    assert "20260315" not in found
    moved = found["20260317"]
    assert (moved["UID"], moved["SEQUENCE"]) == (str(row.public_id), "1")
    assert moved["DTSTAMP"] == "20260310T013000Z"
    assert found["20260401"]["SEQUENCE"] == "0"
    replan(session, doctor, child, protocol=KHE, first_dose_on=date(2026, 3, 2), now=later)
    assert events(read(session, child))["20260316"]["SEQUENCE"] == "2"


def test_a_missed_visit_is_cancelled(session: Session, child: Participant, doctor: Actor) -> None:
    plan(session, doctor, child, protocol=KHE, first_dose_on=date(2026, 3, 1), now=NOW)
    row = visits_of(session, child.id)[0]
    missed = VisitState.MISSED
    set_state(session, doctor, child, row.public_id, state=missed, reason="x", now=NOW)
    assert events(read(session, child))["20260301"]["STATUS"] == "CANCELLED"


def test_nothing_tells_of_child_purpose_or_study(
    session: Session, child: Participant, doctor: Actor
) -> None:
    said = SaidVisit(
        client_id=uuid.uuid4(),
        purpose="haematology",
        on=date(2026, 3, 20),
        due=(Due.LEVEL,),
        is_trough_day=True,
    )
    add_visit(session, doctor, child, said, protocol=KHE, now=NOW)
    text = read(session, child).lower()
    for word in ("haematology", child.call_name, child.study_number, "sirol", "level", "blood"):
        assert word.lower() not in text


def test_long_lines_are_folded_between_characters(
    session: Session, child: Participant, doctor: Actor
) -> None:
    plan(session, doctor, child, protocol=KHE, first_dose_on=date(2026, 3, 1), now=NOW)
    summary = "就诊安排；" * 20 + "a, b; c\\d"
    raw = calendar_file(session, child, summary=summary)
    assert max(map(len, raw.split(b"\r\n"))) <= 75
    escaped = "就诊安排；" * 20 + "a\\, b\\; c\\\\d"
    assert {event["SUMMARY"] for event in events(raw.decode()).values()} == {escaped}
