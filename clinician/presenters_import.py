"""Rows of an imported file in words: what each will store, or what is wrong with it."""

from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from clinician.grade_words import DraftCard, draft_card
from clinician.lab_words import COLUMN_WORDS, SOURCES, name_of, range_text, unit_word
from domain.protocol import Protocol
from domain.reported import Comparator, Reported
from models.laboratory import LabResult
from services.lab_rows import ImportLine, RowError
from web.formats import moment
from web.sentences import sentence


@dataclass(frozen=True, slots=True)
class LookLine:
    """A row as it will be stored; `state` says whether it is there already."""

    number: int
    study_number: str
    drawn: str
    analyte: str
    result: str
    converted: str
    limits: str
    source: str
    state: str
    is_stored: bool
    drafts: tuple[DraftCard, ...]


@dataclass(frozen=True, slots=True)
class MistakeLine:
    number: int
    column: str
    words: str


def import_lines(
    lines: Iterable[ImportLine], protocol: Protocol, zone: str
) -> tuple[LookLine, ...]:
    return tuple(_line(line, protocol, ZoneInfo(zone)) for line in lines)


def error_lines(errors: Iterable[RowError]) -> tuple[MistakeLine, ...]:
    return tuple(
        MistakeLine(error.row, str(COLUMN_WORDS[error.column]), sentence(error.code))
        for error in errors
    )


def _line(line: ImportLine, protocol: Protocol, zone: ZoneInfo) -> LookLine:
    row = line.result
    drafts = line.graded.drafts if line.graded else ()
    return LookLine(
        number=line.row.number,
        study_number=line.child.study_number,
        drawn=moment(row.drawn_at, zone),
        analyte=name_of(row.analyte, protocol),
        result=f"{Reported(row.value, Comparator(row.comparator)).text} {unit_word(row.unit)}",
        converted=_converted(row, protocol),
        limits=range_text(row.reference_low, row.reference_high),
        source=str(SOURCES.get(row.range_source or "", "")),
        state=str(_("stored already")) if line.is_stored else str(_("new")),
        is_stored=line.is_stored,
        drafts=tuple(draft_card(draft, protocol) for draft in drafts if draft.is_worth_a_look),
    )


def _converted(row: LabResult, protocol: Protocol) -> str:
    unit = protocol.lab(row.analyte).unit
    if row.unit == unit:
        return ""
    study = Reported(row.study_value.normalize(), Comparator(row.comparator)).text
    return f"{study} {unit_word(unit)}"
