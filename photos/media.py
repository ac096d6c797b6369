"""Which kind of file arrived, told by its first bytes and never by its name."""

from dataclasses import dataclass
from enum import StrEnum

from photos.exif import ExifFacts
from photos.limits import PhotoRefusedError, Refusal


class MediaType(StrEnum):
    """The kinds of photo that are taken."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"
    HEIC = "image/heic"
    AVIF = "image/avif"


@dataclass(frozen=True, slots=True)
class Stripped:
    """A photo file with the pixels it came with and no metadata, and what the metadata said."""

    data: bytes
    facts: ExifFacts


_STILL_BRANDS = {
    b"heic": MediaType.HEIC,
    b"heix": MediaType.HEIC,
    b"heim": MediaType.HEIC,
    b"heis": MediaType.HEIC,
    b"avif": MediaType.AVIF,
}
_SEQUENCE_BRANDS = frozenset({b"hevc", b"hevx", b"hevm", b"hevs", b"msf1", b"avis"})
# Real pictures or films of kinds we do not take: the person is told "not this kind",
# not "this is no picture".
_KNOWN_BUT_NOT_TAKEN = (
    b"GIF8",
    b"II*\x00",
    b"MM\x00*",
    b"BM",
    b"%PDF-",
    b"\xff\x0a",
    b"\x00\x00\x00\x0cJXL ",
    b"\x00\x00\x00\x0cjP  ",
)


def media_type_of(data: bytes) -> MediaType:
    """The kind of photo. Raises PhotoRefusedError (not_an_image, unsupported, animated)."""
    if data.startswith(b"\xff\xd8\xff"):
        return MediaType.JPEG
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return MediaType.PNG
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return MediaType.WEBP
    if data[4:8] == b"ftyp":
        return _container_type(data)
    if data.startswith(_KNOWN_BUT_NOT_TAKEN):
        raise PhotoRefusedError(Refusal.UNSUPPORTED)
    raise PhotoRefusedError(Refusal.NOT_AN_IMAGE)


def _container_type(data: bytes) -> MediaType:
    major, compatible = data[8:12], data[16 : int.from_bytes(data[:4], "big")][:128]
    if major in _SEQUENCE_BRANDS:
        raise PhotoRefusedError(Refusal.ANIMATED)
    if major in _STILL_BRANDS:
        return _STILL_BRANDS[major]
    if major == b"mif1":  # "some still image": the codec stands among the compatible brands
        return MediaType.AVIF if b"avif" in compatible else MediaType.HEIC
    raise PhotoRefusedError(Refusal.UNSUPPORTED)
