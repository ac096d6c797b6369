"""Take the metadata out of HEIC and AVIF in place, without decoding.

Both are boxes that point at each other by file position. So nothing is moved: a blank file of
the same length receives what the main picture needs – its boxes and the bytes of the items it is
made of. EXIF, XMP, previews, depth maps and films are never copied and stay zero.
"""

from itertools import chain

from photos.boxes import Box, children, top_boxes
from photos.exif import ExifFacts, read_exif
from photos.heif_items import Item, Items, Span, read_items
from photos.limits import PhotoRefusedError, Refusal, at_most
from photos.media import Stripped

_META_KEPT = frozenset(
    {b"hdlr", b"pitm", b"iinf", b"iloc", b"iref", b"iprp", b"idat", b"dinf", b"grpl"}
)
# What tells a decoder how to build the picture. Names, descriptions and dates are properties too.
_PROPERTIES_KEPT = frozenset(
    {b"hvcC", b"av1C", b"ispe", b"pixi", b"pasp", b"colr", b"irot", b"imir", b"clap", b"auxC"}
    | {b"clli", b"mdcv", b"cclv", b"amve", b"lsel", b"a1op", b"a1lx"}
)
_MOST_TOP_BOXES = 1000
_LARGEST_META = 4_000_000  # bytes; that of a 48-megapixel photo has about 20,000
_NO_ITEM = b"skip"  # a kind no reader knows, so that none looks for what was blanked


def strip_heif(data: bytes) -> Stripped:
    """The same coded picture, metadata zeroed and the file cut after the last box it needs.

    Raises PhotoRefusedError (truncated, damaged, unsupported).
    """
    top = list(at_most(top_boxes(data), _MOST_TOP_BOXES))
    meta = _meta(top, len(data))
    inside = {box.kind: box for box in children(data, meta.body + 4, meta.end)}
    items = read_items(data, inside)
    kept = items.picture()
    pixels = [span for number in sorted(kept) for span in _spans(items, number, len(data))]

    blank = bytearray(_needed_length(top, meta, pixels, len(data)))
    _copy(data, blank, (top[0].start, top[0].end))  # the kind of file
    for box in top[1:]:
        if box.end <= len(blank):
            _copy_frame(data, blank, box, kept=box is meta or box.kind == b"mdat")
    _copy_meta(data, blank, meta)
    for number, item in items.entries.items():
        _unname(blank, item, number in kept)
    for span in pixels:
        _copy(data, blank, span)
    return Stripped(bytes(blank), _facts(data, items))


def _meta(top: list[Box], length: int) -> Box:
    meta = next((box for box in top if box.kind == b"meta"), None)
    if meta is None or meta.end > length:
        raise PhotoRefusedError(Refusal.TRUNCATED)
    if meta.end - meta.start > _LARGEST_META:
        raise PhotoRefusedError(Refusal.UNSUPPORTED)
    return meta


def _needed_length(top: list[Box], meta: Box, pixels: list[Span], length: int) -> int:
    """Where the file may be cut: after `meta` and the last box that holds pixels."""
    last_pixel = max((end for _, end in pixels), default=0)
    needed = max([meta.end, *(box.end for box in top if box.start < last_pixel)])
    if needed > length:
        raise PhotoRefusedError(Refusal.TRUNCATED)
    if last_pixel > needed:  # pixels outside every box
        raise PhotoRefusedError(Refusal.DAMAGED)
    return needed


def _spans(items: Items, number: int, length: int) -> tuple[Span, ...]:
    spans = items.spans.get(number, ())
    if spans is None:
        raise PhotoRefusedError(Refusal.UNSUPPORTED)
    if any(end > length for _, end in spans):
        raise PhotoRefusedError(Refusal.TRUNCATED)
    return spans


def _copy_frame(data: bytes, blank: bytearray, box: Box, *, kept: bool) -> None:
    """The header of a box, so that everything keeps its place; unneeded boxes become `free`."""
    _copy(data, blank, (box.start, box.body))
    if not kept:
        blank[box.start + 4 : box.start + 8] = b"free"


def _copy_meta(data: bytes, blank: bytearray, meta: Box) -> None:
    blank[meta.body : meta.body + 4] = data[meta.body : meta.body + 4]
    for box in children(data, meta.body + 4, meta.end):
        if box.kind == b"iprp":
            _copy_properties(data, blank, box)
        elif box.kind == b"hdlr":  # 24 bytes that matter, then the name of the software
            _copy(data, blank, (box.start, min(box.body + 24, box.end)))
        elif box.kind == b"idat":
            _copy(data, blank, (box.start, box.body))
        else:
            _copy_or_free(data, blank, box, kept=box.kind in _META_KEPT)


def _copy_properties(data: bytes, blank: bytearray, iprp: Box) -> None:
    _copy(data, blank, (iprp.start, iprp.body))
    for box in children(data, iprp.body, iprp.end):
        if box.kind != b"ipco":
            _copy_or_free(data, blank, box, kept=box.kind == b"ipma")
            continue
        _copy(data, blank, (box.start, box.body))
        for item_property in children(data, box.body, box.end):
            kept = item_property.kind in _PROPERTIES_KEPT
            _copy_or_free(data, blank, item_property, kept=kept)


def _copy(data: bytes, blank: bytearray, span: Span) -> None:
    blank[span[0] : span[1]] = data[span[0] : span[1]]


def _copy_or_free(data: bytes, blank: bytearray, box: Box, *, kept: bool) -> None:
    _copy_frame(data, blank, box, kept=kept)
    if kept:
        _copy(data, blank, (box.body, box.end))


def _unname(blank: bytearray, item: Item, kept: bool) -> None:
    """Entries carry a free-text name after their kind."""
    if not kept:
        blank[item.kind_at : item.kind_at + 4] = _NO_ITEM
    blank[item.kind_at + 4 : item.named_until] = bytes(item.named_until - item.kind_at - 4)


def _facts(data: bytes, items: Items) -> ExifFacts:
    exif = _bytes_of(data, items, b"Exif")
    begins = 4 + int.from_bytes(exif[:4], "big")  # the block tells where its TIFF starts
    return read_exif(exif[begins:], _bytes_of(data, items, b"mime"))


def _bytes_of(data: bytes, items: Items, kind: bytes) -> bytes:
    numbers = [number for number, item in items.entries.items() if item.kind == kind]
    spans = chain.from_iterable(items.spans.get(number) or () for number in numbers)
    return b"".join(data[start:end] for start, end in spans)
