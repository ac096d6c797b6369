"""What is no photo, or no photo for us, is refused with the reason and before it costs much."""

import io
import struct
import zlib

import pytest
from PIL import Image

from photo_samples import a_picture, encoded, with_jpeg_segment
from photos.images import ingest
from photos.limits import PhotoLimits, PhotoRefusedError

LIMITS = PhotoLimits()
KINDS = ["JPEG", "PNG", "WEBP", "AVIF", "HEIF"]


def refusal(data: bytes, limits: PhotoLimits = LIMITS) -> str:
    with pytest.raises(PhotoRefusedError) as caught:
        ingest(data, limits)
    return caught.value.code


def test_nothing_is_refused_as_empty() -> None:
    assert refusal(b"") == "empty"


def test_the_largest_file_is_taken_and_one_byte_more_is_not() -> None:
    data = encoded(a_picture(), "JPEG")

    assert ingest(data, PhotoLimits(max_bytes=len(data))).width == 640
    assert refusal(data, PhotoLimits(max_bytes=len(data) - 1)) == "too_large"


@pytest.mark.parametrize("kind", KINDS)
def test_the_most_pixels_are_taken_and_one_more_is_not(kind: str) -> None:
    data = encoded(a_picture(), kind)

    assert ingest(data, PhotoLimits(max_pixels=640 * 480)).width == 640
    assert refusal(data, PhotoLimits(max_pixels=640 * 480 - 1)) == "too_many_pixels"


@pytest.mark.parametrize(
    "data",
    [
        b"hello",
        b"\x00",
        b"<!doctype html><script>alert(1)</script>",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
        b"<?xml version='1.0'?><svg/>",
        b"\xff\xd8",
        b"\x89PNG",
        b"RIFF\x00\x00\x00\x00WAVE",
        b"PK\x03\x04" + bytes(40),
    ],
)
def test_what_is_no_picture_is_refused_whatever_it_calls_itself(data: bytes) -> None:
    assert refusal(data) == "not_an_image"


@pytest.mark.parametrize("kind", ["GIF", "TIFF", "BMP", "JPEG2000", "PDF"])
def test_other_kinds_of_picture_are_unsupported(kind: str) -> None:
    assert refusal(encoded(a_picture(), kind)) == "unsupported"


def test_a_film_is_unsupported() -> None:
    assert refusal(b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00isommp42" + bytes(99)) == "unsupported"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
def test_a_photo_that_stopped_on_its_way_is_truncated(kind: str, share: float) -> None:
    data = encoded(_noise(), kind)

    assert refusal(data[: int(len(data) * share)]) == "truncated"


@pytest.mark.parametrize("kind", KINDS)
def test_a_photo_without_its_last_byte_is_truncated(kind: str) -> None:
    assert refusal(encoded(_noise(), kind)[:-1]) == "truncated"


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF"])
def test_moving_pictures_are_refused(kind: str) -> None:
    frames = [a_picture(), Image.new("RGB", (640, 480), "green")]

    assert refusal(encoded(frames[0], kind, save_all=True, append_images=frames[1:])) == "animated"


@pytest.mark.parametrize("kind", KINDS)
def test_every_cut_of_a_small_photo_is_refused_and_never_crashes(kind: str) -> None:
    data = encoded(a_picture((48, 32)), kind)

    for length in range(0, len(data) - 1, 7):
        refusal(data[:length])


@pytest.mark.parametrize("kind", KINDS)
def test_a_photo_with_one_changed_byte_is_taken_or_refused_and_never_crashes(kind: str) -> None:
    data = encoded(a_picture((48, 32)), kind)
    outcomes = set()
    for at in range(0, len(data), 3):
        changed = data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]
        try:
            outcomes.add(ingest(changed, LIMITS).media_type.value)
        except PhotoRefusedError as error:
            outcomes.add(error.code.value)

    assert len(outcomes) > 1


def test_a_png_bomb_is_refused_from_its_header() -> None:
    assert refusal(_png_of(50_000, 50_000, zlib.compress(bytes(10_000_000)))) == "too_many_pixels"


def test_a_jpeg_bomb_is_refused_from_its_header() -> None:
    data = encoded(Image.new("L", (16, 16)), "JPEG")
    at = data.index(b"\xff\xc0") + 5
    bomb = data[:at] + struct.pack(">HH", 65_000, 65_000) + data[at + 4 :]

    assert refusal(bomb) == "too_many_pixels"


def test_a_colour_profile_that_unpacks_to_gigabytes_does_not_unpack() -> None:
    profile = b"icc\x00\x00" + zlib.compress(bytes(200_000_000), 9)
    chunk = b"iCCP" + profile
    sealed = struct.pack(">I", len(profile)) + chunk + struct.pack(">I", zlib.crc32(chunk))
    data = encoded(a_picture(), "PNG")

    assert refusal(data[:33] + sealed + data[33:]) == "damaged"


def test_a_progressive_jpeg_of_endless_scans_is_refused() -> None:
    data = encoded(a_picture(), "JPEG", progressive=True)
    scan_at = data.index(b"\xff\xda")
    scan = data[scan_at : data.index(b"\xff\xc4", scan_at)]

    assert refusal(data[:scan_at] + scan * 101 + data[scan_at:]) == "damaged"


@pytest.mark.parametrize(
    "many",
    [
        b"\xff\xd8" + b"\xff\xe1\x00\x02" * 9_000_000,
        b"\xff\xd8" + b"\xff\x01" * 15_000_000 + b"\xff\xd9",
        b"\x89PNG\r\n\x1a\n" + (bytes(4) + b"teXt" + bytes(4)) * 3_000_000,
        b"RIFF" + (30_000_004).to_bytes(4, "little") + b"WEBP" + (b"JUNK" + bytes(4)) * 3_750_000,
        b"\x00\x00\x00\x10ftypheic" + bytes(4) + b"\x00\x00\x00\x08free" * 3_000_000,
    ],
    ids=["segments", "markers", "png", "webp", "boxes"],
)
def test_a_file_of_millions_of_tiny_parts_is_refused_at_once(many: bytes) -> None:
    assert refusal(many) == "damaged"


def test_a_png_whose_checksum_is_wrong_is_damaged() -> None:
    data = bytearray(encoded(a_picture(), "PNG"))
    data[data.index(b"IDAT") + 20] ^= 1

    assert refusal(bytes(data)) == "damaged"


def test_a_jpeg_without_a_picture_is_damaged() -> None:
    assert refusal(with_jpeg_segment(b"\xff\xd8\xff\xd9", 0xFE, b"comment")) == "damaged"


def _noise() -> Image.Image:
    return Image.effect_noise((400, 300), 80).convert("RGB")


def _png_of(width: int, height: int, pixels: bytes) -> bytes:
    target = io.BytesIO(b"\x89PNG\r\n\x1a\n")
    target.seek(8)
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    for kind, body in ((b"IHDR", header), (b"IDAT", pixels), (b"IEND", b"")):
        checksum = struct.pack(">I", zlib.crc32(kind + body))
        target.write(struct.pack(">I", len(body)) + kind + body + checksum)
    return target.getvalue()
