"""The clinic compares photos, sets bad ones aside and adds its own."""

import io
import re
import uuid
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from factories import a_carer, a_clinician, a_participant, sign_in_carer, sign_in_staff
from models.audit import AuditEntry
from models.participant import Participant
from models.site import Site, StaffRole
from photo_samples import a_picture, encoded
from photos_of_a_child import a_photo, photos_kept, send_photos, words

NOBODY = "00000000-0000-4000-8000-000000000000"  # the same for all workers of a run
READING = ("", f"/{NOBODY}")
WRITING = ("/new", f"/{NOBODY}/unusable", f"/{NOBODY}/usable")


@pytest.fixture
def child(session: Session) -> Participant:
    return a_participant(session)


@pytest.fixture
def nurse(client: FlaskClient, session: Session, child: Participant) -> FlaskClient:
    sign_in_staff(client, staff_of(session, child))
    return client


def staff_of(session: Session, child: Participant, role: StaffRole = StaffRole.COORDINATOR) -> Any:
    return a_clinician(session, session.get_one(Site, child.site_id), role)


def page_of(child: Participant, rest: str = "") -> str:
    return f"/clinic/participants/{child.public_id}/photos{rest}"


def send(client: FlaskClient, child: Participant, *files: bytes, **changes: Any) -> TestResponse:
    named = [(data, f"{number}.jpg") for number, data in enumerate(files, 1)]
    return send_photos(client, page_of(child, "/new"), *named, **changes)


# --- the five questions


@pytest.mark.parametrize("rest", [*READING, "/new", "/sent"])
def test_who_is_signed_out_is_sent_to_the_staffs_sign_in(
    client: FlaskClient, child: Participant, rest: str
) -> None:
    answer = client.get(page_of(child, rest))
    assert answer.status_code == 303
    assert answer.location.startswith("/staff/sign-in")


@pytest.mark.parametrize("rest", [*READING, "/new", "/sent"])
def test_carers_do_not_enter_by_the_clinics_door(
    client: FlaskClient, session: Session, child: Participant, rest: str
) -> None:
    sign_in_carer(client, a_carer(session, of=child))
    assert client.get(page_of(child, rest)).status_code == 403


@pytest.mark.parametrize("rest", [*READING, "/new", "/sent"])
def test_a_child_of_another_site_does_not_exist(
    client: FlaskClient, session: Session, child: Participant, rest: str
) -> None:
    sign_in_staff(client, a_clinician(session))
    assert client.get(page_of(child, rest)).status_code == 404


@pytest.mark.parametrize("rest", WRITING)
def test_nothing_is_written_for_a_child_of_another_site(
    client: FlaskClient, session: Session, child: Participant, rest: str
) -> None:
    sign_in_staff(client, a_clinician(session))
    assert client.post(page_of(child, rest), data={"reason": "dark"}).status_code == 404


@pytest.mark.parametrize("rest", [f"/{NOBODY}/unusable", f"/{NOBODY}/usable"])
def test_a_photo_that_does_not_exist_is_not_found(
    nurse: FlaskClient, child: Participant, rest: str
) -> None:
    assert nurse.post(page_of(child, rest), data={"reason": "dark"}).status_code == 404
    assert nurse.get(page_of(child, READING[1])).status_code == 404


def test_another_childs_photo_is_not_found_under_this_child(
    nurse: FlaskClient, session: Session, child: Participant
) -> None:
    other = a_participant(session, session.get_one(Site, child.site_id))
    photo = a_photo(session, other)
    assert nurse.get(page_of(child, f"/{photo.public_id}")).status_code == 404
    answer = nurse.post(page_of(child, f"/{photo.public_id}/unusable"), data={"reason": "dark"})
    assert answer.status_code == 404
    assert photos_kept(session)[0].unusable_reason is None


def test_the_clinics_photo_arrives_like_the_familys(
    nurse: FlaskClient, session: Session, child: Participant
) -> None:
    answer = send(nurse, child, encoded(a_picture((80, 60)), "JPEG"), b"no photo", note="visit")
    assert (answer.status_code, answer.location) == (303, page_of(child, "/sent"))
    told = words(nurse.get(answer.location))
    assert "1.jpg Arrived" in told
    assert "2.jpg This file is not a photo." in told
    (photo,) = photos_kept(session)
    assert (photo.channel, photo.note, photo.view) == ("clinic", "visit", "overview")


def test_a_form_without_a_photo_comes_back(
    nurse: FlaskClient, session: Session, child: Participant
) -> None:
    answer = send(nurse, child, view="ruler", photo=(io.BytesIO(), ""))
    assert answer.status_code == 422
    assert "Please choose a photo." in answer.text
    assert re.search(r'value="ruler"[^>]* checked', answer.text)
    assert photos_kept(session) == []


def test_a_bad_photo_alone_comes_back_with_the_reason(
    nurse: FlaskClient, session: Session, child: Participant
) -> None:
    answer = send(nurse, child, b"GIF89a")
    assert answer.status_code == 422
    assert "Photos of this kind cannot be read here." in answer.text


def test_the_same_form_saying_something_else_is_a_conflict(
    nurse: FlaskClient, child: Participant
) -> None:
    form_id, data = str(uuid.uuid4()), encoded(a_picture((80, 60)), "JPEG")
    send(nurse, child, data, client_id=form_id)
    answer = send(nurse, child, data, client_id=form_id, view="ruler")
    assert answer.status_code == 409
    assert "Sent before as: Overview · Leg." in answer.text


def test_without_a_result_the_result_page_leads_to_the_photos(
    nurse: FlaskClient, child: Participant
) -> None:
    assert nurse.get(page_of(child, "/sent")).location == page_of(child)


# --- looking


def compared(page: TestResponse) -> list[str]:
    return re.findall(r"/photos/([0-9a-f-]+)/display", page.text)


def test_the_first_and_the_newest_of_the_same_view_and_place_stand_side_by_side(
    nurse: FlaskClient, session: Session, child: Participant
) -> None:
    first = a_photo(session, child, shown_on=date(2026, 2, 3))
    a_photo(session, child, shown_on=date(2026, 2, 10))
    newest = a_photo(session, child, shown_on=date(2026, 3, 3))
    face = a_photo(session, child, shown_on=date(2026, 3, 4), body_site="face")
    ruler = a_photo(session, child, shown_on=date(2026, 3, 2), view="ruler")
    page = nurse.get(page_of(child))
    expected = [face, first, newest, ruler]
    assert compared(page) == [str(photo.public_id) for photo in expected]
    told = words(page)
    assert "First · 3 Feb 2026 · 12 months" in told
    assert "Newest · 3 Mar 2026 · 13 months" in told
    assert told.count("No second photo of this view yet") == 2


def test_a_photo_set_aside_is_not_compared_and_still_shown(
    nurse: FlaskClient, session: Session, child: Participant
) -> None:
    bad = a_photo(session, child, shown_on=date(2026, 2, 3), unusable_reason="blurred")
    good = a_photo(session, child, shown_on=date(2026, 2, 10))
    page = nurse.get(page_of(child))
    assert compared(page) == [str(good.public_id)]
    assert f"/photos/{bad.public_id}/thumbnail" in page.text
    assert "Not used for the study: blurred" in words(page)


def test_all_photos_stand_by_view_and_those_of_another_child_do_not(
    nurse: FlaskClient, session: Session, child: Participant
) -> None:
    other = a_participant(session, session.get_one(Site, child.site_id))
    noise = a_photo(session, other)
    for view in ("ruler", "overview", "close_up", "overview"):
        a_photo(session, child, view=view)
    page = nurse.get(page_of(child))
    told = words(page)
    assert told.index("Overview 2") < told.index("Close-up 1") < told.index("With a ruler 1")
    assert page.text.count("/thumbnail") == 4
    assert str(noise.public_id) not in page.text


def test_the_page_asks_the_database_as_often_for_many_photos_as_for_one(
    nurse: FlaskClient, session: Session, child: Participant, app: Any
) -> None:
    from sqlalchemy import event

    with app.app_context():
        engine = app.extensions["sqlalchemy"].engine
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))

    def count() -> int:
        asked.clear()
        assert nurse.get(page_of(child)).status_code == 200
        return len(asked)

    a_photo(session, child)
    few = count()
    for _ in range(40):
        a_photo(session, child)
    assert count() == few


def test_a_monitor_looks_and_changes_nothing(
    client: FlaskClient, session: Session, child: Participant
) -> None:
    photo = a_photo(session, child)
    sign_in_staff(client, staff_of(session, child, StaffRole.MONITOR))
    page = client.get(page_of(child))
    assert page.status_code == 200
    assert "photos/new" not in page.text
    assert "Why can this photo" not in client.get(page_of(child, f"/{photo.public_id}")).text
    for rest in ("/new", f"/{photo.public_id}/unusable", f"/{photo.public_id}/usable"):
        assert client.post(page_of(child, rest), data={"reason": "x"}).status_code == 403
    assert photos_kept(session)[0].unusable_reason is None


# --- setting aside


def test_a_photo_is_set_aside_with_a_reason_and_taken_back(
    nurse: FlaskClient, session: Session, child: Participant
) -> None:
    photo = a_photo(session, child)
    here = page_of(child, f"/{photo.public_id}")
    answer = nurse.post(f"{here}/unusable", data={"reason": "too dark"})
    assert (answer.status_code, answer.location) == (303, here)
    assert "Not used for the study: too dark" in words(nurse.get(here))
    assert photos_kept(session)[0].unusable_reason == "too dark"
    assert nurse.post(f"{here}/usable").status_code == 303
    assert "Why can this photo not be used?" in nurse.get(here).text
    session.expire_all()
    assert photos_kept(session)[0].unusable_reason is None
    acts = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert acts == ["photo.unusable", "photo.usable"]


@pytest.mark.parametrize(
    ("reason", "message"), [("", "Please fill this in."), ("x" * 201, "too long")]
)
def test_a_photo_is_not_set_aside_without_a_reason(
    nurse: FlaskClient, session: Session, child: Participant, reason: str, message: str
) -> None:
    photo = a_photo(session, child)
    answer = nurse.post(page_of(child, f"/{photo.public_id}/unusable"), data={"reason": reason})
    assert answer.status_code == 422
    assert message in answer.text
    assert photos_kept(session)[0].unusable_reason is None
