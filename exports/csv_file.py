"""A table as a CSV file that a spreadsheet opens as it was meant."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Final

# a spreadsheet would take such a cell for a formula
_FORMULA_START: Final = ("=", "+", "-", "@", "\t", "\r")
_NUMBER: Final = re.compile(r"[+-]?\d+([.,]\d+)?")


def csv_bytes(headings: Sequence[str], rows: Iterable[Sequence[str | None]]) -> bytes:
    """UTF-8 with a byte order mark (without it Excel garbles Chinese), CRLF, RFC 4180 quotes.

    Words that look like a formula get an apostrophe in front; numbers stay as they are.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(headings)
    writer.writerows([_harmless(cell or "") for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _harmless(cell: str) -> str:
    if cell.startswith(_FORMULA_START) and not _NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell
