"""A table of laboratory results as a file: encodings, separators and column names that hospitals
use, read into rows of text. Nothing is interpreted here, so nothing in a cell can do any harm."""

import csv
import hashlib
import io
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Final

from services.errors import RefusedError

MOST_ROWS: Final = 5_000
MOST_BYTES: Final = 2_000_000
_ENCODINGS: Final = ("utf-8-sig", "gb18030")
_SEPARATORS: Final = (",", ";", "\t")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRow:
    """One row as written; `number` is its line in the file, the header being line 1."""

    number: int
    study_number: str = ""
    drawn_at: str = ""
    analyte: str = ""
    result: str = ""
    unit: str = ""
    lower_limit: str = ""
    upper_limit: str = ""
    fasting: str = ""
    laboratory: str = ""


COLUMNS: Final = tuple(each.name for each in fields(ImportRow) if each.name != "number")
_NEEDED: Final = ("study_number", "drawn_at", "analyte", "result", "unit")
# other names that stand above a column
_NAMES: Final[Mapping[str, str]] = {
    **{name.replace("_", ""): name for name in COLUMNS},
    "研究编号": "study_number",
    "受试者编号": "study_number",
    "subject": "study_number",
    "采样时间": "drawn_at",
    "采血时间": "drawn_at",
    "drawn": "drawn_at",
    "项目": "analyte",
    "检验项目": "analyte",
    "test": "analyte",
    "结果": "result",
    "value": "result",
    "单位": "unit",
    "下限": "lower_limit",
    "low": "lower_limit",
    "referencelow": "lower_limit",
    "上限": "upper_limit",
    "high": "upper_limit",
    "referencehigh": "upper_limit",
    "空腹": "fasting",
    "实验室": "laboratory",
    "lab": "laboratory",
}
_EXAMPLE: Final = (
    ("S01-001", "2026-03-03 08:10", "platelets", "45", "10*9/L", "125", "350", "", "Central lab"),
    ("S01-001", "2026-03-03 08:10", "fibrinogen", "<0.5", "g/L", "2.0", "4.0", "", "Central lab"),
    ("S01-001", "2026-03-03 08:10", "glucose", "4.8", "mmol/L", "", "", "yes", "Central lab"),
)


@dataclass(frozen=True, slots=True)
class LabTable:
    """`sha256` is of the text, so that the same file is known again however it was encoded;
    `ignored` are columns that nobody asked for."""

    rows: tuple[ImportRow, ...]
    sha256: str
    ignored: tuple[str, ...]


def decoded(content: bytes) -> str:
    """The text of a file. Raises RefusedError `file_too_large` or `file_unreadable`."""
    if len(content) > MOST_BYTES:
        raise RefusedError("file_too_large", "file")
    for encoding in _ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text.replace("\r\n", "\n").replace("\r", "\n")
    raise RefusedError("file_unreadable", "file")


def read_table(text: str) -> LabTable:
    """The rows of a file. Raises RefusedError: no rows, too many, a column is missing, or a row has
    more cells than there are columns."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    try:
        lines = list(csv.reader(io.StringIO(text), delimiter=_separator(text)))
    except csv.Error:
        raise RefusedError("file_unreadable", "file") from None
    if not lines:
        raise RefusedError("file_empty", "file")
    names = [_column(cell) for cell in lines[0]]
    _check_names(names)
    rows = tuple(
        _row(number, names, cells)
        for number, cells in enumerate(lines[1:], start=2)
        if any(cell.strip() for cell in cells)
    )
    _check_count(rows)
    ignored = tuple(
        cell.strip()
        for cell, name in zip(lines[0], names, strict=True)
        if name is None and cell.strip()
    )
    return LabTable(rows, hashlib.sha256(text.strip().encode()).hexdigest(), ignored)


def template_csv() -> str:
    """A file to fill in: the columns, and three rows that show how."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(_EXAMPLE)
    return out.getvalue()


def _separator(text: str) -> str:
    header = text.partition("\n")[0]
    return max(_SEPARATORS, key=header.count)


def _column(cell: str) -> str | None:
    plain = unicodedata.normalize("NFKC", cell).casefold()
    return _NAMES.get("".join(plain.replace("_", "").split()))


def _check_names(names: Sequence[str | None]) -> None:
    missing = [name for name in _NEEDED if name not in names]
    if missing:
        raise RefusedError("columns_missing", "file", columns=", ".join(missing))
    known = [name for name in names if name is not None]
    twice = sorted({name for name in known if known.count(name) > 1})
    if twice:
        raise RefusedError("columns_twice", "file", columns=", ".join(twice))


def _check_count(rows: Sequence[ImportRow]) -> None:
    if not rows:
        raise RefusedError("file_empty", "file")
    if len(rows) > MOST_ROWS:
        raise RefusedError("too_many_rows", "file", count=len(rows), most=MOST_ROWS)


def _row(number: int, names: Sequence[str | None], cells: Iterable[str]) -> ImportRow:
    texts = tuple(cell.strip() for cell in cells)
    if any(texts[len(names) :]):
        # a comma that was meant as part of a number would shorten it unseen
        raise RefusedError("row_too_long", "file", row=number)
    found = {name: cell for name, cell in zip(names, texts, strict=False) if name}
    return ImportRow(number=number, **found)
