"""A parent's photos: who may send and see them, and how the pages show them."""

import io
import re
import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from factories import a_carer, a_clinician, a_participant, an_order, sign_in_carer, sign_in_staff
from models.audit import AuditEntry
from models.participant import Participant
from photo_samples import a_picture, encoded, exif_with_everything, jpeg_segments, opened
from photos_of_a_child import a_jpeg, photos_kept, send_photos, words
from plugins.app import FakeClock

# a fixed id: tests are named after it, and every worker must find the same names
VIEWS = ("photos", "photos/new", "photos/sent", f"photos/{uuid.UUID(int=7)}")


@pytest.fixture
def child(session: Session) -> Participant:
    child = a_participant(session)
    an_order(session, child)
    return child


@pytest.fixture
def parent(client: FlaskClient, session: Session, child: Participant) -> FlaskClient:
    sign_in_carer(client, a_carer(session, of=child, display_name="Mama Li"))
    return client


def page_of(child: Participant, name: str = "photos/new") -> str:
    return f"/diary/{child.public_id}/{name}"


def send(client: FlaskClient, child: Participant, *files: Any, **changes: Any) -> TestResponse:
    return send_photos(client, page_of(child), *files, **changes)


# --- the five questions


@pytest.mark.parametrize("view", VIEWS)
def test_who_is_signed_out_is_sent_to_the_sign_in(
    client: FlaskClient, child: Participant, view: str
) -> None:
    answer = client.get(page_of(child, view))
    assert answer.status_code == 303
    assert answer.location.startswith("/sign-in")


@pytest.mark.parametrize("view", VIEWS)
def test_the_photos_of_another_family_do_not_exist(
    client: FlaskClient, session: Session, child: Participant, view: str
) -> None:
    sign_in_carer(client, a_carer(session, of=a_participant(session)))
    assert client.get(page_of(child, view)).status_code == 404


def test_a_photo_for_another_familys_child_is_not_taken(
    client: FlaskClient, session: Session, child: Participant
) -> None:
    sign_in_carer(client, a_carer(session, of=a_participant(session)))
    assert send(client, child, a_jpeg()).status_code == 404
    assert photos_kept(session) == []


@pytest.mark.parametrize("view", VIEWS)
def test_a_child_that_does_not_exist_is_not_found(parent: FlaskClient, view: str) -> None:
    assert parent.get(f"/diary/{uuid.uuid4()}/{view}").status_code == 404


@pytest.mark.parametrize("view", VIEWS)
def test_staff_do_not_enter_by_the_familys_door(
    client: FlaskClient, session: Session, child: Participant, view: str
) -> None:
    sign_in_staff(client, a_clinician(session))
    assert client.get(page_of(child, view)).status_code == 403


@pytest.mark.parametrize(
    ("left_out", "message"),
    [
        ({"view": ""}, "Please fill this in."),
        ({"view": "x-ray"}, "Please choose what the photo shows."),
        ({"body_site": ""}, "Please fill this in."),
        ({"body_site": "tail"}, "Please choose which part of the body it is."),
        ({"photo": (io.BytesIO(), "")}, "Please choose a photo."),
        ({"note": "x" * 501}, "That is too long."),
    ],
)
def test_a_form_with_a_gap_comes_back_with_what_was_filled_in(
    parent: FlaskClient, session: Session, child: Participant,
    left_out: dict[str, Any], message: str,
) -> None:  # fmt: skip
    form_id = str(uuid.uuid4())
    answer = send(parent, child, a_jpeg(), client_id=form_id, **({"note": "at home"} | left_out))
    assert answer.status_code == 422
    assert message in answer.text
    assert 'id="error-summary"' in answer.text
    assert form_id in answer.text
    assert photos_kept(session) == []


def test_a_photo_of_twelve_megapixels_arrives_upright_and_without_its_place(
    parent: FlaskClient, session: Session, child: Participant
) -> None:
    phone_photo = encoded(a_picture((4032, 3024)), "JPEG", quality=85, exif=exif_with_everything(6))
    answer = send(parent, child, phone_photo, note="after the bath")
    assert (answer.status_code, answer.location) == (303, page_of(child, "photos/sent"))
    assert "Arrived" in parent.get(answer.location).text
    (photo,) = photos_kept(session)
    assert (photo.view, photo.body_site, photo.note) == ("overview", "leg", "after the bath")
    assert (photo.shown_on, photo.channel) == (date(2026, 3, 1), "page")
    assert photo.position_removed
    (entry,) = session.scalars(select(AuditEntry).where(AuditEntry.action == "photo.add"))
    assert entry.subject_id == photo.id

    for size in ("display", "thumbnail", "original"):
        served = parent.get(f"/photos/{photo.public_id}/{size}")
        assert served.status_code == 200
        for secret in (b"Child's left arm", b"Li Mei", b"Phone 15", b"MakerNote", b"2026:03:01"):
            assert secret not in served.data
    shown = opened(parent.get(f"/photos/{photo.public_id}/display").data)
    assert shown.height > shown.width
    assert not shown.getexif()
    original = parent.get(f"/photos/{photo.public_id}/original").data
    (exif,) = [content for marker, content in jpeg_segments(original) if marker == 0xE1]
    assert len(exif) < 40  # how to turn it, and nothing else


# --- pages


def test_my_photos_stand_by_day_with_who_and_when_and_nothing_is_hidden(
    parent: FlaskClient, session: Session, child: Participant, clock: FakeClock
) -> None:
    send(parent, child, a_jpeg(1))
    clock.now += timedelta(days=1)
    send(parent, child, a_jpeg(2), view="close_up")
    first, second = photos_kept(session)
    first.unusable_reason = "blurred"
    page = parent.get(page_of(child, "photos"))
    told = words(page)
    assert told.index("Wednesday, 11 March 2026") < told.index("Tuesday, 10 March 2026")
    assert "Close-up · Leg" in told
    assert "Mama Li · 08:30" in told
    assert "Not used for the study: blurred" in told
    for photo in (first, second):
        assert f"/photos/{photo.public_id}/thumbnail" in page.text
    assert page.text.count('loading="lazy"') == 2
    assert len(re.findall(r'width="80"\s+height="60"', page.text)) == 2


def test_the_album_of_a_sibling_is_another_one(
    parent: FlaskClient, session: Session, child: Participant
) -> None:
    send(parent, child, a_jpeg(1))
    sibling = a_participant(session, call_name="Anna")
    sign_in_carer(parent, a_carer(session, of=sibling))
    page = parent.get(page_of(sibling, "photos"))
    assert "No photos yet" in page.text
    (photo,) = photos_kept(session)
    assert parent.get(page_of(sibling, f"photos/{photo.public_id}")).status_code == 404


def test_without_a_child_in_the_address_the_first_one_is_shown(
    parent: FlaskClient, child: Participant
) -> None:
    assert parent.get("/diary/photos").location == page_of(child, "photos")


def test_one_photo_leads_to_the_one_before_and_the_one_after(
    parent: FlaskClient, session: Session, child: Participant, clock: FakeClock
) -> None:
    for number in range(3):
        send(parent, child, a_jpeg(number), note=f"photo {number}")
        clock.now += timedelta(days=1)
    old, middle, new = (page_of(child, f"photos/{row.public_id}") for row in photos_kept(session))
    page = parent.get(middle)
    assert old in page.text
    assert new in page.text
    assert "photo 1" in page.text
    assert "Later" not in words(parent.get(new))
    assert "Earlier" not in words(parent.get(old))


def test_the_form_remembers_view_and_site_of_the_last_photo(
    parent: FlaskClient, child: Participant
) -> None:
    assert re.search(r'value="overview"[^>]* checked', parent.get(page_of(child)).text)
    send(parent, child, a_jpeg(1), view="ruler", body_site="back")
    form = parent.get(page_of(child)).text
    assert re.search(r'value="ruler"[^>]* checked', form)
    assert re.search(r'value="back"[^>]* checked', form)
    assert re.search(
        r'value="close_up"[^>]* checked', parent.get(page_of(child) + "?view=close_up").text
    )


def test_after_an_overview_the_close_up_is_next(parent: FlaskClient, child: Participant) -> None:
    sent = send(parent, child, a_jpeg(1), view="overview")
    assert "Next: Close-up" in words(parent.get(sent.location))
    sent = send(parent, child, a_jpeg(1), view="ruler")
    assert "Next:" not in words(parent.get(sent.location))


def test_the_page_says_when_photos_are_due(
    parent: FlaskClient, child: Participant, clock: FakeClock
) -> None:
    assert "It is time for new photos" in parent.get(page_of(child, "photos")).text
    send(parent, child, a_jpeg(1))
    assert (
        "The next photos are planned for Tue 17 Mar." in parent.get(page_of(child, "photos")).text
    )


def test_who_may_only_look_sees_photos_and_sends_none(
    client: FlaskClient, session: Session, child: Participant
) -> None:
    sign_in_carer(client, a_carer(session, of=child, may_log=False))
    page = client.get(page_of(child, "photos"))
    assert page.status_code == 200
    assert "photos/new" not in page.text
    assert client.get(page_of(child)).status_code == 403
    assert send(client, child, a_jpeg()).status_code == 403
    assert photos_kept(session) == []


def test_a_result_page_without_a_result_leads_to_the_album(
    parent: FlaskClient, child: Participant
) -> None:
    assert parent.get(page_of(child, "photos/sent")).location == page_of(child, "photos")
