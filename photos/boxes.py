"""Reading the boxes of HEIC and AVIF (ISO base media file format), bounds checked."""

from collections.abc import Iterator
from typing import NamedTuple

from photos.limits import PhotoRefusedError, Refusal


class Box(NamedTuple):
    """Positions in the file: `start` of its size field, `body` after the header, `end`."""

    kind: bytes
    start: int
    body: int
    end: int


class Cursor:
    """Reads big-endian numbers one after another; running out raises (damaged)."""

    def __init__(self, data: bytes, start: int, end: int) -> None:
        self._data = data
        self.at = start
        self._end = min(end, len(data))

    def number(self, width: int) -> int:
        if self.at + width > self._end:
            raise PhotoRefusedError(Refusal.DAMAGED)
        self.at += width
        return int.from_bytes(self._data[self.at - width : self.at], "big")


def top_boxes(data: bytes) -> Iterator[Box]:
    """Boxes from the first byte on, until something that is no box. The last may run past the
    end of the data: whether that matters, the caller knows.
    """
    at = 0
    while at + 8 <= len(data):
        box = _box(data, at, len(data))
        if box is None:
            return
        yield box
        at = box.end


def children(data: bytes, start: int, end: int) -> Iterator[Box]:
    """Boxes that fill `start` to `end`. Raises PhotoRefusedError (damaged)."""
    at = start
    while at + 8 <= end:
        box = _box(data, at, end)
        if box is None or box.end > end:
            raise PhotoRefusedError(Refusal.DAMAGED)
        yield box
        at = box.end


def _box(data: bytes, at: int, end: int) -> Box | None:
    size, body = int.from_bytes(data[at : at + 4], "big"), at + 8
    if size == 1:  # the real size follows in 64 bits
        size, body = int.from_bytes(data[at + 8 : at + 16], "big"), at + 16
    elif size == 0:  # "to the end"
        size = end - at
    if at + size < body:
        return None
    return Box(data[at + 4 : at + 8], at, body, at + size)
