"""What a photo may be, and the one error that says why it was refused."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

_Part = TypeVar("_Part")


@dataclass(frozen=True, slots=True)
class PhotoLimits:
    """Largest photo taken: `max_bytes` as sent, `max_pixels` as its header declares.

    The defaults let every phone's usual modes through (12, 24, 48 and 50 megapixels). The most
    costly photo they allow, a PNG of 60 megapixels, takes about 250 MB while it is decoded.
    """

    max_bytes: int = 40_000_000
    max_pixels: int = 60_000_000


class Refusal(StrEnum):
    """Why a photo was not taken. The edges turn the code into words."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    NOT_AN_IMAGE = "not_an_image"
    UNSUPPORTED = "unsupported"
    TRUNCATED = "truncated"
    DAMAGED = "damaged"
    TOO_MANY_PIXELS = "too_many_pixels"
    ANIMATED = "animated"


class PhotoRefusedError(Exception):
    """The bytes are not a photo that can be kept; `code` says why."""

    def __init__(self, code: Refusal) -> None:
        super().__init__(code.value)
        self.code = code


def at_most(parts: Iterable[_Part], most: int) -> Iterator[_Part]:
    """The parts of a file, while they are as few as in honest files.

    A file of a million tiny parts costs seconds and gigabytes before any pixel is seen.
    Raises PhotoRefusedError (damaged) at the first part too many.
    """
    for count, part in enumerate(parts, start=1):
        if count > most:
            raise PhotoRefusedError(Refusal.DAMAGED)
        yield part
