"""Photos over the interface: taken in once, free of metadata, fetched by who may see the child."""

import hashlib
import io
import uuid
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from factories import a_carer, sign_in_carer
from machine import API, Study
from models.photo import Photo
from photo_samples import a_picture, encoded, exif_with_everything

PICTURE = encoded(a_picture(), "JPEG", exif=exif_with_everything(6))


def send(client: FlaskClient, path: str, picture: Any = PICTURE, **changes: Any) -> TestResponse:
    fields = {"client_id": str(uuid.uuid4()), "view": "overview", "body_site": "leg"} | changes
    sent = {name: value for name, value in fields.items() if value is not None}
    if picture is not None:
        sent["photo"] = (io.BytesIO(picture), "photo.jpg")
    return client.post(path, data=sent, content_type="multipart/form-data")


@pytest.fixture
def photos(study: Study) -> str:
    return study.path("/photos")


def test_a_photo_is_kept_upright_and_without_its_place(machine: FlaskClient, photos: str) -> None:
    answer = send(machine, photos)
    photo = answer.get_json()
    assert answer.status_code == 201
    assert (photo["width"], photo["height"]) == (480, 640)
    assert photo["position_removed"] is True
    assert photo["sha256"] == hashlib.sha256(PICTURE).hexdigest()
    assert (photo["shown_on"], photo["channel"]) == ("2026-03-01", "api")


@pytest.mark.parametrize("size", ["original", "display", "thumbnail"])
def test_each_file_of_a_photo_is_a_picture_without_metadata(
    machine: FlaskClient, photos: str, size: str
) -> None:
    photo = send(machine, photos).get_json()
    answer = machine.get(f"{photos}/{photo['id']}/{size}")
    assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
    assert "no-store" in answer.headers["Cache-Control"]
    assert not Image.open(io.BytesIO(answer.data)).getexif().get_ifd(0x8825)
    assert b"Li Mei" not in answer.data


def test_a_photo_is_taken_in_once(machine: FlaskClient, photos: str, session: Session) -> None:
    client_id = str(uuid.uuid4())
    first = send(machine, photos, client_id=client_id)
    again = send(machine, photos, client_id=client_id)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.get_json() == again.get_json()
    assert session.query(Photo).count() == 1
    assert machine.get(photos).get_json() == {"items": [first.get_json()]}


def test_the_same_id_with_another_picture_is_a_conflict(machine: FlaskClient, photos: str) -> None:
    client_id = str(uuid.uuid4())
    send(machine, photos, client_id=client_id)
    answer = send(machine, photos, encoded(a_picture((320, 240)), "PNG"), client_id=client_id)
    assert (answer.status_code, answer.get_json()["code"]) == (409, "conflict")


@pytest.mark.parametrize(
    ("change", "path", "code"),
    [
        ({"client_id": None}, "client_id", "required"),
        ({"view": None}, "view", "required"),
        ({"picture": None}, "photo", "required"),
        ({"picture": None, "photo": "text"}, "photo", "not_a_file"),
        ({"offline": "maybe"}, "offline", "not_yes_or_no"),
        ({"camera": "mine"}, "camera", "unknown_field"),
    ],
)
def test_a_form_that_is_not_as_described_is_refused(
    machine: FlaskClient, photos: str, change: dict[str, Any], path: str, code: str
) -> None:
    answer = send(machine, photos, **change)
    assert answer.status_code == 422
    assert answer.get_json()["errors"][path][0]["code"] == code


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"view": "from the moon"}, "unknown_view"),
        ({"body_site": "tail"}, "unknown_body_site"),
        ({"picture": b"not a picture at all"}, "not_an_image"),
        ({"picture": b""}, "empty"),
    ],
)
def test_what_is_no_photo_of_the_study_leaves_nothing_behind(
    machine: FlaskClient, photos: str, session: Session, change: dict[str, Any], code: str
) -> None:
    answer = send(machine, photos, **change)
    assert (answer.status_code, answer.get_json()["code"]) == (422, code)
    assert session.query(Photo).count() == 0


def test_a_family_sends_what_waited_on_the_phone(
    client: FlaskClient, study: Study, session: Session, photos: str
) -> None:
    sign_in_carer(client, a_carer(session, of=study.child))
    assert send(client, photos, offline="true").get_json()["channel"] == "offline"
    assert send(client, photos).get_json()["channel"] == "page"


def test_the_photo_of_another_child_is_not_found(
    machine: FlaskClient, study: Study, photos: str
) -> None:
    photo = send(machine, photos).get_json()
    foreign = f"{API}/children/{study.stranger.public_id}/photos/{photo['id']}/display"
    assert machine.get(foreign).status_code == 404
    assert machine.get(f"{photos}/{uuid.uuid4()}/display").status_code == 404
    assert machine.get(f"{photos}/{photo['id']}/huge").status_code == 404


def test_a_photo_as_json_is_of_the_wrong_kind(machine: FlaskClient, photos: str) -> None:
    answer = machine.post(photos, json={"view": "overview"})
    assert (answer.status_code, answer.get_json()["code"]) == (415, "unsupported_media_type")
