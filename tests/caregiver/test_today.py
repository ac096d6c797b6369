"""The first page of the diary: which dose is meant now, and what is offered."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from a_family import NOW, TODAY, Family
from domain.entries import Outcome
from domain.orders import OrderKind
from factories import (
    LONG_AGO,
    a_carer,
    a_guardianship,
    a_participant,
    an_order,
    sign_in_carer,
)
from models.dose import DoseEntry
from models.participant import Guardianship, ParticipantStatus
from models.visit import BloodDraw
from page_words import words
from plugins.app import FakeClock

At = Callable[[str], str]
Tap = Callable[..., TestResponse]


def test_the_only_child_opens_by_itself(phone: FlaskClient, at: At) -> None:
    answer = phone.get("/diary/")
    assert (answer.status_code, answer.location) == (303, at(""))


def test_several_children_are_a_choice(
    phone: FlaskClient, session: Session, family: Family
) -> None:
    a_guardianship(session, family.mother, a_participant(session, call_name="Anna"))
    said = words(phone.get("/diary/"))
    assert "Anna" in said
    assert "Lele" in said


def test_a_carer_without_a_child_is_told_what_to_do(client: FlaskClient, session: Session) -> None:
    sign_in_carer(client, a_carer(session))
    answer = client.get("/diary/")
    assert answer.status_code == 200
    assert "ask your study nurse" in words(answer)


def test_today_says_child_slot_amount_and_next_dose(phone: FlaskClient, at: At) -> None:
    said = words(phone.get(at("")))
    assert "Morning dose Tue 10 Mar, 08:00 Lele 0.36 mL Given" in said
    assert "Next dose Evening dose, Tue 10 Mar 20:00 · 0.36 mL · in 11 h 30 min" in said


def test_one_tap_records_the_dose_and_offers_undo(
    phone: FlaskClient, session: Session, family: Family, at: At, tap: Tap
) -> None:
    answer = tap()
    assert (answer.status_code, answer.location) == (303, at(""))
    (row,) = session.query(DoseEntry).all()
    assert (row.taken_at, row.entered_zone) == (NOW, "Asia/Shanghai")
    assert row.entered_by_id == family.mother.id
    said = words(phone.get(at("")))
    assert "Saved: Morning dose Undo" in said
    assert "0.36 mL · Mum 08:30" in said


def test_undo_opens_the_slot_again(
    phone: FlaskClient, session: Session, at: At, tap: Tap, clock: FakeClock
) -> None:
    tap()
    (row,) = session.query(DoseEntry).all()
    clock.advance(seconds=8)
    assert phone.post(at(f"entries/{row.public_id}/undo")).location == at("")
    said = words(phone.get(at("")))
    assert "Taken back." in said
    assert "0.36 mL Given" in said


def test_undo_that_comes_too_late_leads_to_the_correction(
    phone: FlaskClient, session: Session, at: At, tap: Tap, clock: FakeClock
) -> None:
    tap()
    (row,) = session.query(DoseEntry).all()
    clock.advance(seconds=71)
    answer = phone.post(at(f"entries/{row.public_id}/undo"), follow_redirects=True)
    assert "too late to undo" in words(answer)
    assert answer.request.path == at(f"entries/{row.public_id}/correct")
    assert session.query(DoseEntry).count() == 1


def test_the_undo_bar_is_only_for_who_made_the_entry(
    new_client: Callable[[], FlaskClient], family: Family, at: At, tap: Tap
) -> None:
    tap()
    father = new_client()
    sign_in_carer(father, family.father)
    assert "Undo" not in words(father.get(at("")))


@pytest.mark.parametrize(
    ("hour", "minute", "said"),
    [
        (6, 0, "Morning dose Tue 10 Mar, 08:00 Lele 0.36 mL Given"),
        (10, 1, "0.36 mL 2 h 1 min late The dose is late, but not more than 6 hours: give it now."),
        (14, 0, "6 h late"),
        (14, 1, "Not recorded The dose is more than 6 hours late: skip it."),
        (17, 59, "Morning dose Tue 10 Mar, 08:00 Lele 0.36 mL Not recorded"),
        (18, 0, "Evening dose Tue 10 Mar, 20:00 Lele 0.36 mL Given"),
    ],
)
def test_what_is_offered_follows_the_clock(
    phone: FlaskClient, at: At, clock: FakeClock, hour: int, minute: int, said: str
) -> None:
    clock.now = datetime(2026, 3, 9, 16, tzinfo=UTC) + timedelta(hours=hour, minutes=minute)
    assert said in words(phone.get(at("")))


def test_a_dose_that_is_too_late_has_no_big_button(
    phone: FlaskClient, at: At, clock: FakeClock
) -> None:
    clock.advance(hours=7)
    assert 'name="just_now"' not in phone.get(at("")).text


def test_a_hold_says_that_nothing_is_given(
    phone: FlaskClient, session: Session, family: Family, at: At
) -> None:
    an_order(
        session,
        family.child,
        kind=OrderKind.HOLD,
        from_on=TODAY,
        prescribed_mg=None,
        given_ml=None,
        strength_mg_per_ml=None,
        signed_at=LONG_AGO + timedelta(days=1),
    )
    answer = phone.get(at(""))
    assert "paused the medicine" in words(answer)
    assert 'name="just_now"' not in answer.text


def test_without_an_order_nothing_is_offered(client: FlaskClient, session: Session) -> None:
    child = a_participant(session)
    sign_in_carer(client, a_carer(session, of=child))
    said = words(client.get(f"/diary/{child.public_id}/"))
    assert "no signed order yet" in said
    assert "Given" not in said


def test_an_order_that_begins_later_says_when(client: FlaskClient, session: Session) -> None:
    child = a_participant(session)
    an_order(session, child, from_on=date(2026, 3, 12))
    sign_in_carer(client, a_carer(session, of=child))
    said = words(client.get(f"/diary/{child.public_id}/"))
    assert "first dose is due on Thursday, 12 March 2026 at 08:00" in said


def test_when_the_study_is_over_the_diary_is_closed(
    phone: FlaskClient, family: Family, at: At, tap: Tap
) -> None:
    family.child.status = ParticipantStatus.COMPLETED
    assert "study is over" in words(phone.get(at("")))
    assert tap().status_code == 422


def test_the_advice_of_the_newest_entry_stands_on_the_card(
    phone: FlaskClient, family: Family, at: At
) -> None:
    family.log(outcome=Outcome.VOMITED, vomited_after_minutes=10, taken_at=NOW - timedelta(hours=1))
    said = words(phone.get(at("")))
    assert "Vomited within 30 minutes of the dose: call the clinic." in said
    assert "+862885422114" in said


def test_chinese_pages_speak_chinese(phone: FlaskClient, family: Family, at: At) -> None:
    family.mother.locale = "zh"
    said = words(phone.get(at("")))
    assert "早上的药" in said
    assert "11小时30分钟后" in said


# --- the day blood is taken


def test_the_evening_before_says_to_wait_tomorrow(
    phone: FlaskClient, family: Family, at: At, clock: FakeClock
) -> None:
    family.on_trough_day(TODAY + timedelta(days=1))
    assert "Tomorrow blood is taken" not in words(phone.get(at("")))
    clock.advance(hours=11)
    assert "Tomorrow blood is taken." in words(phone.get(at("")))


def test_on_the_day_the_button_waits_for_the_blood(
    phone: FlaskClient, session: Session, family: Family, at: At
) -> None:
    family.on_trough_day()
    answer = phone.get(at(""))
    assert "Wait with the morning dose" in words(answer)
    assert 'name="just_now"' not in answer.text
    data = {"client_id": "6e0d9b62-6a0e-4b5a-8a3c-0a4b4f6d2f11", "drawn_at": "08:10"}
    assert phone.post(at("blood"), data=data).status_code == 303
    (draw,) = session.query(BloodDraw).all()
    assert draw.drawn_at == NOW - timedelta(minutes=20)
    assert phone.post(at("blood"), data=data).status_code == 303
    assert session.query(BloodDraw).count() == 1
    answer = phone.get(at(""))
    assert "The blood has been taken: give the morning dose now." in words(answer)
    assert 'name="just_now"' in answer.text


@pytest.mark.parametrize("typed", ["", "25:00", "soon", "08:10:99"])
def test_a_bad_time_of_the_blood_is_refused_and_kept(
    phone: FlaskClient, session: Session, family: Family, at: At, typed: str
) -> None:
    family.on_trough_day()
    data = {"client_id": "6e0d9b62-6a0e-4b5a-8a3c-0a4b4f6d2f11", "drawn_at": typed}
    answer = phone.post(at("blood"), data=data)
    assert answer.status_code == 422
    assert "field-drawn_at" in answer.text
    assert session.query(BloodDraw).count() == 0


def test_the_same_blood_form_with_another_time_is_a_conflict(
    phone: FlaskClient, family: Family, at: At
) -> None:
    family.on_trough_day()
    data = {"client_id": "6e0d9b62-6a0e-4b5a-8a3c-0a4b4f6d2f11", "drawn_at": "08:10"}
    phone.post(at("blood"), data=data)
    answer = phone.post(at("blood"), data=data | {"drawn_at": "08:20"})
    assert answer.status_code == 409
    assert "08:10 08:20" in words(answer)


def test_photos_that_are_due_are_asked_for_by_a_carer_who_may_send_them(
    phone: FlaskClient, session: Session, family: Family, at: At
) -> None:
    due = "Photos are due: please take them today"
    assert due in words(phone.get(at("")))
    session.execute(
        update(Guardianship)
        .where(Guardianship.account_id == family.mother.id)
        .values(may_log=False)
    )
    assert due not in words(phone.get(at("")))
