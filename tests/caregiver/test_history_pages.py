"""The month, the day, corrections and requests, and the pages under More."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from a_family import EVENING, MORNING, NOW, Family
from domain.entries import Outcome
from models.dose import CorrectionRequest, DoseEntry
from page_words import words
from plugins.app import FakeClock
from services.preferences import wants_messages

At = Callable[[str], str]


def a_change(**fields: str) -> dict[str, str]:
    values = {
        "client_id": str(uuid.uuid4()),
        "outcome": "missed",
        "missed_reason": "refused",
        "slot": "2026-03-10-morning",
        "reason": "wrong button",
    }
    return values | fields


@pytest.fixture
def entry(family: Family) -> DoseEntry:
    return family.log().entry


def test_the_month_marks_each_day_with_icon_and_word(
    phone: FlaskClient, family: Family, at: At
) -> None:
    family.log(slot=EVENING.shifted(-2), outcome=Outcome.MISSED, missed_reason="ill")
    said = words(phone.get(at("history")))
    assert "March 2026" in said
    assert "9 Unknown Missed Missed" in said
    assert "10 Due now Not yet Due" in said


@pytest.mark.parametrize(
    ("month", "title"),
    [
        ("2026-02", "February 2026"),
        ("2025-01", "February 2026"),
        ("2027-01", "March 2026"),
        ("soon", "March 2026"),
        ("0000-00", "March 2026"),
        ("9999-12", "March 2026"),
    ],
)
def test_a_month_outside_of_the_study_is_the_nearest_one(
    phone: FlaskClient, at: At, month: str, title: str
) -> None:
    assert title in words(phone.get(at(f"history?month={month}")))


def test_a_day_shows_every_entry_with_all_its_times(
    phone: FlaskClient, family: Family, at: At
) -> None:
    first = family.log(by=family.father, taken_at=NOW - timedelta(minutes=25)).entry
    family.correct(first, by=family.mother, taken_at=NOW, reason="later than that")
    said = words(phone.get(at("history/2026-03-10")))
    assert "Given 0.36 mL · 08:05 Dad, on this page Entered 10 Mar 2026, 08:30" in said
    assert "Corrected or taken back; it does not count any more." in said
    assert "Given 0.36 mL · 08:30 Mum" in said
    assert "Why it was changed: later than that" in said


def test_a_correction_is_added_and_the_old_entry_stays(
    phone: FlaskClient, session: Session, at: At, entry: DoseEntry
) -> None:
    address = at(f"entries/{entry.public_id}/correct")
    assert 'value="08:30"' in phone.get(address).text
    answer = phone.post(address, data=a_change())
    assert (answer.status_code, answer.location) == (303, at("history/2026-03-10"))
    rows = session.query(DoseEntry).order_by(DoseEntry.id).all()
    assert [(row.outcome, row.amends_id) for row in rows] == [
        (Outcome.GIVEN, None),
        (Outcome.MISSED, entry.id),
    ]


def test_a_corrected_time_is_the_one_nearest_to_the_slot(
    phone: FlaskClient, session: Session, at: At, entry: DoseEntry
) -> None:
    data = a_change(outcome="given", missed_reason="", taken_at="07:45")
    assert phone.post(at(f"entries/{entry.public_id}/correct"), data=data).status_code == 303
    newest = session.query(DoseEntry).order_by(DoseEntry.id.desc()).first()
    assert newest is not None
    assert newest.taken_at == NOW - timedelta(minutes=45)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"reason": ""}, "reason"),
        ({"reason": "x" * 501}, "reason"),
        ({"outcome": ""}, "outcome"),
        ({"outcome": "eaten"}, "outcome"),
        ({"missed_reason": ""}, "missed_reason"),
        ({"outcome": "partial", "given_ml": ""}, "given_ml"),
        ({"outcome": "partial", "given_ml": "3"}, "given_ml"),
        ({"outcome": "given", "taken_at": "late"}, "taken_at"),
        ({"outcome": "given", "taken_at": "09:00"}, "taken_at"),
    ],
)
def test_a_correction_that_is_not_right_comes_back(
    phone: FlaskClient,
    session: Session,
    at: At,
    entry: DoseEntry,
    fields: dict[str, str],
    wrong: str,
) -> None:
    answer = phone.post(at(f"entries/{entry.public_id}/correct"), data=a_change(**fields))
    assert answer.status_code == 422
    assert f"#field-{wrong}" in answer.text
    assert session.query(DoseEntry).count() == 1


def test_a_correction_onto_another_dose_is_asked_first(
    phone: FlaskClient, session: Session, family: Family, at: At, entry: DoseEntry
) -> None:
    evening = EVENING.shifted(-2)
    family.log(slot=evening, taken_at=NOW - timedelta(hours=12))
    data = a_change(outcome="given", missed_reason="", taken_at="22:00", slot="2026-03-09-evening")
    address = at(f"entries/{entry.public_id}/correct")
    answer = phone.post(address, data=data)
    assert answer.status_code == 409
    assert "Mum gave a dose at 20:30." in words(answer)
    assert 'name="second_dose"' in answer.text
    assert phone.post(address, data=data | {"second_dose": "yes"}).status_code == 303
    assert session.query(DoseEntry).count() == 3


def test_an_old_entry_is_not_changed_but_asked_about(
    phone: FlaskClient, session: Session, at: At, entry: DoseEntry, clock: FakeClock
) -> None:
    clock.advance(days=2)
    address = at(f"entries/{entry.public_id}/correct")
    assert "Ask the study doctor" in words(phone.get(address))
    data = a_change()
    assert phone.post(address, data=data).status_code == 303
    assert phone.post(address, data=data).status_code == 303
    (request,) = session.query(CorrectionRequest).all()
    assert (request.slot_on, request.outcome) == (MORNING.on, Outcome.MISSED)
    assert session.query(DoseEntry).count() == 1
    assert "Waiting for the study doctor" in words(phone.get(at("history/2026-03-10")))


def test_a_day_nobody_wrote_about_can_be_asked_about(
    phone: FlaskClient, session: Session, at: At
) -> None:
    assert "Ask the study doctor to add it" in words(phone.get(at("history/2026-03-01")))
    data = a_change(outcome="given", slot="2026-03-01-morning", taken_at="08:20", missed_reason="")
    address = at("slots/2026-03-01-morning/ask")
    assert phone.post(address, data=data).status_code == 303
    (request,) = session.query(CorrectionRequest).all()
    assert request.taken_at == NOW - timedelta(days=9, minutes=10)
    assert phone.post(address, data=data | {"reason": "another"}).status_code == 409
    assert phone.post(address, data=data | {"reason": ""}).status_code == 422


def test_answers_are_the_words_of_the_protocol(phone: FlaskClient, family: Family, at: At) -> None:
    said = words(phone.get(at("answers")))
    assert "Never grapefruit or pomelo, and no juice of them." in said
    assert "Fever of 38.0 °C or more" in said
    assert "clinic has been told" not in said
    family.mother.locale = "zh"
    assert "切勿食用葡萄柚" in words(phone.get(at("answers")))


def test_reminders_are_turned_off_and_on_again(
    phone: FlaskClient, session: Session, family: Family, at: At
) -> None:
    number = family.mother.us_phone_number or ""
    assert phone.post(at("reminders"), data={"wants": "no"}).status_code == 303
    session.expire_all()
    assert not wants_messages(session, number)
    assert phone.post(at("reminders"), data={"wants": "yes"}).status_code == 303
    session.expire_all()
    assert wants_messages(session, number)


@pytest.mark.parametrize("typed", ["", "maybe"])
def test_a_choice_of_reminders_must_be_one(phone: FlaskClient, at: At, typed: str) -> None:
    assert phone.post(at("reminders"), data={"wants": typed}).status_code == 422
