"""The small forms for a dose that was not as planned, and the question before a second one."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from a_family import EVENING, NOW, Family
from domain.entries import Outcome
from domain.protocol import Half
from models.attention import Alert
from models.dose import DoseEntry
from page_words import words
from plugins.app import FakeClock

At = Callable[[str], str]
Tap = Callable[..., TestResponse]


def rows(session: Session) -> list[DoseEntry]:
    return session.query(DoseEntry).order_by(DoseEntry.id).all()


def test_a_time_without_a_date_is_the_last_one_that_has_been(session: Session, tap: Tap) -> None:
    assert tap(taken_at="07:40").status_code == 303
    assert rows(session)[0].taken_at == NOW - timedelta(minutes=50)


def test_nobody_knows_the_time(session: Session, tap: Tap) -> None:
    assert tap(time_unknown="yes").status_code == 303
    assert rows(session)[0].taken_at is None


def test_a_part_is_recorded_in_ml(session: Session, tap: Tap) -> None:
    assert tap("partly", given_ml="0,2", taken_at="08:05").status_code == 303
    row = rows(session)[0]
    assert (row.outcome, row.given_ml) == (Outcome.PARTIAL, Decimal("0.2"))


def test_missed_is_recorded_with_its_reason(session: Session, tap: Tap) -> None:
    assert tap("missed", missed_reason="asleep", note="all night").status_code == 303
    row = rows(session)[0]
    assert (row.outcome, row.missed_reason, row.note) == (Outcome.MISSED, "asleep", "all night")


def test_vomiting_after_a_recorded_dose_asks_only_for_minutes(
    phone: FlaskClient, session: Session, family: Family, at: At, tap: Tap, clock: FakeClock
) -> None:
    tap()
    clock.advance(minutes=15)
    form = phone.get(at("doses/vomited?slot=2026-03-10-morning"))
    assert 'name="vomited_after_minutes"' in form.text
    assert 'name="taken_at"' not in form.text
    assert tap("vomited", vomited_after_minutes="12").status_code == 303
    assert rows(session)[1].vomited_after_minutes == 12
    assert "Vomited within 30 minutes of the dose: call the clinic." in words(phone.get(at("")))


@pytest.mark.parametrize(
    ("what", "fields", "wrong"),
    [
        ("given", {"taken_at": ""}, "taken_at"),
        ("given", {"taken_at": "8 o'clock"}, "taken_at"),
        ("given", {"slot": ""}, "slot"),
        ("given", {"slot": "2026-03-10-noon"}, "slot"),
        ("given", {"slot": "9999-12-31-evening"}, "slot"),
        ("given", {"slot": "0001-01-01-morning", "slot_asked": "yes"}, "slot"),
        ("given", {"slot": "2026-03-08-morning", "slot_asked": "yes"}, "taken_at"),
        ("given", {"note": "x" * 501}, "note"),
        ("partly", {"taken_at": "08:05"}, "given_ml"),
        ("partly", {"taken_at": "08:05", "given_ml": "0"}, "given_ml"),
        ("partly", {"taken_at": "08:05", "given_ml": "0.37"}, "given_ml"),
        ("partly", {"taken_at": "08:05", "given_ml": "-1"}, "given_ml"),
        ("partly", {"taken_at": "08:05", "given_ml": "a bit"}, "given_ml"),
        ("partly", {"given_ml": "0.2"}, "taken_at"),
        ("vomited", {"vomited_after_minutes": "1.5", "taken_at": "08:00"}, "vomited_after_minutes"),
        ("vomited", {"vomited_after_minutes": "-3", "taken_at": "08:00"}, "vomited_after_minutes"),
        ("vomited", {"vomited_after_minutes": "999", "taken_at": "08:00"}, "vomited_after_minutes"),
        ("missed", {}, "missed_reason"),
        ("missed", {"missed_reason": "aliens"}, "missed_reason"),
        (
            "missed",
            {"missed_reason": "asleep", "slot": "2026-03-10-evening"},
            "taken_at",
        ),
    ],
)
def test_a_form_that_is_not_right_comes_back_with_what_was_typed(
    session: Session, tap: Tap, what: str, fields: dict[str, str], wrong: str
) -> None:
    client_id = str(uuid.uuid4())
    answer = tap(what, client_id=client_id, **fields)
    assert answer.status_code == 422
    assert 'id="error-summary"' in answer.text
    assert f"#field-{wrong}" in answer.text
    assert client_id in answer.text
    assert fields.get("note", "")[:500] in answer.text
    assert rows(session) == []


def test_a_form_without_an_id_is_asked_for_again(session: Session, tap: Tap) -> None:
    assert tap(client_id="").status_code == 422
    assert tap(client_id="one").status_code == 422
    assert rows(session) == []


def test_near_the_border_the_reader_is_asked_which_dose(session: Session, tap: Tap) -> None:
    answer = tap(taken_at="20:10")
    assert answer.status_code == 422
    assert "Which dose was it?" in words(answer)
    assert 'name="slot_asked" value="yes"' in answer.text
    again = tap(taken_at="20:10", slot="2026-03-09-evening", slot_asked="yes")
    assert again.status_code == 303
    assert rows(session)[0].half is Half.EVENING


def test_whoever_insists_on_the_slot_gets_it(session: Session, tap: Tap) -> None:
    assert tap(taken_at="20:10", slot_asked="yes").status_code == 303
    assert rows(session)[0].half is Half.MORNING


# --- the same form twice


def test_the_same_tap_twice_is_one_dose(session: Session, tap: Tap, clock: FakeClock) -> None:
    client_id = str(uuid.uuid4())
    tap(client_id=client_id)
    clock.advance(seconds=3)
    assert tap(client_id=client_id).status_code == 303
    assert len(rows(session)) == 1


def test_the_same_id_with_other_content_shows_both(session: Session, tap: Tap) -> None:
    client_id = str(uuid.uuid4())
    tap(client_id=client_id)
    answer = tap("missed", client_id=client_id, missed_reason="ill")
    assert answer.status_code == 409
    said = words(answer)
    assert "What happened Given Missed" in said
    assert "The first one is kept" in said
    assert len(rows(session)) == 1


# --- a second dose, or too soon


def test_who_gave_it_and_when_is_said_before_a_second_dose(
    session: Session, family: Family, tap: Tap
) -> None:
    family.log(by=family.father, taken_at=NOW - timedelta(hours=1))
    answer = tap()
    assert answer.status_code == 409
    said = words(answer)
    assert "Dad gave this dose at 07:30. 1 h ago" in said
    assert "It is the same dose: nothing to add" in said
    assert len(rows(session)) == 1


def test_a_second_dose_is_recorded_with_its_reason_and_told_the_clinic(
    phone: FlaskClient, session: Session, family: Family, at: At, tap: Tap
) -> None:
    family.log(by=family.father, taken_at=NOW - timedelta(hours=1))
    answer = tap(second_dose="yes", second_dose_reason="spat it out")
    assert answer.status_code == 303
    assert rows(session)[1].is_second_dose
    assert [alert.code for alert in session.query(Alert)] == ["doubled"]
    said = words(phone.get(at("")))
    assert "A second dose is recorded and the clinic has been told." in said
    assert "Double" in said


def test_a_second_dose_without_a_reason_comes_back_to_the_question(
    session: Session, family: Family, tap: Tap
) -> None:
    family.log(by=family.father, taken_at=NOW - timedelta(hours=1))
    answer = tap(second_dose="yes")
    assert answer.status_code == 422
    assert "#field-second_dose_reason" in answer.text
    assert len(rows(session)) == 1


def test_both_parents_in_the_same_half_hour_are_witnesses(
    phone: FlaskClient, family: Family, at: At, tap: Tap
) -> None:
    family.log(by=family.father, taken_at=NOW - timedelta(minutes=20))
    assert tap().status_code == 303
    assert "Dad 08:10 · Mum 08:30" in words(phone.get(at("")))


def test_too_soon_is_asked_and_then_recorded(session: Session, family: Family, tap: Tap) -> None:
    family.log(slot=EVENING.shifted(-2), taken_at=NOW - timedelta(hours=3))
    answer = tap()
    assert answer.status_code == 409
    said = words(answer)
    assert "Mum gave the last dose at 05:30. 3 h ago" in said
    assert "The last dose was less than 8 hours ago." in said
    assert tap(knows_too_soon="yes").status_code == 303
    assert [alert.code for alert in session.query(Alert)] == ["too_soon"]
