"""Keeping photos: files before rows, the same photo twice, and days that can be believed."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config import HOME
from domain.protocol import Protocol
from factories import a_carer, a_clinician, a_participant, as_actor
from models.audit import AuditEntry
from models.participant import Participant
from models.photo import Photo
from models.site import Site, StaffRole
from photo_samples import a_picture, encoded, exif_with_everything, opened
from photos.images import IngestedPhoto, ingest
from photos.limits import PhotoLimits
from photos.open_store import open_store
from photos.storage import PhotoStore, StoreUnavailableError
from plugins.app import START
from services import photos
from services.actor import SYSTEM
from services.errors import ConflictError, NotFoundError, RefusedError
from services.photo_files import discard_unless_kept, files_of
from services.photo_rows import SaidPhoto
from services.protocols import load_protocols

Keep = Callable[..., tuple[Photo, bool]]


class FailingStore:
    """A folder that stops answering after `good` more calls of put."""

    def __init__(self, store: PhotoStore, good: int) -> None:
        self.store, self.good, self.put_keys = store, good, list[str]()

    def put(self, key: str, data: bytes, media_type: str) -> None:
        if len(self.put_keys) == self.good:
            raise StoreUnavailableError("away")
        self.put_keys.append(key)
        self.store.put(key, data, media_type)

    def get(self, key: str) -> bytes:
        return self.store.get(key)

    def exists(self, key: str) -> bool:
        return self.store.exists(key)

    def delete(self, key: str) -> None:
        self.store.delete(key)

    def ready(self) -> bool:
        return self.store.ready()


@pytest.fixture(params=["folder", pytest.param("s3", marks=pytest.mark.s3)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> PhotoStore:
    if request.param == "s3":
        return open_store(request.getfixturevalue("s3_url"))
    return open_store((tmp_path / "photos").as_uri())


@pytest.fixture(scope="module")
def protocol() -> Protocol:
    return load_protocols(HOME / "protocols")["khe-sirolimus-v1"]


@pytest.fixture(scope="module")
def ingested() -> IngestedPhoto:
    """Upright only after its EXIF says so; taken on 1 March 2026 at 08:04 in China."""
    return ingest(encoded(a_picture((80, 60)), "JPEG", exif=exif_with_everything(6)), PhotoLimits())


@pytest.fixture
def child(session: Session) -> Participant:
    return a_participant(session)


@pytest.fixture
def keep(
    session: Session,
    child: Participant,
    store: PhotoStore,
    protocol: Protocol,
    ingested: IngestedPhoto,
) -> Iterator[Keep]:
    actor = as_actor(session, a_carer(session, of=child))
    session.commit()

    def add(into: PhotoStore = store, **changes: Any) -> tuple[Photo, bool]:
        picture = changes.pop("ingested", ingested)
        at = changes.pop("now", START)
        values: dict[str, Any] = {
            "client_id": uuid.uuid4(),
            "view": "overview",
            "body_site": "leg",
            "note": None,
            "channel": "page",
        }
        return photos.add_photo(
            session,
            actor,
            child,
            SaidPhoto(**(values | changes)),
            ingested=picture,
            store=into,
            protocol=protocol,
            now=at,
        )

    yield add
    session.rollback()


def other(ingested: IngestedPhoto, **changes: Any) -> IngestedPhoto:
    return replace(ingested, sha256=uuid.uuid4().hex * 2, **changes)


def wall_clock(text: str) -> datetime:
    """What a camera writes: no zone."""
    return datetime.fromisoformat(text)


def audited(session: Session, action: str) -> list[AuditEntry]:
    return list(session.scalars(select(AuditEntry).where(AuditEntry.action == action)))


def test_a_photo_lies_in_the_store_under_the_keys_of_its_row(
    keep: Keep, store: PhotoStore, child: Participant, ingested: IngestedPhoto
) -> None:
    photo, is_new = keep()
    assert is_new
    folder = f"{child.public_id}/{photo.public_id}"
    assert photo.original_key == f"{folder}/original.jpg"
    assert store.get(photo.original_key) == ingested.original
    assert store.get(photo.display_key) == ingested.display
    assert opened(store.get(photo.thumbnail_key)).size == (60, 80)


def test_the_row_holds_what_was_said_and_what_the_camera_told(keep: Keep, session: Session) -> None:
    photo, _ = keep(note="after bathing")
    kept = session.get_one(Photo, photo.id)
    assert (kept.view, kept.body_site, kept.note) == ("overview", "leg", "after bathing")
    assert (kept.captured_local, kept.captured_offset) == ("2026-03-01T08:04:05", "+08:00")
    assert (kept.camera_model, kept.position_removed) == ("Phone 15", True)
    assert (kept.width, kept.height, kept.media_type) == (60, 80, "image/jpeg")
    assert (kept.received_at, kept.channel) == (START, "page")


def test_a_new_photo_leaves_a_trace_without_the_note(keep: Keep, session: Session) -> None:
    photo, _ = keep(note="after bathing")
    (entry,) = audited(session, "photo.add")
    assert (entry.subject_id, entry.participant_id) == (photo.id, photo.participant_id)
    assert entry.new is not None
    assert entry.new["view"] == "overview"
    assert "bathing" not in str(entry.new)


def test_the_same_photo_again_is_the_first_one_and_leaves_no_files(
    keep: Keep, session: Session, store: PhotoStore
) -> None:
    client_id = uuid.uuid4()
    first, _ = keep(client_id=client_id)
    watched = FailingStore(store, good=3)
    again, is_new = keep(watched, client_id=client_id, now=START + timedelta(minutes=5))
    assert (again, is_new) == (first, False)
    assert len(watched.put_keys) == 3
    assert not any(store.exists(key) for key in watched.put_keys)
    assert store.exists(first.original_key)
    assert len(audited(session, "photo.add")) == 1


@pytest.mark.parametrize("changes", [{"view": "ruler"}, {"body_site": "arm"}, {"note": "x"}])
def test_the_same_client_id_with_other_content_is_a_conflict(
    keep: Keep, store: PhotoStore, changes: dict[str, str]
) -> None:
    client_id = uuid.uuid4()
    keep(client_id=client_id)
    watched = FailingStore(store, good=3)
    with pytest.raises(ConflictError) as conflict:
        keep(watched, client_id=client_id, **changes)
    (name,) = changes
    assert conflict.value.offered[name] == changes[name]
    assert not any(store.exists(key) for key in watched.put_keys)


def test_another_picture_under_the_same_client_id_is_a_conflict(
    keep: Keep, ingested: IngestedPhoto
) -> None:
    client_id = uuid.uuid4()
    keep(client_id=client_id)
    with pytest.raises(ConflictError):
        keep(client_id=client_id, ingested=other(ingested))


def test_the_same_picture_in_a_new_form_is_kept_and_known_as_sent_before(
    keep: Keep, session: Session, ingested: IngestedPhoto
) -> None:
    first, _ = keep()
    assert photos.same_sent_before(session, first) is None
    second, is_new = keep(now=START + timedelta(days=1))
    assert is_new
    assert photos.same_sent_before(session, second) == first
    third, _ = keep(ingested=other(ingested))
    assert photos.same_sent_before(session, third) is None


def test_the_same_picture_of_another_child_is_nobodys_business(
    keep: Keep, session: Session, protocol: Protocol, ingested: IngestedPhoto, store: PhotoStore
) -> None:
    keep()
    sibling = a_participant(session)
    said = SaidPhoto(uuid.uuid4(), "overview", "leg", None, "clinic")
    theirs, _ = photos.add_photo(
        session,
        as_actor(session, a_clinician(session)),
        sibling,
        said,
        ingested=ingested,
        store=store,
        protocol=protocol,
        now=START,
    )
    assert photos.same_sent_before(session, theirs) is None


@pytest.mark.parametrize(
    ("taken", "shown_on"),
    [
        ("2025-01-20T00:00", date(2025, 1, 20)),  # the day of birth
        ("2025-01-19T23:59", date(2026, 3, 10)),  # before it
        ("2026-03-09T23:59", date(2026, 3, 9)),
        ("2026-03-10T23:59", date(2026, 3, 10)),  # today
        ("2026-03-11T00:00", date(2026, 3, 10)),  # to come
        ("1970-01-01T00:00", date(2026, 3, 10)),
        (None, date(2026, 3, 10)),
    ],
)  # fmt: skip
def test_a_photo_belongs_to_the_day_the_camera_says_if_that_can_be(
    keep: Keep, ingested: IngestedPhoto, taken: str | None, shown_on: date
) -> None:
    told = None if taken is None else wall_clock(taken)
    photo, _ = keep(ingested=replace(ingested, captured_local=told))
    assert photo.shown_on == shown_on


def test_the_day_of_arrival_is_the_childs_and_not_the_servers(
    keep: Keep, ingested: IngestedPhoto
) -> None:
    silent = replace(ingested, captured_local=None)
    before_midnight, _ = keep(ingested=silent, now=datetime(2026, 3, 10, 15, 59, tzinfo=UTC))
    after_midnight, _ = keep(ingested=silent, now=datetime(2026, 3, 10, 16, 0, tzinfo=UTC))
    assert before_midnight.shown_on == date(2026, 3, 10)
    assert after_midnight.shown_on == date(2026, 3, 11)


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"view": "x-ray"}, "unknown_view", "view"),
        ({"body_site": "tail"}, "unknown_body_site", "body_site"),
    ],
)
def test_view_and_site_are_those_of_the_protocol(
    keep: Keep, store: PhotoStore, changes: dict[str, str], code: str, field: str
) -> None:
    watched = FailingStore(store, good=3)
    with pytest.raises(RefusedError) as refusal:
        keep(watched, **changes)
    assert (refusal.value.code, refusal.value.field) == (code, field)
    assert watched.put_keys == []


@pytest.mark.parametrize("good", [0, 1, 2])
def test_a_store_that_fails_half_way_leaves_neither_row_nor_file(
    keep: Keep, session: Session, store: PhotoStore, good: int
) -> None:
    watched = FailingStore(store, good)
    with pytest.raises(StoreUnavailableError):
        keep(watched)
    assert len(watched.put_keys) == good
    assert not any(store.exists(key) for key in watched.put_keys)
    assert session.scalar(select(func.count(Photo.id))) == 0


def test_nothing_is_asked_of_the_database_before_the_files_lie_safe(
    keep: Keep, session: Session, store: PhotoStore
) -> None:
    """On SQLite whoever holds a transaction while a store is slow holds up everybody."""

    class Watched(FailingStore):
        in_transaction: set[bool]

        def put(self, key: str, data: bytes, media_type: str) -> None:
            self.in_transaction.add(session.in_transaction())
            super().put(key, data, media_type)

    watched = Watched(store, good=3)
    watched.in_transaction = set()
    keep(watched)
    assert watched.in_transaction == {False}


def test_after_a_failed_commit_the_files_go_but_those_of_a_kept_row_stay(
    keep: Keep, session: Session, store: PhotoStore, ingested: IngestedPhoto
) -> None:
    kept, _ = keep()
    session.commit()
    lost, _ = keep(ingested=other(ingested))
    files = files_of(lost)
    session.rollback()
    discard_unless_kept(session, store, files)
    discard_unless_kept(session, store, files_of(kept))
    assert not store.exists(files.original)
    assert not store.exists(files.thumbnail)
    assert store.exists(kept.original_key)


def test_photos_come_newest_day_first_and_none_of_another_child(
    keep: Keep, session: Session, ingested: IngestedPhoto
) -> None:
    old, _ = keep(ingested=other(ingested, captured_local=wall_clock("2026-02-03")), view="ruler")
    first_of_day, _ = keep(ingested=other(ingested))
    second_of_day, _ = keep(ingested=other(ingested), now=START + timedelta(minutes=1))
    noise = a_participant(session)
    listed = photos.photos_of(session, old.participant_id)
    assert listed == (second_of_day, first_of_day, old)
    assert photos.photos_of(session, old.participant_id, view="ruler") == (old,)
    assert photos.photos_of(session, noise.id) == ()
    assert photos.last_sent(session, old.participant_id) == second_of_day
    assert photos.last_sent(session, noise.id) is None


def test_senders_are_known_by_name(keep: Keep, session: Session) -> None:
    photo, _ = keep()
    (name,) = photos.senders(session, [photo]).values()
    assert name.startswith("Person")
    assert photos.senders(session, []) == {}


def test_a_photo_is_seen_by_the_childs_carers_and_the_sites_staff_only(
    keep: Keep, session: Session, child: Participant
) -> None:
    photo, _ = keep()
    own_site = session.get_one(Site, child.site_id)
    for account in (a_carer(session, of=child), a_clinician(session, own_site, StaffRole.MONITOR)):
        assert photos.seen_photo(session, as_actor(session, account), photo.public_id) == photo
    strangers = [
        a_carer(session, of=a_participant(session, own_site)),
        a_clinician(session),
        a_clinician(session, own_site, StaffRole.READER),
    ]
    for actor in [*(as_actor(session, account) for account in strangers), SYSTEM]:
        with pytest.raises(NotFoundError):
            photos.seen_photo(session, actor, photo.public_id)


def test_a_photo_that_does_not_exist_is_not_found(session: Session, child: Participant) -> None:
    actor = as_actor(session, a_carer(session, of=child))
    with pytest.raises(NotFoundError):
        photos.seen_photo(session, actor, uuid.uuid4())


def test_a_photo_is_found_under_its_own_child_only(keep: Keep, session: Session) -> None:
    photo, _ = keep()
    assert photos.photo_of(session, photo.participant_id, photo.public_id) == photo
    with pytest.raises(NotFoundError):
        photos.photo_of(session, a_participant(session).id, photo.public_id)


def test_a_photo_marked_unusable_stays_with_its_reason_and_can_be_unmarked(
    keep: Keep, session: Session
) -> None:
    photo, _ = keep()
    nurse = as_actor(session, a_clinician(session))
    photos.mark_unusable(session, nurse, photo, " blurred ", now=START)
    photos.mark_unusable(session, nurse, photo, "blurred", now=START)
    assert session.scalar(select(Photo.unusable_reason)) == "blurred"
    assert photos.photos_of(session, photo.participant_id) == (photo,)
    (entry,) = audited(session, "photo.unusable")
    assert (entry.actor_id, entry.reason) == (nurse.account_id, "blurred")
    photos.mark_usable(session, nurse, photo, now=START)
    assert session.scalar(select(Photo.unusable_reason)) is None
    assert len(audited(session, "photo.usable")) == 1


def test_a_photo_is_not_marked_without_a_reason(keep: Keep, session: Session) -> None:
    photo, _ = keep()
    with pytest.raises(RefusedError):
        photos.mark_unusable(
            session, as_actor(session, a_clinician(session)), photo, " ", now=START
        )
    assert photo.unusable_reason is None
