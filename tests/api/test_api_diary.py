"""The diary over the interface: reading, logging once, taking back."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from factories import a_carer, a_clinician, sign_in_carer, sign_in_staff
from machine import API, Study, a_dose_said
from models.audit import AuditEntry
from models.dose import DoseEntry
from plugins.app import FakeClock

MORNING = {"on": "2026-03-10", "half": "morning"}


def test_without_days_the_last_two_weeks_are_told(machine: FlaskClient, study: Study) -> None:
    diary = machine.get(study.path("/diary")).get_json()
    days = [slot["slot"]["on"] for slot in diary["slots"]]
    assert (days[0], days[-1], len(days)) == ("2026-02-25", "2026-03-10", 28)
    assert diary["time_zone"] == "Asia/Shanghai"


def test_a_slot_nobody_spoke_of_is_unknown_and_tells_its_order(
    machine: FlaskClient, study: Study
) -> None:
    query = {"from": "2026-03-09", "to": "2026-03-10"}
    slots = machine.get(study.path("/diary"), query_string=query).get_json()["slots"]
    assert [slot["status"] for slot in slots] == ["unknown", "unknown", "unknown", "not_due"]
    assert slots[0]["order"] == {"kind": "dose", "ml": "0.36", "mg": "0.36"}
    assert slots[0]["due_at"] == "2026-03-09T00:00:00Z"
    assert slots[0]["entries"] == []


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [
        ("2026-03-10", "2026-03-09", "days_reversed"),
        ("2025-03-09", "2026-03-10", "too_many_days"),
        ("0001-01-01", "0001-01-02", "fields"),
        ("2026-02-30", "2026-03-10", "fields"),
    ],
)
def test_days_that_make_no_sense_are_refused(
    machine: FlaskClient, study: Study, first: str, last: str, code: str
) -> None:
    answer = machine.get(study.path("/diary"), query_string={"from": first, "to": last})
    assert (answer.status_code, answer.get_json()["code"]) == (422, code)


def test_a_whole_year_is_told(machine: FlaskClient, study: Study) -> None:
    query = {"from": "2025-03-10", "to": "2026-03-10"}
    assert machine.get(study.path("/diary"), query_string=query).status_code == 200


def test_a_dose_is_logged_once(machine: FlaskClient, study: Study, session: Session) -> None:
    said = a_dose_said()
    first = machine.post(study.path("/doses"), json=said)
    again = machine.post(study.path("/doses"), json=said)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.get_json() == again.get_json()
    entry = first.get_json()["entry"]
    assert (entry["slot"], entry["outcome"], entry["given_ml"]) == (MORNING, "given", "0.36")
    assert entry["taken_at"] == "2026-03-10T00:30:00Z"
    assert (entry["channel"], entry["mine"], entry["superseded"]) == ("api", True, False)
    assert first.get_json()["status"] == "given"
    assert session.query(DoseEntry).count() == 1
    assert session.query(AuditEntry).filter_by(action="log_dose").count() == 1


def test_the_same_id_with_another_dose_is_a_conflict_that_shows_both(
    machine: FlaskClient, study: Study, session: Session
) -> None:
    said = a_dose_said(outcome="partial", given_ml="0.20")
    machine.post(study.path("/doses"), json=said)
    answer = machine.post(study.path("/doses"), json=said | {"given_ml": "0.30"})
    problem = answer.get_json()
    assert (answer.status_code, problem["code"]) == (409, "conflict")
    assert (problem["first"]["given_ml"], problem["offered"]["given_ml"]) == ("0.20", "0.30")
    assert session.query(DoseEntry).count() == 1


def test_a_logged_dose_shows_in_the_diary(machine: FlaskClient, study: Study) -> None:
    machine.post(study.path("/doses"), json=a_dose_said(slot=MORNING, note="with juice"))
    query = {"from": "2026-03-10", "to": "2026-03-10"}
    slot = machine.get(study.path("/diary"), query_string=query).get_json()["slots"][0]
    assert slot["status"] == "given"
    assert [entry["slot"] for entry in slot["entries"]] == [MORNING]


@pytest.mark.parametrize(
    ("offline", "status"), [(False, 409), (True, 201)], ids=["at the page", "from the outbox"]
)
def test_a_second_dose_is_asked_about_only_where_it_can_still_be_stopped(
    client: FlaskClient, study: Study, session: Session, offline: bool, status: int
) -> None:
    sign_in_carer(client, a_carer(session, of=study.child))
    client.post(study.path("/doses"), json=a_dose_said())
    answer = client.post(study.path("/doses"), json=a_dose_said(offline=offline))
    assert answer.status_code == status
    if status == 409:
        assert answer.get_json()["code"] == "needs_confirmation"
        assert answer.get_json()["warnings"] == ["already_given"]


@pytest.mark.parametrize(("offline", "channel"), [(False, "page"), (True, "offline")])
def test_a_family_says_whether_it_was_offline(
    client: FlaskClient, study: Study, session: Session, offline: bool, channel: str
) -> None:
    sign_in_carer(client, a_carer(session, of=study.child))
    said = a_dose_said(offline=offline)
    entry = client.post(study.path("/doses"), json=said).get_json()["entry"]
    act = session.query(AuditEntry).filter_by(action="log_dose").one()
    assert (entry["channel"], act.channel) == (channel, channel)


def test_what_staff_enter_is_the_clinics(
    client: FlaskClient, study: Study, session: Session
) -> None:
    sign_in_staff(client, a_clinician(session, study.site))
    entry = client.post(study.path("/doses"), json=a_dose_said()).get_json()["entry"]
    assert entry["channel"] == "clinic"


@pytest.mark.parametrize(
    ("change", "path", "code"),
    [
        ({"client_id": "1"}, "client_id", "not_an_id"),
        ({"entered_at": "2026-03-10T08:30:00"}, "entered_at", "not_an_instant"),
        ({"entered_at": "0001-01-01T00:00:00+23:59"}, "entered_at", "not_an_instant"),
        ({"entered_at": "2026-02-30T08:30:00Z"}, "entered_at", "not_an_instant"),
        ({"given_ml": 0.2}, "given_ml", "not_a_number"),
        ({"given_ml": "1e5"}, "given_ml", "not_a_number"),
        ({"given_ml": "NaN"}, "given_ml", "not_a_number"),
        ({"given_ml": "0.2\n"}, "given_ml", "not_a_number"),
        ({"outcome": "retracted"}, "outcome", "not_a_choice"),
        ({"just_now": "yes"}, "just_now", "not_yes_or_no"),
        ({"vomited_after_minutes": True}, "vomited_after_minutes", "not_a_number"),
        ({"vomited_after_minutes": -1}, "vomited_after_minutes", "out_of_range"),
        ({"clock_offset_seconds": 10**30}, "clock_offset_seconds", "out_of_range"),
        ({"slot": {"on": "2026-03-10"}}, "slot.half", "required"),
        ({"slot": "morning"}, "slot", "not_an_object"),
        ({"slot": MORNING | {"year": 1}}, "slot.year", "unknown_field"),
        ({"note": "\ud800"}, "note", "not_text"),
        ({"note": "a\x00b"}, "note", "not_text"),
        ({"note": "x" * 2001}, "note", "too_long"),
        ({"weight": 1}, "weight", "unknown_field"),
    ],
)
def test_a_field_that_is_not_as_described_is_named(
    machine: FlaskClient,
    study: Study,
    session: Session,
    change: dict[str, Any],
    path: str,
    code: str,
) -> None:
    answer = machine.post(study.path("/doses"), json=a_dose_said(**change))
    problem = answer.get_json()
    assert (answer.status_code, problem["code"]) == (422, "fields")
    assert [error["code"] for error in problem["errors"][path]] == [code]
    assert problem["errors"][path][0]["detail"]
    assert session.query(DoseEntry).count() == 0


def test_the_longest_note_is_kept(machine: FlaskClient, study: Study) -> None:
    answer = machine.post(study.path("/doses"), json=a_dose_said(note="药" * 2000))
    assert answer.status_code == 201


def test_a_dose_of_tomorrow_is_refused_in_the_readers_language(
    machine: FlaskClient, study: Study
) -> None:
    said = a_dose_said(just_now=False, taken_at="2026-03-11T08:00:00+08:00")
    english = machine.post(study.path("/doses"), json=said)
    chinese = machine.post(study.path("/doses"), json=said, headers={"Accept-Language": "zh"})
    assert english.get_json()["code"] == chinese.get_json()["code"] == "dose_in_the_future"
    assert english.get_json()["field"] == "taken_at"
    assert english.get_json()["title"] != chinese.get_json()["title"]


def test_a_machine_enters_what_is_older_than_a_day_no_more_than_a_family(
    machine: FlaskClient, study: Study
) -> None:
    said = a_dose_said(just_now=False, taken_at="2026-03-08T08:00:00+08:00")
    answer = machine.post(study.path("/doses"), json=said)
    assert answer.get_json()["code"] == "needs_correction_request"


def test_a_dose_is_taken_back_once(machine: FlaskClient, study: Study, session: Session) -> None:
    entry = machine.post(study.path("/doses"), json=a_dose_said()).get_json()["entry"]
    path = study.path(f"/doses/{entry['id']}/undo")
    first, again = machine.post(path), machine.post(path)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.get_json() == again.get_json()
    assert (first.get_json()["outcome"], first.get_json()["amends"]) == ("retracted", entry["id"])
    assert session.query(DoseEntry).count() == 2


def test_it_is_too_late_to_take_back_a_dose_of_long_ago(
    machine: FlaskClient, study: Study, clock: FakeClock
) -> None:
    entry = machine.post(study.path("/doses"), json=a_dose_said()).get_json()["entry"]
    clock.advance(hours=1)
    answer = machine.post(study.path(f"/doses/{entry['id']}/undo"))
    assert (answer.status_code, answer.get_json()["code"]) == (422, "undo_too_late")


def test_nobody_takes_back_the_dose_of_another(
    machine: FlaskClient, study: Study, session: Session, new_client: Callable[[], FlaskClient]
) -> None:
    entry = machine.post(study.path("/doses"), json=a_dose_said()).get_json()["entry"]
    carer = new_client()
    sign_in_carer(carer, a_carer(session, of=study.child))
    answer = carer.post(study.path(f"/doses/{entry['id']}/undo"))
    assert (answer.status_code, answer.get_json()["code"]) == (422, "undo_not_yours")


def test_a_dose_of_another_child_cannot_be_taken_back(machine: FlaskClient, study: Study) -> None:
    assert machine.post(study.path(f"/doses/{uuid.uuid4()}/undo")).status_code == 404
    entry = machine.post(study.path("/doses"), json=a_dose_said()).get_json()["entry"]
    foreign = f"{API}/children/{study.stranger.public_id}/doses/{entry['id']}/undo"
    assert machine.post(foreign).status_code == 404
