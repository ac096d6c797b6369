"""The items inside a HEIC or AVIF file: which make the picture and where their bytes lie."""

from collections.abc import Iterator
from dataclasses import dataclass

from photos.boxes import Box, Cursor, children
from photos.limits import PhotoRefusedError, Refusal, at_most

Span = tuple[int, int]

_PICTURE_KINDS = frozenset({b"hvc1", b"av01", b"grid", b"iden", b"iovl"})
# A 50-megapixel phone picture has about 200 tiles. More than this is an attack on the reader.
_MOST_ITEMS = 4096


@dataclass(frozen=True, slots=True)
class Item:
    """`kind_at` is where in the file its four-letter kind stands, `named_until` its entry's end."""

    kind: bytes
    kind_at: int
    named_until: int


@dataclass(frozen=True, slots=True)
class Reference:
    kind: bytes
    source: int
    targets: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Items:
    """Items by number; `spans` are their bytes as file positions, None where we cannot tell."""

    primary: int
    entries: dict[int, Item]
    references: tuple[Reference, ...]
    spans: dict[int, tuple[Span, ...] | None]

    def picture(self) -> frozenset[int]:
        """The main item, the tiles it is derived from, and its alpha and other planes.

        Raises PhotoRefusedError (unsupported) when the main item is of a kind we do not know.
        """
        if self.primary not in self.entries:
            raise PhotoRefusedError(Refusal.DAMAGED)
        if self.entries[self.primary].kind not in _PICTURE_KINDS:
            raise PhotoRefusedError(Refusal.UNSUPPORTED)
        kept, before = {self.primary}, 0
        while len(kept) > before:
            before = len(kept)
            kept.update(item for ref in self.references for item in _needed_by(ref, kept))
        return frozenset(n for n in kept if n in self.entries and self._is_pixels(n))

    def _is_pixels(self, number: int) -> bool:
        return self.entries[number].kind in _PICTURE_KINDS


def _needed_by(reference: Reference, kept: set[int]) -> tuple[int, ...]:
    if reference.kind == b"dimg" and reference.source in kept:
        return reference.targets
    if reference.kind == b"auxl" and not kept.isdisjoint(reference.targets):
        return (reference.source,)
    return ()


def read_items(data: bytes, inside_meta: dict[bytes, Box]) -> Items:
    """Read the item tables of a `meta` box. Raises PhotoRefusedError (damaged)."""
    if not {b"pitm", b"iinf", b"iloc"} <= inside_meta.keys():
        raise PhotoRefusedError(Refusal.DAMAGED)
    pitm, iref, idat = inside_meta[b"pitm"], inside_meta.get(b"iref"), inside_meta.get(b"idat")
    return Items(
        primary=Cursor(data, pitm.body + 4, pitm.end).number(4 if data[pitm.body] else 2),
        entries=dict(at_most(_entries(data, inside_meta[b"iinf"]), _MOST_ITEMS)),
        references=tuple(_references(data, iref)) if iref else (),
        spans=dict(_locations(data, inside_meta[b"iloc"], idat.body if idat else 0)),
    )


def _entries(data: bytes, iinf: Box) -> Iterator[tuple[int, Item]]:
    listed_from = iinf.body + (8 if data[iinf.body] else 6)
    for box in children(data, listed_from, iinf.end):
        version = data[box.body]
        if box.kind != b"infe" or version < 2:  # the old forms describe no coded pictures
            continue
        cursor = Cursor(data, box.body + 4, box.end)
        number = cursor.number(2 if version == 2 else 4)
        cursor.number(2)  # protection
        kind = cursor.number(4).to_bytes(4, "big")
        yield number, Item(kind, cursor.at - 4, box.end)


def _references(data: bytes, iref: Box) -> Iterator[Reference]:
    width = 4 if data[iref.body] else 2
    for box in at_most(children(data, iref.body + 4, iref.end), _MOST_ITEMS):
        cursor = Cursor(data, box.body, box.end)
        source, count = cursor.number(width), cursor.number(2)
        yield Reference(box.kind, source, tuple(cursor.number(width) for _ in range(count)))


def _locations(
    data: bytes, iloc: Box, idat_at: int
) -> Iterator[tuple[int, tuple[Span, ...] | None]]:
    version = data[iloc.body]
    cursor = Cursor(data, iloc.body + 4, iloc.end)
    sizes = cursor.number(2)
    widths = _Widths(sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15, sizes & 15 if version else 0)
    if not widths.length:  # "the whole file is this item": no camera writes that
        raise PhotoRefusedError(Refusal.UNSUPPORTED)
    count = cursor.number(4 if version == 2 else 2)
    for _ in at_most(range(count), _MOST_ITEMS):
        number = cursor.number(4 if version == 2 else 2)
        method = cursor.number(2) & 15 if version else 0
        elsewhere = cursor.number(2)  # bytes in another file
        spans = _spans(cursor, widths, idat_at if method == 1 else 0)
        yield number, spans if method < 2 and not elsewhere else None


@dataclass(frozen=True, slots=True)
class _Widths:
    offset: int
    length: int
    base: int
    index: int


def _spans(cursor: Cursor, widths: _Widths, origin: int) -> tuple[Span, ...]:
    base = origin + cursor.number(widths.base)
    count = cursor.number(2)
    return tuple(_span(cursor, widths, base) for _ in at_most(range(count), _MOST_ITEMS))


def _span(cursor: Cursor, widths: _Widths, base: int) -> Span:
    cursor.number(widths.index)
    start = base + cursor.number(widths.offset)
    return start, start + cursor.number(widths.length)
