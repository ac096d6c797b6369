"""The few facts a photo's metadata may tell us before the metadata is thrown away."""

import re
import struct
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from PIL import Image

_ORIENTATION, _MODEL, _EXIF_IFD, _GPS_IFD = 0x0112, 0x0110, 0x8769, 0x8825
_TAKEN, _TAKEN_OFFSET, _LATITUDE = 0x9003, 0x9011, 2
_TAKEN_FORM = re.compile(r"(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)")
_OFFSET_FORM = re.compile(r"([+-])(\d\d):(\d\d)")
_LONGEST_MODEL = 64


@dataclass(frozen=True, slots=True)
class ExifFacts:
    """What is kept as data. `captured_local` is the camera's wall clock, without a zone;
    `captured_utc_offset` says how far that clock was ahead of UTC, when the camera told it.
    `orientation` is the EXIF value 1–8.
    """

    orientation: int = 1
    captured_local: datetime | None = None
    captured_utc_offset: timedelta | None = None
    camera_model: str | None = None
    has_position: bool = False


def read_exif(block: bytes, xmp: bytes = b"") -> ExifFacts:
    """Facts in an EXIF block (TIFF, with or without its `Exif` prefix) and an XMP packet.

    Never raises: an unreadable block tells nothing, and a photo is not refused for it.
    """
    in_xmp = b"GPSLatitude" in xmp
    try:
        return _facts(block, in_xmp)
    # Anything can be written into a block; Pillow's reader has no single error of its own.
    except Exception:
        return ExifFacts(has_position=in_xmp)


def orientation_block(orientation: int) -> bytes:
    """The smallest TIFF block that tells viewers how to turn a picture, and nothing else."""
    entry = struct.pack(">HHIHH", _ORIENTATION, 3, 1, orientation, 0)
    return b"MM\x00*" + struct.pack(">IH", 8, 1) + entry + bytes(4)


def _facts(block: bytes, in_xmp: bool) -> ExifFacts:
    tags = Image.Exif()
    tags.load(block)
    taken: dict[int, Any] = tags.get_ifd(_EXIF_IFD)
    return ExifFacts(
        orientation=_orientation(tags.get(_ORIENTATION)),
        captured_local=_wall_clock(taken.get(_TAKEN)),
        captured_utc_offset=_offset(taken.get(_TAKEN_OFFSET)),
        camera_model=_model(tags.get(_MODEL)),
        has_position=in_xmp or _LATITUDE in tags.get_ifd(_GPS_IFD),
    )


def _orientation(value: object) -> int:
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _wall_clock(value: object) -> datetime | None:
    found = _TAKEN_FORM.match(value) if isinstance(value, str) else None
    if found is None:
        return None
    year, month, day, clock = found.groups()
    try:
        return datetime.fromisoformat(f"{year}-{month}-{day}T{clock}")
    except ValueError:  # cameras without a set clock write 0000:00:00 00:00:00
        return None


def _offset(value: object) -> timedelta | None:
    found = _OFFSET_FORM.match(value) if isinstance(value, str) else None
    if found is None:
        return None
    sign, hours, minutes = found.groups()
    ahead = timedelta(hours=int(hours), minutes=int(minutes))
    if ahead > timedelta(hours=14):  # no zone on earth is further from UTC
        return None
    return -ahead if sign == "-" else ahead


def _model(value: object) -> str | None:
    if not isinstance(value, str):
        return None
    printable = "".join(letter for letter in value if letter.isprintable()).strip()
    return printable[:_LONGEST_MODEL] or None
