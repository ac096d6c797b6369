"""Nothing that a masked reader gets tells whose skin it is, in which arm, or which came first."""

import hashlib
import io
import logging
import re
import uuid
from collections.abc import Mapping
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy.orm import Session
from werkzeug.routing import AnyConverter, BaseConverter, IntegerConverter
from werkzeug.routing import Rule as Address
from werkzeug.test import TestResponse

from factories import sign_in_staff
from models.participant import Allocation, Participant
from models.photo import Photo
from pairs_to_read import NOW, ReadingRoom, a_reading_room, always
from photo_samples import a_picture, encoded, exif_with_everything, jpeg_segments
from photos.images import ingest
from photos.limits import PhotoLimits
from photos.storage import PhotoStore
from plugins.app import FakeClock
from services.photo_files import put_files
from web.access import ENTRIES, Entry
from web.parts import Parts

# where a reader has business: the own list, and the doors that are everybody's
OPEN = {
    "clinician.reading",
    "clinician.read_pair",
    "clinician.answer_pair",
    "clinician.reading_picture",
}
# nothing else may come with a picture
HEADERS = {
    "Content-Type",
    "Content-Length",
    "Cache-Control",
    "Vary",
    "X-Request-Id",
    "X-Content-Type-Options",
    "X-Frame-Options",
    "Referrer-Policy",
    "Cross-Origin-Opener-Policy",
    "Cross-Origin-Resource-Policy",
    "Permissions-Policy",
    "Content-Security-Policy",
    "Connection",
    "Date",
    "Server",
}


@pytest.fixture
def room(session: Session, clock: FakeClock) -> ReadingRoom:
    clock.now = NOW
    return a_reading_room(session)


@pytest.fixture
def store(app: Flask) -> PhotoStore:
    these: Parts = app.extensions["sirolog"]
    return these.photo_store


@pytest.fixture
def pair(room: ReadingRoom, store: PhotoStore) -> tuple[Participant, Photo, Photo, str]:
    """A child, its two photos in the store, and the address of the first reader's task."""
    child, then, later = room.a_child()
    for photo, kind in ((then, "JPEG"), (later, "PNG")):
        sent = encoded(a_picture((400, 300)), kind, exif=exif_with_everything())
        files = put_files(store, child.public_id, ingest(sent, PhotoLimits()))
        photo.display_key, photo.original_key = files.display, files.original
        photo.thumbnail_key, photo.sha256 = files.thumbnail, hashlib.sha256(sent).hexdigest()
    case = room.a_case(always(1, 0), child=child, baseline=then, followup=later)
    return child, then, later, f"/clinic/reading/{room.task(case, 1).public_id}"


@pytest.fixture
def reader(client: FlaskClient, room: ReadingRoom) -> FlaskClient:
    sign_in_staff(client, room.readers[0])
    return client


def giveaways(child: Participant, *photos: Photo) -> list[str]:
    """What must stand nowhere."""
    told = [str(child.public_id), child.study_number, child.call_name, child.born_on.isoformat()]
    for photo in photos:
        told += [str(photo.public_id), photo.sha256, photo.display_key, photo.original_key]
        told += [photo.shown_on.isoformat(), photo.shown_on.strftime("%b %Y")]
    return told


def everything_in(answer: TestResponse) -> str:
    """The page's text and its headers, without what is random for each request."""
    kept = {k: v for k, v in answer.headers if k not in {"X-Request-Id", "Set-Cookie"}}
    return f"{kept} {answer.get_data(as_text=True)}"


def test_a_pair_tells_nothing_but_left_and_right(
    reader: FlaskClient, pair: tuple[Participant, Photo, Photo, str]
) -> None:
    child, then, later, address = pair
    for page in ("/clinic/reading", address):
        seen = everything_in(reader.get(page))
        assert [word for word in giveaways(child, then, later) if word in seen] == []
        for word in (
            "aseline",
            "ollow-up",
            "onth",
            "Arm",
            "H_arm",
            "overview",
            "leg ",
            "participants",
        ):
            assert word not in seen, word
    page = reader.get(address).text
    assert re.findall(r'<img src="([^"]+)"\s+alt="([^"]+)"\s+width="(\d+)"', page) == [
        (f"{address}/left", "Left", "800"),
        (f"{address}/right", "Right", "800"),
    ]


def test_a_picture_comes_with_nothing_to_match_it_by(
    reader: FlaskClient, pair: tuple[Participant, Photo, Photo, str]
) -> None:
    child, then, later, address = pair
    reader.get(address)  # the page sets the session's own cookie
    for side in ("left", "right"):
        answer = reader.get(f"{address}/{side}")
        assert answer.status_code == 200
        assert {name for name, _value in answer.headers} <= HEADERS
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.mimetype == "image/jpeg"
        told = str(dict(answer.headers))
        assert [word for word in giveaways(child, then, later) if word in told] == []
        again = reader.get(f"{address}/{side}", headers={"If-None-Match": f'"{then.sha256}"'})
        assert (again.status_code, again.data) == (200, answer.data)


def test_a_picture_holds_the_picture_only(
    reader: FlaskClient, pair: tuple[Participant, Photo, Photo, str]
) -> None:
    for side in ("left", "right"):
        data = reader.get(f"{pair[3]}/{side}").data
        markers = {marker for marker, _content in jpeg_segments(data)}
        assert not markers & set(range(0xE1, 0xF0)), "metadata"
        assert 0xFE not in markers, "a comment"
        with Image.open(io.BytesIO(data)) as picture:
            assert (picture.format, picture.getexif()) == ("JPEG", Image.Exif())


def test_the_log_names_no_child_and_no_photo(
    reader: FlaskClient,
    pair: tuple[Participant, Photo, Photo, str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    child, then, later, address = pair
    form: dict[str, Any] = {"client_id": str(uuid.uuid4()), "answer": "lighter", "note": "dry"}
    with caplog.at_level(logging.DEBUG):
        for seen in (address, f"{address}/left", f"{address}/right", "/clinic/reading"):
            reader.get(seen)
        reader.post(address, data=form)
    assert "clinician.reading_picture" in caplog.text
    hidden = [*giveaways(child, then, later), "lighter", "dry"]
    assert [word for word in hidden if word in caplog.text] == []


def test_a_picture_that_is_gone_is_logged_by_its_task(
    reader: FlaskClient,
    pair: tuple[Participant, Photo, Photo, str],
    store: PhotoStore,
    caplog: pytest.LogCaptureFixture,
) -> None:
    child, then, later, address = pair
    store.delete(then.display_key)
    answer = reader.get(f"{address}/left")
    assert answer.status_code == 404
    assert "reading_picture_missing" in caplog.text
    assert [word for word in giveaways(child, then, later) if word in caplog.text] == []


def test_readers_of_a_pair_see_other_addresses(
    client: FlaskClient, room: ReadingRoom, pair: tuple[Participant, Photo, Photo, str]
) -> None:
    sign_in_staff(client, room.readers[1])
    assert client.get(pair[3]).status_code == 404
    assert client.get(f"{pair[3]}/left").status_code == 404
    own = client.get("/clinic/reading").text
    assert pair[3] not in own
    assert "/clinic/reading/" in own


def filling(name: str, kind: BaseConverter, known: Mapping[str, uuid.UUID]) -> str:
    match kind:
        case IntegerConverter():
            return "1"
        case AnyConverter():
            return min(kind.items)
        case _:
            return str(known.get(name) or uuid.uuid4())


def path_of(address: Address, child: Participant, photo: Photo) -> str:
    child_id, photo_id = child.public_id, photo.public_id
    known = {"participant": child_id, "child": child_id, "photo": photo_id, "photo_id": photo_id}
    kinds = address._converters.items()  # pyright: ignore[reportPrivateUsage]  # werkzeug has no public way
    built = address.build({name: filling(name, kind, known) for name, kind in kinds})
    assert built is not None
    return built[1]


def test_every_other_door_is_closed_to_a_reader(
    app: Flask, reader: FlaskClient, pair: tuple[Participant, Photo, Photo, str]
) -> None:
    child, then, _later, _address = pair
    public = {Entry.PUBLIC, Entry.SIGNED}
    tried = 0
    for address in app.url_map.iter_rules():
        if address.endpoint in OPEN or ENTRIES[address.endpoint] in public:
            continue
        for method in (address.methods or set()) - {"HEAD", "OPTIONS"}:
            answer = reader.open(path_of(address, child, then), method=method, json={})
            if address.endpoint == "clinician.worklist":
                assert answer.location == "/clinic/reading"
            else:
                assert answer.status_code in {403, 404}, (address, method, answer.status)
            tried += 1
    assert tried > 50


def test_the_arm_stands_on_no_page_of_a_reader(
    reader: FlaskClient, session: Session, pair: tuple[Participant, Photo, Photo, str]
) -> None:
    child, _then, _later, address = pair
    row = session.query(Allocation).filter_by(participant_id=child.id).one()
    words = {"High level", "Low level", "0.8 mg", "0.7 mg", f">{row.arm}<"}
    for page in ("/clinic/reading", address):
        seen = reader.get(page).text
        assert [word for word in words if word in seen] == []


def test_after_the_sign_in_a_reader_comes_to_the_own_list(reader: FlaskClient) -> None:
    start = reader.get("/", follow_redirects=True)
    assert start.request.path == "/clinic/reading"
    assert "/clinic/corrections" not in start.text
