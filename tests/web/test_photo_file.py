"""The pictures themselves: who gets them, how they may be kept, and when they are not there."""

import logging
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from config import Settings
from factories import (
    a_carer,
    a_clinician,
    a_participant,
    as_actor,
    sign_in_carer,
    sign_in_staff,
)
from models.participant import Participant
from models.photo import Photo
from models.site import Site, StaffRole
from photo_samples import a_picture, encoded, opened
from photos.images import ingest
from photos.limits import PhotoLimits
from photos.open_store import open_store
from photos.storage import PhotoStore, StoreUnavailableError
from plugins.app import START
from services.photo_rows import SaidPhoto
from services.photos import add_photo
from services.protocols import load_protocols
from web.parts import Parts

SIZES = ("thumbnail", "display", "original")


@pytest.fixture
def child(session: Session) -> Participant:
    return a_participant(session)


@pytest.fixture
def store(app: Flask) -> PhotoStore:
    these: Parts = app.extensions["sirolog"]
    return these.photo_store


@pytest.fixture
def keep(session: Session, child: Participant, store: PhotoStore) -> Callable[..., Photo]:
    protocol = load_protocols(Path(__file__).parents[2] / "protocols")[child.protocol_key]
    actor = as_actor(session, a_clinician(session))
    session.commit()

    def add(kind: str = "JPEG", into: PhotoStore = store) -> Photo:
        said = SaidPhoto(uuid.uuid4(), "overview", "leg", None, "page")
        ingested = ingest(encoded(a_picture((800, 600)), kind), PhotoLimits())
        photo, _ = add_photo(
            session, actor, child, said,
            ingested=ingested, store=into, protocol=protocol, now=START,
        )  # fmt: skip
        session.commit()
        return photo

    return add


@pytest.fixture
def parent(client: FlaskClient, session: Session, child: Participant) -> FlaskClient:
    sign_in_carer(client, a_carer(session, of=child))
    return client


def address(photo: Photo, size: str = "thumbnail") -> str:
    return f"/photos/{photo.public_id}/{size}"


# --- the five questions


@pytest.mark.parametrize("size", SIZES)
def test_who_is_signed_out_gets_no_picture(
    client: FlaskClient, keep: Callable[..., Photo], size: str
) -> None:
    assert client.get(address(keep(), size)).status_code == 303


@pytest.mark.parametrize("size", SIZES)
def test_another_familys_photo_does_not_exist(
    client: FlaskClient, session: Session, keep: Callable[..., Photo], size: str
) -> None:
    sign_in_carer(client, a_carer(session, of=a_participant(session)))
    assert client.get(address(keep(), size)).status_code == 404


@pytest.mark.parametrize(
    ("role", "is_own_site", "status"),
    [
        (StaffRole.MONITOR, True, 200),
        (StaffRole.INVESTIGATOR, True, 200),
        (StaffRole.INVESTIGATOR, False, 404),
        (StaffRole.READER, True, 404),
    ],
)
def test_staff_get_the_photos_of_their_own_site(
    client: FlaskClient, session: Session, child: Participant, keep: Callable[..., Photo],
    role: StaffRole, is_own_site: bool, status: int,
) -> None:  # fmt: skip
    site = session.get_one(Site, child.site_id) if is_own_site else None
    sign_in_staff(client, a_clinician(session, site, role))
    assert client.get(address(keep())).status_code == status


def test_a_carer_whose_tie_has_ended_gets_no_picture(
    client: FlaskClient, session: Session, child: Participant, keep: Callable[..., Photo]
) -> None:
    from models.participant import Guardianship

    carer = a_carer(session, of=child)
    sign_in_carer(client, carer)
    photo = keep()
    assert client.get(address(photo)).status_code == 200
    tie = session.query(Guardianship).filter_by(account_id=carer.id).one()
    tie.ended_at, tie.ended_by_id = START, child.recorded_by_id
    assert client.get(address(photo)).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/photos/00000000-0000-4000-8000-000000000000/thumbnail",
        "/photos/1/thumbnail",
        "/photos/../thumbnail",
    ],
)
def test_a_photo_that_does_not_exist_is_not_found(parent: FlaskClient, path: str) -> None:
    assert parent.get(path).status_code == 404


def test_there_are_three_sizes_and_no_other(
    parent: FlaskClient, keep: Callable[..., Photo]
) -> None:
    assert parent.get(address(keep(), "huge")).status_code == 404


# --- what is sent


def test_each_size_is_the_picture_it_says(parent: FlaskClient, keep: Callable[..., Photo]) -> None:
    photo = keep()
    sizes = {size: opened(parent.get(address(photo, size)).data).size for size in SIZES}
    assert sizes == {"thumbnail": (320, 240), "display": (800, 600), "original": (800, 600)}


@pytest.mark.parametrize(("kind", "media_type"), [("PNG", "image/png"), ("WEBP", "image/webp")])
def test_the_original_keeps_its_kind_and_the_copies_are_jpeg(
    parent: FlaskClient, keep: Callable[..., Photo], kind: str, media_type: str
) -> None:
    photo = keep(kind)
    assert parent.get(address(photo, "original")).content_type == media_type
    assert parent.get(address(photo, "display")).content_type == "image/jpeg"


@pytest.mark.parametrize("size", SIZES)
def test_only_the_persons_own_browser_may_keep_a_copy(
    parent: FlaskClient, keep: Callable[..., Photo], size: str
) -> None:
    headers = parent.get(address(keep(), size)).headers
    assert headers["Cache-Control"].startswith("private")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Cookie" in headers["Vary"]


def test_a_browser_that_has_the_picture_is_not_sent_it_again(
    parent: FlaskClient, keep: Callable[..., Photo], store: PhotoStore
) -> None:
    photo = keep()
    first = parent.get(address(photo))
    tag = first.headers["ETag"]
    assert photo.sha256 in tag
    store.delete(photo.thumbnail_key)  # not even asked for
    again = parent.get(address(photo), headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Cache-Control"].startswith("private")
    other = parent.get(address(photo, "display"), headers={"If-None-Match": tag})
    assert other.status_code == 200


def test_the_original_is_saved_under_a_name_that_says_nothing_of_health(
    parent: FlaskClient, keep: Callable[..., Photo]
) -> None:
    photo = keep()
    header = parent.get(address(photo, "original")).headers["Content-Disposition"]
    assert header == f"attachment; filename=2026-03-10-{photo.public_id.hex[:8]}.jpg"
    assert "Content-Disposition" not in parent.get(address(photo, "display")).headers


@pytest.mark.s3
def test_a_photo_in_a_bucket_is_served_all_the_same(
    new_app: Callable[[Settings], Flask], settings: Settings, session: Session,
    child: Participant, keep: Callable[..., Photo], s3_url: str,
) -> None:  # fmt: skip
    from dataclasses import replace

    photo = keep(into=open_store(s3_url))
    carer = a_carer(session, of=child)
    session.commit()
    client = new_app(replace(settings, photo_store_url=s3_url)).test_client()
    sign_in_carer(client, carer)
    assert opened(client.get(address(photo)).data).size == (320, 240)


# --- what is not there


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Iterator[Callable[[], str]]:
    with caplog.at_level(logging.INFO):
        yield lambda: "\n".join(record.getMessage() for record in caplog.records)


def test_a_file_missing_in_the_store_is_not_found_and_noted_without_a_name(
    parent: FlaskClient, keep: Callable[..., Photo], store: PhotoStore, lines: Callable[[], str],
    child: Participant,
) -> None:  # fmt: skip
    photo = keep()
    store.delete(photo.display_key)
    assert parent.get(address(photo, "display")).status_code == 404
    assert "photo_missing" in lines()
    for secret in (child.call_name, child.study_number, str(child.public_id), photo.display_key):
        assert secret not in lines()


def test_while_the_store_is_away_a_page_says_so_and_others_go_on(
    parent: FlaskClient, keep: Callable[..., Photo], app: Flask
) -> None:
    class StoreAway:
        def get(self, key: str) -> bytes:
            raise StoreUnavailableError(key)

    photo = keep()
    these: Any = app.extensions["sirolog"]
    these.photo_store = StoreAway()
    answer = parent.get(address(photo))
    assert answer.status_code == 503
    assert "A part of the system does not answer." in answer.text
    assert parent.get("/diary/", follow_redirects=True).status_code == 200
