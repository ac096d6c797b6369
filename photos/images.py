"""Take in one photo: what arrived as bytes becomes safe, upright pictures and a few facts."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from photos.limits import PhotoLimits, PhotoRefusedError, Refusal
from photos.media import MediaType, Stripped, media_type_of
from photos.shrink import display_picture, jpeg_bytes, open_photo, smaller, upright_size
from photos.strip_chunks import strip_png, strip_webp
from photos.strip_heif import strip_heif
from photos.strip_jpeg import strip_jpeg

_DISPLAY_QUALITY = 85
_THUMBNAIL_QUALITY = 80
_THUMBNAIL_EDGE = 320
_STRIPPERS: Mapping[MediaType, Callable[[bytes], Stripped]] = {
    MediaType.JPEG: strip_jpeg,
    MediaType.PNG: strip_png,
    MediaType.WEBP: strip_webp,
    MediaType.HEIC: strip_heif,
    MediaType.AVIF: strip_heif,
}


@dataclass(frozen=True, slots=True)
class IngestedPhoto:
    """A photo ready to be kept.

    `original` holds the pixels that arrived, without metadata, as `media_type`; `display` (long
    edge up to 2048 px) and `thumbnail` (320 px) are upright sRGB JPEG. `width` and `height` are
    those of the original as seen upright, in px. `sha256` is that of the bytes that arrived.
    `captured_local` is the camera's wall clock; `captured_utc_offset` its distance from UTC when
    the camera told it. `position_removed`: the photo said where it was taken.
    """

    original: bytes
    display: bytes
    thumbnail: bytes
    width: int
    height: int
    media_type: MediaType
    sha256: str
    captured_local: datetime | None
    captured_utc_offset: timedelta | None
    camera_model: str | None
    position_removed: bool


def ingest(data: bytes, limits: PhotoLimits) -> IngestedPhoto:
    """Strip, decode once, shrink. Pure: no file, no clock, no network.

    The stripped file is what gets decoded, so that what was looked at is what is kept.
    Raises PhotoRefusedError with the code of the first reason found.
    """
    if not data:
        raise PhotoRefusedError(Refusal.EMPTY)
    if len(data) > limits.max_bytes:
        raise PhotoRefusedError(Refusal.TOO_LARGE)
    media_type = media_type_of(data)
    stripped = _STRIPPERS[media_type](data)
    image = open_photo(stripped.data, media_type, limits.max_pixels)
    width, height = upright_size(image)
    display = display_picture(image)
    return IngestedPhoto(
        original=stripped.data,
        display=jpeg_bytes(display, _DISPLAY_QUALITY),
        thumbnail=jpeg_bytes(smaller(display, _THUMBNAIL_EDGE), _THUMBNAIL_QUALITY),
        width=width,
        height=height,
        media_type=media_type,
        sha256=hashlib.sha256(data).hexdigest(),
        captured_local=stripped.facts.captured_local,
        captured_utc_offset=stripped.facts.captured_utc_offset,
        camera_model=stripped.facts.camera_model,
        position_removed=stripped.facts.has_position,
    )
