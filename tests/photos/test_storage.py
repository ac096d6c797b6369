"""The same promises for every store: a local folder and a real S3 server."""

import os
import socket
from pathlib import Path

import pytest

from photos.open_store import open_store
from photos.storage import PhotoMissingError, PhotoStore, StoreUnavailableError

KEY = "5d0c/original.jpg"


@pytest.fixture(params=["folder", pytest.param("s3", marks=pytest.mark.s3)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> PhotoStore:
    if request.param == "folder":
        return open_store(f"file://{tmp_path}/photos")
    return open_store(request.getfixturevalue("s3_url").replace("/tests?", f"/{tmp_path.name}?"))


def test_what_was_put_can_be_got(store: PhotoStore) -> None:
    store.put(KEY, b"\xff\xd8 bytes \x00", "image/jpeg")

    assert store.get(KEY) == b"\xff\xd8 bytes \x00"
    assert store.exists(KEY)


def test_an_unknown_key_is_missing(store: PhotoStore) -> None:
    store.put("5d0c/display.jpg", b"noise", "image/jpeg")

    assert not store.exists(KEY)
    with pytest.raises(PhotoMissingError):
        store.get(KEY)


def test_putting_the_same_photo_twice_is_harmless(store: PhotoStore) -> None:
    store.put(KEY, b"same", "image/jpeg")
    store.put(KEY, b"same", "image/jpeg")

    assert store.get(KEY) == b"same"


def test_in_a_folder_a_key_may_be_the_beginning_of_another(tmp_path: Path) -> None:
    # S3 itself has no folders either; the server used here does, so it is not asked.
    store = open_store(f"file://{tmp_path}/photos")
    store.put("5d0c", b"short", "image/jpeg")
    store.put(KEY, b"long", "image/jpeg")

    assert (store.get("5d0c"), store.get(KEY)) == (b"short", b"long")


def test_a_deleted_photo_is_gone_and_others_stay(store: PhotoStore) -> None:
    store.put(KEY, b"gone", "image/jpeg")
    store.put("5d0c/display.jpg", b"stays", "image/jpeg")

    store.delete(KEY)

    assert not store.exists(KEY)
    assert store.get("5d0c/display.jpg") == b"stays"


def test_deleting_what_is_not_there_is_fine(store: PhotoStore) -> None:
    store.delete(KEY)

    assert not store.exists(KEY)


def test_a_large_photo_survives_unchanged(store: PhotoStore) -> None:
    photo = os.urandom(6_000_000)

    store.put(KEY, photo, "image/jpeg")

    assert store.get(KEY) == photo


def test_a_working_store_is_ready(store: PhotoStore) -> None:
    assert store.ready()


@pytest.mark.parametrize(
    "key",
    [
        *("", "a/", "a//b", "/etc/passwd", "../secret", "a/../b", ".hidden", "a/.b"),
        *("A", "ä", "a b", "a~b", "a\\b", "a\n", "a\x00b", "x" * 201),
    ],
)
def test_a_malformed_key_is_refused(store: PhotoStore, key: str) -> None:
    with pytest.raises(ValueError, match="malformed"):
        store.put(key, b"", "image/jpeg")
    with pytest.raises(ValueError, match="malformed"):
        store.get(key)
    with pytest.raises(ValueError, match="malformed"):
        store.exists(key)
    with pytest.raises(ValueError, match="malformed"):
        store.delete(key)


def test_the_longest_key_is_taken(store: PhotoStore) -> None:
    store.put("x" * 200, b"long", "image/jpeg")

    assert store.get("x" * 200) == b"long"


def test_a_folder_store_leaves_nothing_half_written_and_nothing_open_to_others(
    tmp_path: Path,
) -> None:
    root = tmp_path / "photos"
    open_store(f"file://{root}").put(KEY, b"whole", "image/jpeg")

    (written,) = (path for path in root.rglob("*") if path.is_file())
    assert written.read_bytes() == b"whole"
    assert (root.stat().st_mode & 0o077, written.stat().st_mode & 0o077) == (0, 0)


def test_a_folder_that_cannot_be_made_is_unavailable_and_not_ready(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    store = open_store(f"file://{tmp_path}/file")

    assert not store.ready()
    with pytest.raises(StoreUnavailableError):
        store.put(KEY, b"", "image/jpeg")


def test_a_missing_bucket_is_unavailable_and_not_ready(s3_url: str) -> None:
    store = open_store(s3_url.replace("s3://photos", "s3://nowhere"))

    assert not store.ready()
    with pytest.raises((StoreUnavailableError, PhotoMissingError)):
        store.get(KEY)


def test_an_s3_server_that_does_not_answer_is_unavailable(s3_url: str) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    store = open_store(f"s3://photos?endpoint=http://127.0.0.1:{port}&region=us-east-1")

    with pytest.raises(StoreUnavailableError):
        store.get(KEY)
    with pytest.raises(StoreUnavailableError):
        store.exists(KEY)


def test_wrong_credentials_make_the_store_unavailable(
    s3_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")

    with pytest.raises(StoreUnavailableError):
        open_store(s3_url).put(KEY, b"", "image/jpeg")


@pytest.mark.parametrize(
    "url",
    [
        *("", "var/photos", "http://bucket", "file://var/photos", "file:var/photos"),
        *(
            "s3:///prefix",
            "s3://key:secret@bucket",
            "s3://bucket?acl=public",
            "s3://bucket?endpoint",
        ),
    ],
)
def test_an_address_that_is_not_understood_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        open_store(url)
