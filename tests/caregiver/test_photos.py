"""A parent sends photos from a phone and looks at them."""

import io
import re
import uuid
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, select, text
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, stream_encode_multipart

from factories import a_carer, a_clinician, a_participant, an_order, sign_in_carer, sign_in_staff
from models.audit import AuditEntry
from models.participant import Participant
from models.photo import Photo
from photo_samples import a_picture, encoded, exif_with_everything, jpeg_segments, opened
from photos.storage import StoreUnavailableError
from plugins.app import FakeClock
from web.parts import Parts

VIEWS = ("photos", "photos/new", "photos/sent", f"photos/{uuid.uuid4()}")


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


def a_jpeg(shade: int = 0, size: tuple[int, int] = (80, 60)) -> bytes:
    picture = a_picture(size)
    picture.putpixel((0, 0), (shade, shade, shade))
    return encoded(picture, "JPEG", quality=95)


def send(
    client: FlaskClient, child: Participant, *files: bytes | tuple[bytes, str], **changes: Any
) -> TestResponse:
    named = [file if isinstance(file, tuple) else (file, "IMG_1.JPG") for file in files]
    form: dict[str, Any] = {
        "client_id": str(uuid.uuid4()),
        "view": "overview",
        "body_site": "leg",
        "note": "",
        "photo": [(io.BytesIO(data), name) for data, name in named] or (io.BytesIO(), ""),
    }
    return client.post(page_of(child), data=form | changes)


def rows(session: Session) -> list[Photo]:
    return list(session.scalars(select(Photo).order_by(Photo.id)))


def words(answer: TestResponse) -> str:
    """The text of a page without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


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
    assert rows(session) == []


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
    assert rows(session) == []


def test_a_photo_of_twelve_megapixels_arrives_upright_and_without_its_place(
    parent: FlaskClient, session: Session, child: Participant
) -> None:
    phone_photo = encoded(a_picture((4032, 3024)), "JPEG", quality=85, exif=exif_with_everything(6))
    answer = send(parent, child, phone_photo, note="after the bath")
    assert (answer.status_code, answer.location) == (303, page_of(child, "photos/sent"))
    assert "Arrived" in parent.get(answer.location).text
    (photo,) = rows(session)
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


# --- several files, bad files, duplicates


def test_several_photos_arrive_at_once(
    parent: FlaskClient, session: Session, child: Participant
) -> None:
    answer = send(parent, child, a_jpeg(1), a_jpeg(2), a_jpeg(3))
    assert answer.status_code == 303
    assert len(rows(session)) == 3
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
    assert len(rows(session)) == 2
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
    assert rows(session) == []


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
    assert rows(session) == []
    assert send(parent, child, *[a_jpeg(9)] * 10).status_code == 303
    assert len(rows(session)) == 1  # the same picture in one form is one photo


def test_the_same_form_sent_twice_keeps_each_photo_once(
    parent: FlaskClient, session: Session, child: Participant
) -> None:
    form_id = str(uuid.uuid4())
    send(parent, child, a_jpeg(1), client_id=form_id)
    again = send(parent, child, a_jpeg(1), a_jpeg(2), client_id=form_id)
    assert again.status_code == 303
    assert len(rows(session)) == 2
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
    assert [photo.view for photo in rows(session)] == ["overview", "ruler"]


def test_the_same_photo_in_a_new_form_is_taken_and_the_day_of_the_first_is_told(
    parent: FlaskClient, session: Session, child: Participant, clock: FakeClock
) -> None:
    send(parent, child, a_jpeg(1))
    clock.now += timedelta(days=3)
    answer = send(parent, child, a_jpeg(1))
    assert len(rows(session)) == 2
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
    assert len(rows(session)) == 1
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


# --- pages


def test_my_photos_stand_by_day_with_who_and_when_and_nothing_is_hidden(
    parent: FlaskClient, session: Session, child: Participant, clock: FakeClock
) -> None:
    send(parent, child, a_jpeg(1))
    clock.now += timedelta(days=1)
    send(parent, child, a_jpeg(2), view="close_up")
    first, second = rows(session)
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
    (photo,) = rows(session)
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
    old, middle, new = (page_of(child, f"photos/{row.public_id}") for row in rows(session))
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
    assert rows(session) == []


def test_a_result_page_without_a_result_leads_to_the_album(
    parent: FlaskClient, child: Participant
) -> None:
    assert parent.get(page_of(child, "photos/sent")).location == page_of(child, "photos")
