"""Take the metadata out of PNG and WebP: copy the chunks that make the picture, drop the rest."""

import zlib
from collections.abc import Iterator
from typing import NamedTuple

from photos.exif import orientation_block, read_exif
from photos.limits import PhotoRefusedError, Refusal, at_most
from photos.media import Stripped

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS"}  # the picture
    | {b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"sBIT"}  # its colours
)
_WEBP_KEPT = frozenset({b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ICCP"})
_MOST_CHUNKS = 20_000  # a PNG of 40 MB in the usual pieces of 8 KB has 5,000
_EXIF_FLAG, _XMP_FLAG, _ANIMATION_FLAG = 0x08, 0x04, 0x02


class _Chunk(NamedTuple):
    kind: bytes
    body: bytes


def strip_png(data: bytes) -> Stripped:
    """The same compressed pixels without text, time and EXIF.

    Raises PhotoRefusedError (truncated, damaged, animated).
    """
    chunks = list(at_most(_png_chunks(data), _MOST_CHUNKS))
    kinds = {chunk.kind for chunk in chunks}
    if b"acTL" in kinds:
        raise PhotoRefusedError(Refusal.ANIMATED)
    if chunks[0].kind != b"IHDR" or b"IDAT" not in kinds:
        raise PhotoRefusedError(Refusal.DAMAGED)
    facts = read_exif(_first(chunks, b"eXIf"), _first(chunks, b"iTXt"))
    kept = [chunk for chunk in chunks if chunk.kind in _PNG_KEPT]
    if facts.orientation != 1:
        kept.insert(1, _Chunk(b"eXIf", orientation_block(facts.orientation)))
    return Stripped(_PNG_SIGNATURE + b"".join(map(_png_bytes, kept)), facts)


def strip_webp(data: bytes) -> Stripped:
    """The same compressed pixels without EXIF, XMP and unknown chunks.

    Raises PhotoRefusedError (truncated, damaged, animated).
    """
    chunks = list(at_most(_webp_chunks(data), _MOST_CHUNKS))
    if any(_moves(chunk) for chunk in chunks):
        raise PhotoRefusedError(Refusal.ANIMATED)
    facts = read_exif(_first(chunks, b"EXIF"), _first(chunks, b"XMP "))
    turned = facts.orientation != 1
    kept = [_with_flags(chunk, turned) for chunk in chunks if chunk.kind in _WEBP_KEPT]
    if turned:
        kept.append(_Chunk(b"EXIF", orientation_block(facts.orientation)))
    body = b"WEBP" + b"".join(map(_webp_bytes, kept))
    return Stripped(b"RIFF" + len(body).to_bytes(4, "little") + body, facts)


def _first(chunks: list[_Chunk], kind: bytes) -> bytes:
    return next((chunk.body for chunk in chunks if chunk.kind == kind), b"")


def _png_chunks(data: bytes) -> Iterator[_Chunk]:
    at, kind = len(_PNG_SIGNATURE), b""
    while kind != b"IEND":
        length, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        if at + 12 + length > len(data):
            raise PhotoRefusedError(Refusal.TRUNCATED)
        checksum = int.from_bytes(data[at + 8 + length : at + 12 + length], "big")
        if kind in _PNG_KEPT and zlib.crc32(data[at + 4 : at + 8 + length]) != checksum:
            raise PhotoRefusedError(Refusal.DAMAGED)
        yield _Chunk(kind, data[at + 8 : at + 8 + length])
        at += 12 + length


def _png_bytes(chunk: _Chunk) -> bytes:
    checksum = zlib.crc32(chunk.kind + chunk.body).to_bytes(4, "big")
    return b"".join((len(chunk.body).to_bytes(4, "big"), chunk.kind, chunk.body, checksum))


def _webp_chunks(data: bytes) -> Iterator[_Chunk]:
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data):
        raise PhotoRefusedError(Refusal.TRUNCATED)
    at = 12
    while at + 8 <= end:
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        if at + 8 + length > end:
            raise PhotoRefusedError(Refusal.DAMAGED)
        yield _Chunk(data[at : at + 4], data[at + 8 : at + 8 + length])
        at += 8 + length + length % 2


def _moves(chunk: _Chunk) -> bool:
    flagged = (
        chunk.kind == b"VP8X" and bool(chunk.body[:1]) and bool(chunk.body[0] & _ANIMATION_FLAG)
    )
    return flagged or chunk.kind in {b"ANIM", b"ANMF"}


def _with_flags(chunk: _Chunk, turned: bool) -> _Chunk:
    if chunk.kind != b"VP8X" or not chunk.body:
        return chunk
    flags = chunk.body[0] & ~(_EXIF_FLAG | _XMP_FLAG) | (_EXIF_FLAG if turned else 0)
    return _Chunk(chunk.kind, bytes([flags]) + chunk.body[1:])


def _webp_bytes(chunk: _Chunk) -> bytes:
    padding = bytes(len(chunk.body) % 2)
    return b"".join((chunk.kind, len(chunk.body).to_bytes(4, "little"), chunk.body, padding))
