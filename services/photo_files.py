"""The three files of a photo in the store: written before the row, removed when no row comes."""

import uuid
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.photo import Photo
from photos.images import IngestedPhoto
from photos.media import MediaType
from photos.storage import PhotoStore, StoreUnavailableError

_ENDINGS = {
    MediaType.JPEG: "jpg",
    MediaType.PNG: "png",
    MediaType.WEBP: "webp",
    MediaType.HEIC: "heic",
    MediaType.AVIF: "avif",
}


@dataclass(frozen=True, slots=True)
class PhotoFiles:
    """The id a photo gets, and its keys in the store. A second try gets other ones, so that what
    is removed after a failure never belongs to somebody else's success."""

    public_id: uuid.UUID
    original: str
    display: str
    thumbnail: str


def put_files(store: PhotoStore, participant_id: uuid.UUID, ingested: IngestedPhoto) -> PhotoFiles:
    """Keep the original, the display copy and the thumbnail; all three or none.

    Slow: call it outside of any transaction. Raises StoreUnavailableError.
    """
    photo_id = uuid.uuid4()
    folder = f"{participant_id}/{photo_id}"
    files = PhotoFiles(
        public_id=photo_id,
        original=f"{folder}/original.{_ENDINGS[ingested.media_type]}",
        display=f"{folder}/display.jpg",
        thumbnail=f"{folder}/thumbnail.jpg",
    )
    try:
        store.put(files.original, ingested.original, ingested.media_type)
        store.put(files.display, ingested.display, MediaType.JPEG)
        store.put(files.thumbnail, ingested.thumbnail, MediaType.JPEG)
    except StoreUnavailableError:
        discard(store, files)
        raise
    return files


def discard(store: PhotoStore, files: PhotoFiles) -> None:
    """Remove files that no row names. A store that is away keeps them, which costs space only."""
    for key in (files.original, files.display, files.thumbnail):
        with suppress(StoreUnavailableError):
            store.delete(key)


def files_of(photo: Photo) -> PhotoFiles:
    """Where the files of a photo lie. Ask before a commit that may fail."""
    return PhotoFiles(photo.public_id, photo.original_key, photo.display_key, photo.thumbnail_key)


def discard_unless_kept(session: Session, store: PhotoStore, files: PhotoFiles) -> None:
    """After a commit that failed: remove the files, unless the database kept the row after all.

    A connection may break when the commit has already happened; then the files must stay. Call it
    after the rollback; it raises what the database raises, and removes nothing then.
    """
    if session.scalar(select(Photo.id).where(Photo.public_id == files.public_id)) is None:
        discard(store, files)
