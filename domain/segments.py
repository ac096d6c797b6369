"""How many segments a text message takes, as the networks count and charge it (trial.md §9)."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

# GSM 03.38 default alphabet; each of these takes one septet.
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# Its extension table; each of these is sent as an escape and a septet.
_EXTENDED = frozenset("\f^{}\\[~]|€")


class Encoding(StrEnum):
    """One character outside the GSM alphabet turns the whole message into UCS-2."""

    GSM_7 = "gsm-7"
    UCS_2 = "ucs-2"


@dataclass(frozen=True, slots=True)
class _Capacity:
    """Units that fit a message of one segment, and each segment of a longer one."""

    alone: int
    joined: int


_CAPACITY = {Encoding.GSM_7: _Capacity(160, 153), Encoding.UCS_2: _Capacity(70, 67)}


@dataclass(frozen=True, slots=True)
class Segments:
    """`units` are septets (GSM-7) or 16-bit units (UCS-2), `count` the segments sent."""

    encoding: Encoding
    units: int
    count: int


def segments(text: str) -> Segments:
    """Encoding, length and number of segments of `text`; an empty text takes none.

    GSM-7 has room for 160 units in a single message and 153 in each of several, UCS-2 for 70 and
    67. A character of two units (`€`, `[`, an emoji) never straddles two segments.
    """
    encoding = _encoding(text)
    widths = [_width(character, encoding) for character in text]
    units = sum(widths)
    capacity = _CAPACITY[encoding]
    if units <= capacity.alone:
        return Segments(encoding, units, 1 if units else 0)
    return Segments(encoding, units, _packed(widths, capacity.joined))


def _encoding(text: str) -> Encoding:
    return Encoding.GSM_7 if _BASIC.union(_EXTENDED).issuperset(text) else Encoding.UCS_2


def _width(character: str, encoding: Encoding) -> int:
    if encoding is Encoding.GSM_7:
        return 2 if character in _EXTENDED else 1
    return 2 if ord(character) > 0xFFFF else 1


def _packed(widths: Iterable[int], room: int) -> int:
    count, free = 1, room
    for width in widths:
        if width > free:
            count, free = count + 1, room
        free -= width
    return count
