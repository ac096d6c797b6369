"""Photos on their way from a phone: bad ones, twice the same, a store that is away."""

import io
import re
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, stream_encode_multipart

from factories import a_carer, a_participant, an_order, sign_in_carer
from models.participant import Participant
from photos.storage import StoreUnavailableError
from photos_of_a_child import a_jpeg, photos_kept, send_photos, words
from plugins.app import FakeClock
from web.parts import Parts


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


# --- several files, bad files, duplicates


def test_several_photos_arrive_at_once(
    parent: FlaskClient, session: Session, child: Participant
) -> None:
    answer = send(parent, child, a_jpeg(1), a_jpeg(2), a_jpeg(3))
    assert answer.status_code == 303
    assert len(photos_kept(session)) == 3
    assert parent.get(answer.location).text.count("notice-success") == 3


BAD_FILES = [
    (b"", "empty.jpg", "This file is empty."),
    (b"hello", "letter.txt", "This file is not a photo."),
    (b"GIF89a" + bytes(40), "party.gif", "Photos of this kind cannot be read here."),
    (a_jpeg()[:700], "half.jpg", "Only a part of this photo arrived."),
]


def test_a_bad_file_never_stops_the_good_ones(
    parent: FlaskClient, session: Session, child: Participant
) -> None:
    files = [(data, name) for data, name, _ in BAD_FILES]
    answer = send(parent, child, (a_jpeg(1), "first.jpg"), *files, (a_jpeg(2), "last.jpg"))
    assert answer.status_code == 303
    assert len(photos_kept(session)) == 2
    told = words(parent.get(answer.location))
    assert told.count("Arrived") == 2
    for _, name, message in BAD_FILES:
        assert f"{name} {message}" in told
    assert told.index("first.jpg") < told.index("letter.txt") < told.index("last.jpg")


@pytest.mark.parametrize(("data", "name", "message"), BAD_FILES)
def test_a_bad_file_alone_brings_the_form_back_with_the_reason(
    parent: FlaskClient, session: Session, child: Participant,
    data: bytes, name: str, message: str,
) -> None:  # fmt: skip
    answer = send(parent, child, (data, name), body_site="arm")
    assert answer.status_code == 422
    assert message in answer.text
    assert re.search(r'value="arm"[^>]* checked', answer.text)
    assert photos_kept(session) == []


def test_reasons_are_told_in_the_readers_language(
    client: FlaskClient, session: Session, child: Participant
) -> None:
    sign_in_carer(client, a_carer(session, of=child, locale="zh"))
    assert "这个文件不是照片。" in send(client, child, b"hello").text
    sent = send(client, child, a_jpeg())
    assert "已收到" in client.get(sent.location).text


def test_a_photo_may_be_as_large_as_the_setting_and_no_larger(
    new_app: Callable[[Any], Flask], settings: Any, session: Session, child: Participant
) -> None:
    from dataclasses import replace

    data = a_jpeg()
    carer = a_carer(session, of=child)
    session.commit()
    for most, status in ((len(data), 303), (len(data) - 1, 422)):
        client = new_app(replace(settings, max_photo_bytes=most)).test_client()
        sign_in_carer(client, carer)
        answer = send(client, child, data)
        assert answer.status_code == status
    assert "This photo is too large." in answer.text


def test_far_too_much_at_once_is_told_on_a_page(
    new_app: Callable[[Any], Flask], settings: Any, session: Session, child: Participant
) -> None:
    from dataclasses import replace

    carer = a_carer(session, of=child)
    session.commit()
    client = new_app(replace(settings, max_photo_bytes=1000)).test_client()
    sign_in_carer(client, carer)
    answer = send(client, child, bytes(60_000), bytes(60_000))
    assert answer.status_code == 413
    assert "Please choose fewer or smaller photos." in answer.text


def test_ten_files_are_taken_and_eleven_are_not(
    parent: FlaskClient, session: Session, child: Participant
) -> None:
    assert send(parent, child, *[a_jpeg(9)] * 11).status_code == 422
    assert photos_kept(session) == []
    assert send(parent, child, *[a_jpeg(9)] * 10).status_code == 303
    assert len(photos_kept(session)) == 1  # the same picture in one form is one photo


def test_the_same_form_sent_twice_keeps_each_photo_once(
    parent: FlaskClient, session: Session, child: Participant
) -> None:
    form_id = str(uuid.uuid4())
    send(parent, child, a_jpeg(1), client_id=form_id)
    again = send(parent, child, a_jpeg(1), a_jpeg(2), client_id=form_id)
    assert again.status_code == 303
    assert len(photos_kept(session)) == 2
    assert "it is kept once" in parent.get(again.location).text


def test_the_same_form_saying_something_else_is_a_conflict_that_shows_both(
    parent: FlaskClient, session: Session, child: Participant
) -> None:
    form_id = str(uuid.uuid4())
    send(parent, child, a_jpeg(1), client_id=form_id, body_site="face")
    answer = send(parent, child, a_jpeg(1), a_jpeg(2), client_id=form_id, view="ruler")
    assert answer.status_code == 409
    assert "Sent before as: Overview · Face. That is kept." in answer.text
    assert "Said now: With a ruler · Leg." in answer.text
    assert [photo.view for photo in photos_kept(session)] == ["overview", "ruler"]


def test_the_same_photo_in_a_new_form_is_taken_and_the_day_of_the_first_is_told(
    parent: FlaskClient, session: Session, child: Participant, clock: FakeClock
) -> None:
    send(parent, child, a_jpeg(1))
    clock.now += timedelta(days=3)
    answer = send(parent, child, a_jpeg(1))
    assert len(photos_kept(session)) == 2
    assert "already sent on 10 Mar 2026" in parent.get(answer.location).text


# --- the store fails, the database must not wait


class StoreAway:
    """A store that nobody can reach."""

    asked = 0

    def put(self, key: str, data: bytes, media_type: str) -> None:
        self.asked += 1
        raise StoreUnavailableError(f"{key} ({media_type}, {len(data)} bytes)")

    def get(self, key: str) -> bytes:
        raise StoreUnavailableError(key)

    def exists(self, key: str) -> bool:
        raise StoreUnavailableError(key)

    def delete(self, key: str) -> None:
        raise StoreUnavailableError(key)

    def ready(self) -> bool:
        return False


def test_while_the_store_is_away_the_parent_is_told_and_the_site_goes_on(
    parent: FlaskClient, session: Session, child: Participant, app: Flask
) -> None:
    send(parent, child, a_jpeg(1))
    these: Parts = app.extensions["sirolog"]
    these.photo_store = away = StoreAway()
    answer = send(parent, child, a_jpeg(2), a_jpeg(3), body_site="arm")
    assert answer.status_code == 503
    assert "Please send it again in a few minutes." in answer.text
    assert re.search(r'value="arm"[^>]* checked', answer.text)
    assert away.asked == 1
    assert len(photos_kept(session)) == 1
    assert parent.get(page_of(child, "photos")).status_code == 200
    assert parent.get("/diary/", follow_redirects=True).status_code == 200


@pytest.fixture
def somebody_writes(database_url: str) -> Iterator[Callable[[], None]]:
    """Another writer, who does not wait: fails at once if the write lock is taken."""
    hurried = create_engine(database_url, connect_args={"timeout": 0})

    def write() -> None:
        with hurried.connect() as connection:
            connection.execute(text("BEGIN IMMEDIATE"))
            connection.rollback()

    yield write
    hurried.dispose()


def test_others_write_while_a_photo_is_being_stored(
    parent: FlaskClient, child: Participant, app: Flask, somebody_writes: Callable[[], None]
) -> None:
    """SQLite has one write lock, and a store may be slow."""
    these: Parts = app.extensions["sirolog"]
    store, keys = these.photo_store, list[str]()

    class SlowStore(StoreAway):
        def put(self, key: str, data: bytes, media_type: str) -> None:
            somebody_writes()
            store.put(key, data, media_type)
            keys.append(key)

    these.photo_store = SlowStore()
    assert send(parent, child, a_jpeg(1), b"bad", a_jpeg(2)).status_code == 303
    assert len(keys) == 6


def test_others_write_while_a_slow_phone_sends(
    parent: FlaskClient, child: Participant, app: Flask, somebody_writes: Callable[[], None]
) -> None:
    """The body arrives while the form's token is looked for, over minutes on a bad line."""
    reads = list[int]()

    class SlowBody(io.BytesIO):
        def readinto(self, buffer: Any) -> int:
            somebody_writes()
            reads.append(len(buffer))
            return super().readinto(buffer)

        def read(self, size: int | None = -1) -> bytes:
            somebody_writes()
            reads.append(size or 0)
            return super().read(size)

    app.config["WTF_CSRF_ENABLED"] = True
    token = re.search(r'name="csrf_token" value="([^"]+)"', parent.get(page_of(child)).text)
    assert token is not None
    fields = {
        "csrf_token": token[1],
        "client_id": str(uuid.uuid4()),
        "view": "overview",
        "body_site": "leg",
        "photo": FileStorage(io.BytesIO(a_jpeg()), "a.jpg"),
    }
    stream, length, boundary = stream_encode_multipart(fields)
    answer = parent.post(
        page_of(child),
        input_stream=SlowBody(stream.read()),
        content_length=length,
        content_type=f'multipart/form-data; boundary="{boundary}"',
    )
    assert answer.status_code == 303
    assert len(reads) > 0
