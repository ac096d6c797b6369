"""Masked readings as a machine sees them: who has read, and answers only once unmasked."""

import uuid
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from clinic_desk import PASSWORD
from domain.masked_answers import Comparison
from factories import a_clinician, sign_in_staff
from machine import API, a_token, bearing, is_problem
from models.account import Account
from models.reading import ReadingCase, ReadingTask
from models.site import StaffRole
from pairs_to_read import NOW, ReadingRoom, a_reading_room, always
from plugins.app import FakeClock
from web.security import hash_password

LIGHTER, SAME, DARKER, CANNOT_SAY = Comparison


@pytest.fixture
def room(session: Session, clock: FakeClock) -> ReadingRoom:
    clock.now = NOW
    return a_reading_room(session)


@pytest.fixture
def doctor(app: Flask, client: FlaskClient, room: ReadingRoom, session: Session) -> FlaskClient:
    account = session.get_one(Account, room.investigator.account_id)
    with app.app_context():
        account.password = hash_password(PASSWORD)
    sign_in_staff(client, account)
    return client


def said(room: ReadingRoom, **changes: Any) -> tuple[str, dict[str, Any]]:
    """An address and a body that make a case."""
    child, then, later = room.a_child()
    first, second, third = (str(reader.public_id) for reader in room.readers)
    body = {
        "client_id": str(uuid.uuid4()),
        "visit_code": "month_3",
        "baseline_photo": str(then.public_id),
        "followup_photo": str(later.public_id),
        "first_reader": first,
        "second_reader": second,
        "third_reader": third,
    }
    return f"{API}/children/{child.public_id}/readings", body | changes


def test_a_case_is_made_once_and_shows_no_answer(doctor: FlaskClient, room: ReadingRoom) -> None:
    address, body = said(room)
    made, again = doctor.post(address, json=body), doctor.post(address, json=body)
    assert (made.status_code, again.status_code) == (201, 200)
    shown = made.get_json()
    assert (shown["state"], shown["consensus"], shown["unmasked_at"]) == ("waiting", None, None)
    assert [seat["answer"] for seat in shown["readers"]] == [None, None, None]
    assert [seat["baseline_is_left"] for seat in shown["readers"]] == [None, None, None]
    assert shown["rule_version"] == "khe-sirolimus-v1"
    assert doctor.get(address).get_json()["items"] == [shown]
    assert room.session.query(ReadingTask).count() == 3


def test_another_content_of_the_same_id_is_a_conflict(
    doctor: FlaskClient, room: ReadingRoom
) -> None:
    address, body = said(room)
    doctor.post(address, json=body)
    assert is_problem(doctor.post(address, json=body | {"visit_code": "month_6"}), 409, "conflict")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"visit_code": "month_2"}, "not_an_assessment_visit"),
        ({"second_reader": None}, "fields"),
        ({"third_reader": str(uuid.uuid4())}, "not_a_reader"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_code(
    doctor: FlaskClient, room: ReadingRoom, changes: dict[str, Any], code: str
) -> None:
    address, body = said(room, **changes)
    assert is_problem(doctor.post(address, json=body), 422, code)


def test_a_case_is_unmasked_with_the_password_and_not_too_early(
    doctor: FlaskClient, room: ReadingRoom
) -> None:
    case = room.a_case(always(1, 1))
    body = {"cases": [str(case.public_id)], "password": PASSWORD}
    early = doctor.post(f"{API}/readings/unmask", json=body)
    assert is_problem(early, 422, "reading_not_complete")
    for seat in (1, 2):
        room.says(case, seat, DARKER)
    wrong = doctor.post(f"{API}/readings/unmask", json=body | {"password": "not it"})
    assert is_problem(wrong, 422, "password_wrong")
    assert doctor.get(f"{API}/readings/{case.public_id}").get_json()["consensus"] is None
    (shown,) = doctor.post(f"{API}/readings/unmask", json=body).get_json()["items"]
    assert (shown["state"], shown["consensus"]) == ("unmasked", "lighter")
    assert [seat["answer"] for seat in shown["readers"]] == ["lighter", "lighter", None]
    nothing = doctor.post(f"{API}/readings/unmask", json=body | {"cases": []})
    assert is_problem(nothing, 422, "no_case_chosen")


def test_agreement_comes_with_its_workings(doctor: FlaskClient, room: ReadingRoom) -> None:
    told = [(LIGHTER, LIGHTER)] * 3 + [(SAME, SAME)] * 2 + [(LIGHTER, SAME)]
    cases: list[ReadingCase] = []
    for first, second in told:
        cases.append(room.a_case(always(1, 0)))
        room.says(cases[-1], 1, first)
        room.says(cases[-1], 2, second)
        if first is not second:
            room.says(cases[-1], 3, SAME)
    before = doctor.get(f"{API}/readings").get_json()["agreement"]
    assert (before["share"], before["kappa"]["n"], before["rule_versions"]) == (None, 0, [])
    ids = [str(case.public_id) for case in cases]
    doctor.post(f"{API}/readings/unmask", json={"cases": ids, "password": PASSWORD})
    found = doctor.get(f"{API}/readings").get_json()["agreement"]
    assert found["categories"] == ["lighter", "same", "darker", "cannot_say"]
    assert found["table"] == [[3, 1, 0, 0], [0, 2, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]
    # po 5/6; pe (4 x 3 + 2 x 3) / 36 = 1/2; kappa 2/3; error sqrt(5/36 / (6 / 4))
    assert found["kappa"] == {
        "n": 6,
        "observed": "0.833333",
        "expected": "0.500000",
        "value": "0.666667",
        "standard_error": "0.304290",
        "low": "0.070258",
        "high": "1.000000",
    }
    assert found["rule_versions"] == ["khe-sirolimus-v1"]


def test_a_third_reader_is_named(doctor: FlaskClient, room: ReadingRoom) -> None:
    address, body = said(room, third_reader=None)
    made = doctor.post(address, json=body).get_json()
    assert len(made["readers"]) == 2
    third = {"third_reader": str(room.readers[2].public_id)}
    named = doctor.post(f"{API}/readings/{made['id']}/third-reader", json=third)
    assert [seat["seat"] for seat in named.get_json()["readers"]] == [1, 2, 3]
    first = {"third_reader": body["first_reader"]}
    other = doctor.post(f"{API}/readings/{made['id']}/third-reader", json=first)
    assert is_problem(other, 422, "third_is_named")


def test_readers_are_listed_with_whether_they_are_masked(
    doctor: FlaskClient, room: ReadingRoom
) -> None:
    items = doctor.get(f"{API}/readings/readers").get_json()["items"]
    assert {item["id"] for item in items} == {str(reader.public_id) for reader in room.readers}
    assert all(item["is_masked"] for item in items)


def test_a_machine_reads_states_and_neither_makes_nor_unmasks(
    client: FlaskClient, room: ReadingRoom, session: Session
) -> None:
    case = room.a_case(always(1, 0))
    headers = bearing(a_token(session, room.site, "readings:read"))
    listed = client.get(f"{API}/readings", headers=headers).get_json()
    assert [item["id"] for item in listed["items"]] == [str(case.public_id)]
    assert client.get(f"{API}/readings/{case.public_id}", headers=headers).status_code == 200
    address, body = said(room)
    assert is_problem(client.post(address, json=body, headers=headers), 403, "forbidden")
    unmask = client.post(f"{API}/readings/unmask", json={}, headers=headers)
    assert is_problem(unmask, 403, "forbidden")


@pytest.mark.parametrize("role", [StaffRole.READER, StaffRole.COORDINATOR])
def test_only_the_investigator_chooses_and_a_reader_sees_nothing(
    client: FlaskClient, room: ReadingRoom, session: Session, role: StaffRole
) -> None:
    room.a_case(always(1, 0))
    sign_in_staff(client, a_clinician(session, room.site, role))
    address, body = said(room)
    assert is_problem(client.post(address, json=body), 403, "forbidden")
    seen = client.get(f"{API}/readings")
    assert seen.status_code == (403 if role is StaffRole.READER else 200)


def test_another_sites_case_is_not_there(
    client: FlaskClient, room: ReadingRoom, session: Session
) -> None:
    case = room.a_case(always(1, 0))
    sign_in_staff(client, a_clinician(session))
    assert client.get(f"{API}/readings/{case.public_id}").status_code == 404
    assert client.get(f"{API}/readings").get_json()["items"] == []
