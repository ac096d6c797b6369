"""Who may open which page of a family, and whose child it is."""

import uuid
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from a_family import Family
from factories import a_carer, a_clinician, sign_in_carer, sign_in_staff
from models.dose import DoseEntry
from page_words import words

At = Callable[[str], str]
PAGES = (
    *("", "history", "history/2026-03-10", "answers", "more", "reminders"),
    *("doses/given", "doses/partly", "doses/vomited", "doses/missed"),
    "slots/2026-03-01-morning/ask",
)
READING = PAGES[:6]
WRITES = ("doses/given", "blood", "slots/2026-03-01-morning/ask")


@pytest.mark.parametrize("page", PAGES)
def test_each_page_opens_for_the_childs_carer(phone: FlaskClient, at: At, page: str) -> None:
    answer = phone.get(at(page))
    assert answer.status_code == 200
    assert "Lele" in words(answer)


@pytest.mark.parametrize("page", PAGES)
def test_signed_out_leads_to_the_sign_in_and_back(
    client: FlaskClient, family: Family, at: At, page: str
) -> None:
    answer = client.get(at(page))
    assert answer.status_code == 303
    assert "/sign-in" in answer.location
    assert str(family.child.public_id) in answer.location


@pytest.mark.parametrize("page", PAGES)
def test_somebody_elses_child_does_not_exist(
    phone: FlaskClient, session: Session, page: str
) -> None:
    other = Family(session).child.public_id
    assert phone.get(f"/diary/{other}/{page}").status_code == 404
    assert phone.get(f"/diary/{uuid.uuid4()}/{page}").status_code == 404


@pytest.mark.parametrize("page", WRITES)
def test_nobody_writes_for_somebody_elses_child(
    phone: FlaskClient, session: Session, page: str
) -> None:
    other = Family(session).child.public_id
    assert phone.post(f"/diary/{other}/{page}", data={"slot": "x"}).status_code == 404


def test_staff_have_no_diary(client: FlaskClient, session: Session, at: At) -> None:
    sign_in_staff(client, a_clinician(session))
    assert client.get(at("")).status_code == 403


@pytest.mark.parametrize("page", READING)
def test_a_carer_who_may_only_look_sees_no_forms(
    client: FlaskClient, session: Session, family: Family, at: At, page: str
) -> None:
    family.log()
    sign_in_carer(client, a_carer(session, of=family.child, may_log=False))
    answer = client.get(at(page))
    assert answer.status_code == 200
    assert f"/{family.child.public_id}/doses/" not in answer.text
    assert "/entries/" not in answer.text


@pytest.mark.parametrize("page", WRITES)
def test_a_carer_who_may_only_look_cannot_write(
    client: FlaskClient, session: Session, family: Family, at: At, page: str
) -> None:
    sign_in_carer(client, a_carer(session, of=family.child, may_log=False))
    assert client.post(at(page), data={}).status_code == 403
    assert session.query(DoseEntry).count() == 0


@pytest.mark.parametrize(
    "page",
    [
        *("doses/eaten", "history/2026-13-40", "history/yesterday", "history/0001-01-01"),
        *("history/9999-12-31", "history/2026-03-11", "history/2026-02-01"),
        *("slots/2026-03-11-morning/ask", "slots/0001-01-01-morning/ask", "slots/x/ask"),
        *("entries/97018c40-85f5-4c17-a196-a7e3fea2c005/correct", "slots/2026-03-01-noon/ask"),
    ],
)
def test_what_does_not_exist_is_not_found(phone: FlaskClient, at: At, page: str) -> None:
    assert phone.get(at(page)).status_code == 404
