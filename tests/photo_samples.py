"""Photos drawn for the tests, and a reader of their segments that owes nothing to ours."""

import io
from typing import Any

from PIL import Image, ImageCms, ImageDraw
from PIL.TiffImagePlugin import IFDRational

ORIENTATION = 0x0112
# how a picture must be turned before it is written, so that the EXIF value turns it back
UNTURNED = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>Hospital garden GPSLatitude='31.2'</x:xmpmeta>"


def a_picture(size: tuple[int, int] = (640, 480)) -> Image.Image:
    """No two corners alike, so that every turn and mirror shows."""
    width, height = size
    picture = Image.new("RGB", size, "#d9a788")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, width // 2, height // 3), fill="#7a2a55")
    draw.rectangle((width // 2, 0, width, height // 3), fill="#2a557a")
    draw.ellipse((0, height // 2, width // 3, height), fill="#ffffff")
    return picture


def exif_with_everything(orientation: int = 1) -> bytes:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif[0x010F], exif[0x0110] = "Maker", "Phone 15\x07"
    exif[0x010E], exif[0x013B] = "Child's left arm", "Li Mei"
    taken = exif.get_ifd(0x8769)
    taken[0x9003], taken[0x9011] = "2026:03:01 08:04:05", "+08:00"
    taken[0x927C] = b"MakerNote secret"
    position = exif.get_ifd(0x8825)
    position[1], position[2] = "N", (IFDRational(31), IFDRational(13), IFDRational(5))
    return exif.tobytes()


def encoded(picture: Image.Image, kind: str, **options: Any) -> bytes:
    target = io.BytesIO()
    picture.save(target, kind, **options)
    return target.getvalue()


def opened(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


def jpeg_segments(data: bytes) -> list[tuple[int, bytes]]:
    """Marker and content of every segment up to the first scan; raises when bytes follow EOI."""
    assert data[:2] == b"\xff\xd8"
    assert data.index(b"\xff\xd9", data.index(b"\xff\xda")) == len(data) - 2
    found, at = [], 2
    while data[at + 1] != 0xDA:
        length = data[at + 2] * 256 + data[at + 3]
        found.append((data[at + 1], data[at + 4 : at + 2 + length]))
        at += 2 + length
    return found


def with_jpeg_segment(data: bytes, marker: int, content: bytes) -> bytes:
    """The JPEG with one more segment right after its start."""
    return (
        data[:2] + bytes([0xFF, marker]) + (len(content) + 2).to_bytes(2, "big") + content
    ) + data[2:]


def display_p3() -> bytes:
    """A profile with the primaries of Display P3, written by hand: matrix and gamma 2.2."""

    def s15(value: float) -> bytes:
        return round(value * 65536).to_bytes(4, "big", signed=True)

    def xyz(*values: float) -> bytes:
        return b"XYZ " + bytes(4) + b"".join(map(s15, values))

    name = "Display P3"
    tags = {
        b"desc": b"mluc"
        + bytes(4)
        + (1).to_bytes(4, "big")
        + (12).to_bytes(4, "big")
        + b"enUS"
        + (len(name) * 2).to_bytes(4, "big")
        + (28).to_bytes(4, "big")
        + name.encode("utf-16-be"),
        b"cprt": b"mluc" + bytes(8) + (12).to_bytes(4, "big"),
        b"wtpt": xyz(0.9642, 1.0, 0.8249),
        b"rXYZ": xyz(0.5151, 0.2412, -0.0011),
        b"gXYZ": xyz(0.2919, 0.6922, 0.0419),
        b"bXYZ": xyz(0.1571, 0.0666, 0.7841),
    }
    curve = b"curv" + bytes(4) + (1).to_bytes(4, "big") + (563).to_bytes(2, "big") + bytes(2)
    tags |= {b"rTRC": curve, b"gTRC": curve, b"bTRC": curve}
    at, table, body = 132 + 12 * len(tags), b"", b""
    for tag, content in tags.items():
        table += tag + (at + len(body)).to_bytes(4, "big") + len(content).to_bytes(4, "big")
        body += content + bytes(-len(content) % 4)
    size = (at + len(body)).to_bytes(4, "big")
    header = size + bytes(4) + bytes([4, 0, 0, 0]) + b"mntrRGB XYZ " + bytes(12) + b"acsp"
    header += bytes(28) + s15(0.9642) + s15(1.0) + s15(0.8249) + bytes(48)
    return header + len(tags).to_bytes(4, "big") + table + body


def srgb() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def difference(one: Image.Image, other: Image.Image) -> float:
    """Mean difference per channel, 0 to 255."""
    assert one.size == other.size
    pairs = zip(one.convert("RGB").tobytes(), other.convert("RGB").tobytes(), strict=True)
    return sum(abs(a - b) for a, b in pairs) / (one.width * one.height * 3)
