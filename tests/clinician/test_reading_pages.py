"""A reader goes through pairs; the investigator chooses, waits, and unmasks."""

import re
import uuid
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from clinic_desk import PASSWORD
from domain.masked_answers import Comparison
from factories import sign_in_staff
from models.account import Account
from models.audit import AuditEntry
from models.reading import ReadingAnswer, ReadingCase, ReadingTask
from models.site import StaffGrant, StaffRole
from pairs_to_read import NOW, ReadingRoom, a_reading_room, always
from photos_of_a_child import words
from plugins.app import FakeClock
from services.masked_readers import SaidReaders
from web.security import hash_password

LIGHTER, SAME, DARKER, CANNOT_SAY = Comparison


@pytest.fixture
def room(session: Session, clock: FakeClock) -> ReadingRoom:
    clock.now = NOW
    return a_reading_room(session)


@pytest.fixture
def reader(client: FlaskClient, room: ReadingRoom) -> FlaskClient:
    """The first reader's browser."""
    sign_in_staff(client, room.readers[0])
    return client


@pytest.fixture
def doctor(app: Flask, client: FlaskClient, room: ReadingRoom, session: Session) -> FlaskClient:
    """The investigator's browser, with a password to sign with."""
    account = session.get_one(Account, room.investigator.account_id)
    with app.app_context():
        account.password = hash_password(PASSWORD)
    sign_in_staff(client, account)
    return client


def pair_of(client: FlaskClient) -> str:
    """The address of the next pair."""
    page = client.get("/clinic/reading").text
    found = re.search(r'href="(/clinic/reading/[0-9a-f-]{36})"', page)
    assert found is not None
    return found[1]


def a_form(**changes: Any) -> dict[str, Any]:
    return {"client_id": str(uuid.uuid4()), "answer": "lighter", "note": "", **changes}


def test_a_reader_goes_from_pair_to_pair_until_all_are_read(
    reader: FlaskClient, room: ReadingRoom
) -> None:
    for rank in (2, 1):
        room.a_case(always(rank, 0))
    assert "0 of 2 read" in words(reader.get("/clinic/reading"))
    first = pair_of(reader)
    answer = reader.post(first, data=a_form())
    assert answer.status_code == 303
    second = answer.location
    assert second != first
    assert "1 of 2 read" in words(reader.get(second))
    assert reader.post(second, data=a_form(answer="cannot_say")).location == "/clinic/reading"
    assert "You have read everything" in words(reader.get("/clinic/reading"))


def test_without_an_answer_the_form_comes_back_with_the_note(
    reader: FlaskClient, room: ReadingRoom
) -> None:
    room.a_case(always(1, 0))
    answer = reader.post(pair_of(reader), data=a_form(answer="", note="blurred edge"))
    assert answer.status_code == 422
    assert "blurred edge" in answer.text
    assert room.session.query(ReadingAnswer).count() == 0


def test_a_form_sent_twice_locks_one_answer(reader: FlaskClient, room: ReadingRoom) -> None:
    room.a_case(always(1, 0))
    address, form = pair_of(reader), a_form()
    assert [reader.post(address, data=form).status_code for _ in range(2)] == [303, 303]
    assert room.session.query(ReadingAnswer).count() == 1


def test_the_same_form_with_another_answer_is_refused(
    reader: FlaskClient, room: ReadingRoom
) -> None:
    room.a_case(always(1, 0))
    address, form = pair_of(reader), a_form()
    reader.post(address, data=form)
    assert reader.post(address, data=form | {"answer": "darker"}).status_code == 409


def test_there_is_no_going_back(reader: FlaskClient, room: ReadingRoom) -> None:
    room.a_case(always(1, 0))
    address = pair_of(reader)
    reader.post(address, data=a_form(answer="lighter"))
    assert reader.get(address).location == "/clinic/reading"
    assert "answered already" in words(reader.get("/clinic/reading"))
    assert reader.get(f"{address}/left").status_code == 422
    assert reader.post(address, data=a_form(answer="darker")).status_code == 303
    assert reader.post(address, data=a_form(answer="")).status_code == 303
    assert room.session.query(ReadingAnswer.answer).all() == [("lighter",)]


def test_who_has_two_roles_is_told_why_there_is_nothing_to_read(
    reader: FlaskClient, room: ReadingRoom
) -> None:
    room.a_case(always(1, 0))
    address = pair_of(reader)
    grant = {"role": StaffRole.INVESTIGATOR, "granted_at": NOW}
    room.session.add(StaffGrant(account_id=room.readers[0].id, site_id=room.site.id, **grant))
    assert "you know the children" in words(reader.get("/clinic/reading"))
    for refused in (reader.get(address), reader.post(address, data=a_form())):
        assert refused.status_code == 422
        assert "cannot read masked" in words(refused)


def ticked(page: str) -> list[str]:
    return re.findall(r'name="pair"\s+value="([^"]+)"', page)


def test_the_investigator_ticks_proposed_pairs_and_names_readers(
    doctor: FlaskClient, room: ReadingRoom
) -> None:
    child, _then, _later = room.a_child()
    page = doctor.get("/clinic/readings/new")
    assert child.study_number in page.text
    first, second, third = (str(reader.public_id) for reader in room.readers)
    form = {"client_id": str(uuid.uuid4()), "first": first, "second": second, "third": third}
    assert len(ticked(page.text)) == 1
    for _ in range(2):
        answer = doctor.post("/clinic/readings/new", data=form | {"pair": ticked(page.text)})
        assert answer.status_code == 303, words(answer)
    assert room.session.query(ReadingCase).count() == 1
    assert room.session.query(ReadingTask).count() == 3
    assert "Month 3" in words(doctor.get("/clinic/readings"))
    assert ticked(doctor.get("/clinic/readings/new").text) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"pair": []}, "fill this in"),
        ({"pair": ["nonsense"]}, "choose one of the answers"),
        ({"second": ""}, "fill this in"),
        ({"second": "first"}, "another person"),
    ],
)
def test_what_is_missing_is_said_beside_its_field(
    doctor: FlaskClient, room: ReadingRoom, changes: dict[str, Any], said: str
) -> None:
    room.a_child()
    first, second, _third = (str(reader.public_id) for reader in room.readers)
    pairs = ticked(doctor.get("/clinic/readings/new").text)
    form = {"client_id": str(uuid.uuid4()), "first": first, "second": second, "pair": pairs}
    changed = {name: first if value == "first" else value for name, value in changes.items()}
    answer = doctor.post("/clinic/readings/new", data=form | changed)
    assert answer.status_code == 422
    assert said in words(answer)
    assert room.session.query(ReadingCase).count() == 0


def test_photos_of_a_child_are_chosen_by_hand(doctor: FlaskClient, room: ReadingRoom) -> None:
    child, then, later = room.a_child()
    address = f"/clinic/participants/{child.public_id}/readings/new"
    assert "Month 3" in words(doctor.get(address))
    first, second, _third = (str(reader.public_id) for reader in room.readers)
    form = {"client_id": str(uuid.uuid4()), "first": first, "second": second}
    form |= {
        "visit_code": "month_3",
        "baseline": str(later.public_id),
        "followup": str(then.public_id),
    }
    refused = doctor.post(address, data=form)
    assert refused.status_code == 422
    assert "must be later" in words(refused)
    form |= {"baseline": str(then.public_id), "followup": str(later.public_id)}
    assert doctor.post(address, data=form).status_code == 303
    assert room.session.query(ReadingCase).one().visit_code == "month_3"


def test_until_all_have_read_the_page_says_who_and_never_what(
    doctor: FlaskClient, room: ReadingRoom
) -> None:
    case = room.a_case(always(1, 0))
    room.says(case, 1, DARKER)
    for address in ("/clinic/readings", f"/clinic/readings/{case.public_id}"):
        said = words(doctor.get(address))
        assert "waiting" in said
        assert "darker than" not in said
    answer = doctor.post(
        "/clinic/readings/unmask", data={"case": str(case.public_id), "password": PASSWORD}
    )
    assert answer.status_code == 422
    assert "nothing is unmasked before" in words(answer)


def test_unmasking_asks_for_the_password_and_shows_what_was_said(
    doctor: FlaskClient, room: ReadingRoom
) -> None:
    case = room.a_case(always(1, 1))
    for seat in (1, 2):
        room.says(case, seat, DARKER)
    form = {"case": str(case.public_id), "password": "not it"}
    wrong = doctor.post("/clinic/readings/unmask", data=form)
    assert wrong.status_code == 422
    assert "lighter than at the baseline" not in words(wrong)
    right = doctor.post("/clinic/readings/unmask", data=form | {"password": PASSWORD})
    assert right.status_code == 303
    # the baseline was on the right
    assert "lighter than at the baseline" in words(doctor.get("/clinic/readings"))
    said = words(doctor.get(f"/clinic/readings/{case.public_id}"))
    assert "baseline on the right; right: “darker”" in said
    assert "khe-sirolimus-v1" in said
    assert room.session.query(AuditEntry).filter_by(action="reading.unmasked").count() == 1


def test_agreement_is_shown_with_its_workings(doctor: FlaskClient, room: ReadingRoom) -> None:
    said = [(LIGHTER, LIGHTER)] * 3 + [(SAME, SAME)] * 2 + [(LIGHTER, SAME)]
    cases: list[ReadingCase] = []
    for first, second in said:
        cases.append(room.a_case(always(1, 0)))
        room.says(cases[-1], 1, first)
        room.says(cases[-1], 2, second)
        if first is not second:
            room.says(cases[-1], 3, SAME)
    doctor.post(
        "/clinic/readings/unmask",
        data={"case": [str(case.public_id) for case in cases], "password": PASSWORD},
    )
    page = words(doctor.get("/clinic/readings"))
    # po 5/6; pe (4 x 3 + 2 x 3) / 36 = 1/2; kappa 2/3; error sqrt(5/36 / (6 / 4)) = 0.3043
    for figure in ("83.3 %", "0.67 (0.07 to 1.00)", "0.8333", "0.5000", "0.3043"):
        assert figure in page, figure


def test_a_third_reader_is_named_on_the_page_of_the_case(
    doctor: FlaskClient, room: ReadingRoom
) -> None:
    first, second, third = (reader.public_id for reader in room.readers)
    case = room.a_case(always(1, 0), named=SaidReaders(first=first, second=second))
    room.says(case, 1, LIGHTER)
    room.says(case, 2, SAME)
    address = f"/clinic/readings/{case.public_id}"
    assert "third reader needed" in words(doctor.get(address))
    refused = doctor.post(f"{address}/third", data={"third": str(second)})
    assert refused.status_code == 422
    assert "another person" in words(refused)
    assert doctor.post(f"{address}/third", data={}).status_code == 422
    assert doctor.post(f"{address}/third", data={"third": str(third)}).status_code == 303
    assert room.task(case, 3).reader_id == room.readers[2].id
    assert "Name a third reader" not in words(doctor.get(address))


def test_another_sites_case_is_not_there(
    client: FlaskClient, room: ReadingRoom, session: Session
) -> None:
    case = room.a_case(always(1, 0))
    other = a_reading_room(session)
    sign_in_staff(client, session.get_one(Account, other.investigator.account_id))
    assert client.get(f"/clinic/readings/{case.public_id}").status_code == 404
    assert "No pair is being read yet" in words(client.get("/clinic/readings"))


def test_in_chinese_the_reader_is_asked_in_chinese(reader: FlaskClient, room: ReadingRoom) -> None:
    room.a_case(always(1, 0))
    room.readers[0].locale = "zh"
    room.session.commit()
    assert "与左图相比" in words(reader.get(pair_of(reader)))
