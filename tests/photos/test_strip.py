"""The kept original has the pixels that arrived, and nothing that tells who, where or with what."""

import io

import pillow_heif
import pytest
from PIL import Image, PngImagePlugin

from photo_samples import (
    ORIENTATION,
    XMP,
    a_picture,
    display_p3,
    encoded,
    exif_with_everything,
    jpeg_segments,
    opened,
    with_jpeg_segment,
)
from photos.images import IngestedPhoto, ingest
from photos.limits import PhotoLimits

FILM = b"\x00\x00\x00\x18ftypmp42" + b"film of the room" * 500
SECRETS = (b"secret", b"Li Mei", b"Phone 15", b"left arm", b"GPS", b"garden", b"film of", b"Maker")
KINDS = ["JPEG", "PNG", "WEBP", "AVIF", "HEIF"]


def kept(data: bytes) -> IngestedPhoto:
    return ingest(data, PhotoLimits())


def a_talkative_jpeg(orientation: int = 1, **options: object) -> bytes:
    data = encoded(
        a_picture(),
        "JPEG",
        exif=exif_with_everything(orientation),
        xmp=XMP,
        quality=95,
        comment=b"secret comment",
        icc_profile=display_p3(),
        **options,
    )
    data = with_jpeg_segment(data, 0xED, b"Photoshop 3.0\x008BIM\x04\x04secret caption")
    data = with_jpeg_segment(data, 0xE2, b"MPF\x00secret directory")
    data = with_jpeg_segment(data, 0xEB, b"secret vendor data")
    return data + FILM


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_told_by_metadata_is_left_in_any_file(kind: str) -> None:
    data = encoded(a_picture(), kind, exif=exif_with_everything(6), xmp=XMP) + FILM
    assert b"Li Mei" in data

    photo = kept(data)

    for secret in SECRETS:
        assert secret not in photo.original
        assert secret not in photo.display
        assert secret not in photo.thumbnail


@pytest.mark.parametrize("kind", KINDS)
def test_the_pixels_of_the_original_are_identical(kind: str) -> None:
    data = encoded(a_picture(), kind, exif=exif_with_everything(), xmp=XMP)

    assert opened(kept(data).original).tobytes() == opened(data).tobytes()


@pytest.mark.parametrize("kind", KINDS)
def test_stripping_a_stripped_photo_changes_nothing(kind: str) -> None:
    once = kept(encoded(a_picture(), kind, exif=exif_with_everything(6), xmp=XMP)).original

    assert kept(once).original == once


@pytest.mark.parametrize("kind", KINDS)
def test_the_colour_profile_stays(kind: str) -> None:
    data = encoded(a_picture(), kind, icc_profile=display_p3(), exif=exif_with_everything())

    assert opened(kept(data).original).info["icc_profile"] == display_p3()


@pytest.mark.filterwarnings("ignore:Image appears to be a malformed MPO")
@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"restart_marker_rows": 1}])
def test_only_segments_that_make_the_picture_are_left_in_a_jpeg(options: dict[str, bool]) -> None:
    data = a_talkative_jpeg(**options)
    photo = kept(data)

    named = {(marker, body[:4]) for marker, body in jpeg_segments(photo.original) if marker >= 0xE0}
    assert named == {(0xE0, b"JFIF"), (0xE2, b"ICC_")}
    assert opened(photo.original).tobytes() == opened(data).tobytes()
    assert photo.original.count(b"secret") == 0


def test_a_turned_jpeg_keeps_its_orientation_and_no_other_tag() -> None:
    original = kept(a_talkative_jpeg(orientation=6)).original

    (exif,) = (body for marker, body in jpeg_segments(original) if marker == 0xE1)
    assert len(exif) == 32
    assert dict(opened(original).getexif()) == {ORIENTATION: 6}


def test_the_small_picture_inside_jfif_is_dropped() -> None:
    plain = encoded(a_picture(), "JPEG")
    jfif = b"JFIF\x00\x01\x02\x00\x00\x01\x00\x01\x08\x08" + b"preview " * 24
    photo = kept(with_jpeg_segment(plain[:2] + plain[20:], 0xE0, jfif))

    assert jpeg_segments(photo.original)[0] == (0xE0, jfif[:12] + b"\x00\x00")


def test_an_inverted_cmyk_jpeg_keeps_the_segment_that_says_so() -> None:
    data = encoded(Image.new("CMYK", (64, 64), (10, 90, 200, 30)), "JPEG")

    assert opened(kept(data).original).tobytes() == opened(data).tobytes()


def test_only_the_first_picture_of_an_mpo_is_kept() -> None:
    other = Image.new("RGB", (640, 480), "green")
    data = encoded(a_picture(), "MPO", save_all=True, append_images=[other])

    original = kept(data).original

    assert opened(original).format == "JPEG"
    assert len(original) < len(data) - 1000
    assert opened(original).tobytes() == opened(data).tobytes()


def test_the_display_copy_and_the_thumbnail_hold_a_picture_and_nothing_else() -> None:
    photo = kept(a_talkative_jpeg(orientation=6))

    for data in (photo.display, photo.thumbnail):
        assert {marker for marker, _ in jpeg_segments(data) if marker >= 0xE0} == {0xE0}


def test_only_chunks_that_make_the_picture_are_left_in_a_png() -> None:
    text = PngImagePlugin.PngInfo()
    text.add_text("Author", "Li Mei")
    text.add_text("Comment", "secret", zip=True)
    text.add_itxt("Title", "secret")
    data = encoded(a_picture(), "PNG", pnginfo=text, exif=exif_with_everything(), dpi=(72, 72))

    assert _png_kinds(kept(data + FILM).original) == [b"IHDR", b"IDAT", b"IEND"]


def test_a_turned_png_keeps_its_orientation_and_no_other_tag() -> None:
    original = kept(encoded(a_picture(), "PNG", exif=exif_with_everything(6))).original

    assert _png_kinds(original) == [b"IHDR", b"eXIf", b"IDAT", b"IEND"]
    assert dict(opened(original).getexif()) == {ORIENTATION: 6}


@pytest.mark.parametrize("orientation", [1, 6])
def test_only_chunks_that_make_the_picture_are_left_in_a_webp(orientation: int) -> None:
    data = encoded(a_picture(), "WEBP", exif=exif_with_everything(orientation), xmp=XMP)
    original = kept(data + FILM).original

    assert (b"EXIF" in original, b"XMP " in original) == (orientation == 6, False)
    assert int.from_bytes(original[4:8], "little") == len(original) - 8
    assert dict(opened(original).getexif()) == ({ORIENTATION: 6} if orientation == 6 else {})


@pytest.mark.parametrize("kind", ["HEIF", "AVIF"])
def test_heic_and_avif_name_no_metadata_and_show_no_exif(kind: str) -> None:
    original = kept(encoded(a_picture(), kind, exif=exif_with_everything(), xmp=XMP)).original

    assert b"Exif" not in original
    assert b"mime" not in original
    assert not dict(opened(original).getexif())


def test_previews_inside_a_heic_are_blanked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pillow_heif.options, "THUMBNAILS", True)
    plain = pillow_heif.from_pillow(a_picture((1280, 960)))
    target = io.BytesIO()
    plain.save(target, quality=60, thumbnails=[320])
    assert opened(target.getvalue()).info["thumbnails"]

    original = kept(target.getvalue()).original

    assert not opened(original).info["thumbnails"]
    assert opened(original).tobytes() == opened(target.getvalue()).tobytes()


def test_a_heic_of_many_tiles_keeps_them_all() -> None:
    data = encoded(a_picture((1280, 960)), "HEIF", tile_size=256, exif=exif_with_everything())
    assert data.count(b"hvc1") > 10

    assert opened(kept(data).original).tobytes() == opened(data).tobytes()


def test_the_film_behind_a_heic_is_cut_off() -> None:
    data = encoded(a_picture(), "HEIF")
    film = FILM[:24] + b"\x00\x00\x10\x00mdat" + b"film of".ljust(4088, b"!")

    assert len(kept(data + film).original) == len(data)


def test_boxes_beside_the_picture_are_blanked_in_a_heic() -> None:
    data = encoded(a_picture(), "HEIF")
    box = (16 + 8).to_bytes(4, "big") + b"uuid" + b"secret of vendor"

    original = kept(data + box + b"\x00\x00\x00\x10mpvdsecret!!" + b"junk").original

    assert b"secret" not in original
    assert opened(original).tobytes() == opened(data).tobytes()


def _png_kinds(data: bytes) -> list[bytes]:
    kinds, at = [], 8
    while at < len(data):
        kinds.append(data[at + 4 : at + 8])
        at += 12 + int.from_bytes(data[at : at + 4], "big")
    return [kind for n, kind in enumerate(kinds) if kinds[:n].count(kind) == 0]
