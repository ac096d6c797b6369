"""Take the metadata out of a JPEG without touching a coefficient.

A JPEG is a row of segments. Those that a decoder needs are copied as they are; every other one
(EXIF, XMP, IPTC, maker notes, comments, previews) is left behind, and so is whatever follows the
end marker (the film of a motion photo, the second pictures of an MPO).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from photos.exif import orientation_block, read_exif
from photos.limits import PhotoRefusedError, Refusal, at_most
from photos.media import Stripped

_SOI, _EOI, _SOS, _APP0, _APP1, _APP2, _APP14 = 0xD8, 0xD9, 0xDA, 0xE0, 0xE1, 0xE2, 0xEE
_STANDALONE = frozenset({0x01, _SOI})
# frame headers, Huffman and arithmetic tables, quantisation tables, lines, restart interval, scan
_FOR_THE_DECODER = frozenset({*range(0xC0, 0xD0), 0xDB, 0xDC, 0xDD, _SOS})
_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")  # neither a stuffed 0xFF nor a restart
# Ordinary progressive files have about ten scans; thousands of them only keep a decoder busy.
_MOST_SCANS = 100
_MOST_SEGMENTS = 10_000


@dataclass(frozen=True, slots=True)
class _Segment:
    marker: int
    body: bytes
    scan: bytes = b""  # the coded data that follows a scan header

    def __bytes__(self) -> bytes:
        length = (len(self.body) + 2).to_bytes(2, "big")
        return b"".join((b"\xff", bytes([self.marker]), length, self.body, self.scan))


def strip_jpeg(data: bytes) -> Stripped:
    """The same coded picture without metadata. ICC profile and orientation stay: without them
    it would be shown in wrong colours or lying down.

    Raises PhotoRefusedError (truncated, damaged).
    """
    segments = list(at_most(_segments(data), _MOST_SEGMENTS))
    if not 1 <= sum(segment.marker == _SOS for segment in segments) <= _MOST_SCANS:
        raise PhotoRefusedError(Refusal.DAMAGED)
    told = [segment.body for segment in segments if segment.marker == _APP1]
    exif = next((body[6:] for body in told if body.startswith(b"Exif\x00")), b"")
    facts = read_exif(exif, b"".join(body for body in told if body.startswith(b"http")))
    kept = [slim for segment in segments if (slim := _needed(segment)) is not None]
    if facts.orientation != 1:
        turn = _Segment(_APP1, b"Exif\x00\x00" + orientation_block(facts.orientation))
        kept.insert(1 if kept[0].marker == _APP0 else 0, turn)
    return Stripped(b"".join((b"\xff\xd8", *map(bytes, kept), b"\xff\xd9")), facts)


def _segments(data: bytes) -> Iterator[_Segment]:
    at = _next_marker(data, 2)
    while data[at + 1] != _EOI:
        marker = data[at + 1]
        end = at + 2 if marker in _STANDALONE else _end_of_segment(data, at)
        following = _next_marker(data, end)
        scan = data[end:following] if marker == _SOS else b""
        yield _Segment(marker, data[at + 4 : end], scan)
        at = following


def _next_marker(data: bytes, start: int) -> int:
    found = _MARKER.search(data, start)
    if found is None:
        raise PhotoRefusedError(Refusal.TRUNCATED)
    return found.start()


def _end_of_segment(data: bytes, at: int) -> int:
    length = int.from_bytes(data[at + 2 : at + 4], "big")
    if length < 2:
        raise PhotoRefusedError(Refusal.DAMAGED)
    if at + 2 + length > len(data):
        raise PhotoRefusedError(Refusal.TRUNCATED)
    return at + 2 + length


def _needed(segment: _Segment) -> _Segment | None:
    marker, body = segment.marker, segment.body
    if marker in _FOR_THE_DECODER or (marker == _APP2 and body.startswith(b"ICC_PROFILE\x00")):
        return segment
    if marker == _APP0 and body.startswith(b"JFIF\x00") and len(body) >= 14:
        return _Segment(marker, body[:12] + bytes(2))  # without its own little picture
    if marker == _APP14 and body.startswith(b"Adobe") and len(body) >= 12:
        return _Segment(marker, body[:12])  # says whether the colours are YCbCr, RGB or CMYK
    return None
