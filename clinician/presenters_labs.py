"""Laboratory results in words: the rows of the entry form and the grid of samples."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from clinician.grade_words import DraftCard, draft_card
from clinician.lab_words import SOURCES, label_of, range_text, unit_word
from domain.protocol import LabPlan, Protocol
from domain.reported import Comparator, Reported
from models.laboratory import LabResult
from services.candidates import is_proposed
from services.lab_grades import LabDraft
from services.reference_ranges import Limits
from web.formats import moment

__all__ = [
    "course_lines",
    "entry_rows",
    "first_panel",
    "lab_grid",
    "label_of",
    "last_laboratory",
    "out_of_range",
    "result_cell",
    "result_values",
    "unit_word",
]


@dataclass(frozen=True, slots=True)
class Unit:
    code: str
    word: str


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One analyte of the form; the site's own limits show through where nothing is typed."""

    code: str
    label: str
    units: tuple[Unit, ...]
    table_low: str
    table_high: str


@dataclass(frozen=True, slots=True)
class Analyte:
    code: str
    label: str
    unit: str


@dataclass(frozen=True, slots=True)
class CourseLine:
    """One result with its draft grades; `mark` is ▲ or ▼, `beyond` the same in words, `proposed`
    the terms that a clinician may decide on."""

    public_id: UUID
    analyte: Analyte
    drawn: str
    text: str
    mark: str
    beyond: str
    range: str
    source: str
    converted: str
    laboratory: str
    corrected: str
    drafts: tuple[DraftCard, ...]
    proposed: frozenset[str]


@dataclass(frozen=True, slots=True)
class ResultCell:
    """`mark` ▲ or ▼ against the range printed with the result; `converted` where the laboratory
    used another unit than the study."""

    public_id: UUID
    text: str
    mark: str
    range: str
    converted: str
    corrected: str


@dataclass(frozen=True, slots=True)
class SampleLine:
    drawn: str
    cells: tuple[tuple[ResultCell, ...], ...]


@dataclass(frozen=True, slots=True)
class LabGrid:
    analytes: tuple[Analyte, ...]
    lines: tuple[SampleLine, ...]


def entry_rows(
    protocol: Protocol, only: str | None, table: Mapping[str, Limits]
) -> tuple[EntryRow, ...]:
    """All analytes of the study, or the one that is corrected; `table` by analyte."""
    return tuple(
        EntryRow(
            plan.code,
            label_of(plan),
            tuple(Unit(u, unit_word(u)) for u in plan.units),
            *_table_limits(table.get(plan.code)),
        )
        for plan in protocol.labs
        if only is None or plan.code == only
    )


def _table_limits(limits: Limits | None) -> tuple[str, str]:
    return (_typed(limits.low), _typed(limits.high)) if limits else ("", "")


def first_panel(
    protocol: Protocol, latest: Mapping[str, LabResult], table: Mapping[str, Limits]
) -> dict[str, str]:
    """Units and ranges as the laboratory printed them last time; no results. Where the site has a
    table of its own, limits stay empty: the day of the draw chooses them."""
    values: dict[str, str] = {}
    for plan in protocol.labs:
        row = latest.get(plan.code)
        printed = row if plan.code not in table else None
        values[f"{plan.code}_unit"] = row.unit if row else plan.unit
        values[f"{plan.code}_low"] = _typed(printed.reference_low) if printed else ""
        values[f"{plan.code}_high"] = _typed(printed.reference_high) if printed else ""
    return values | {"laboratory": last_laboratory(latest) or ""}


def last_laboratory(latest: Mapping[str, LabResult]) -> str | None:
    """Where the newest results came from."""
    named = [row for row in latest.values() if row.laboratory]
    return max(named, key=lambda row: row.drawn_at).laboratory if named else None


def result_values(row: LabResult, zone: ZoneInfo) -> dict[str, str]:
    """A stored result as the form shows it, to be corrected."""
    drawn = row.drawn_at.astimezone(zone)
    fasting = {True: "yes", False: "no", None: ""}[row.fasting]
    return {
        "drawn_on": f"{drawn:%Y-%m-%d}",
        "drawn_time": f"{drawn:%H:%M}",
        "laboratory": row.laboratory or "",
        "fasting": fasting,
        row.analyte: _reported(row),
        f"{row.analyte}_unit": row.unit,
        f"{row.analyte}_low": _typed(row.reference_low),
        f"{row.analyte}_high": _typed(row.reference_high),
        "amends": str(row.public_id),
    }


def lab_grid(rows: Sequence[LabResult], protocol: Protocol, zone: ZoneInfo) -> LabGrid:
    """Samples as lines, the newest first; analytes as columns, in the order of the protocol."""
    found = {row.analyte for row in rows}
    plans = [plan for plan in protocol.labs if plan.code in found]
    samples: dict[datetime, dict[str, list[LabResult]]] = {}
    for row in sorted(rows, key=lambda row: row.drawn_at, reverse=True):
        samples.setdefault(row.drawn_at, {}).setdefault(row.analyte, []).append(row)
    return LabGrid(
        tuple(Analyte(plan.code, label_of(plan), unit_word(plan.unit)) for plan in plans),
        tuple(
            SampleLine(moment(at, zone), tuple(_cells(sample.get(p.code, ()), p) for p in plans))
            for at, sample in samples.items()
        ),
    )


def _cells(rows: Iterable[LabResult], plan: LabPlan) -> tuple[ResultCell, ...]:
    return tuple(result_cell(row, plan) for row in rows)


def result_cell(row: LabResult, plan: LabPlan) -> ResultCell:
    """One result with its range; in the laboratory's unit where that differs from the study's."""
    elsewhere = row.unit != plan.unit
    study = Reported(row.study_value.normalize(), Comparator(row.comparator)).text
    return ResultCell(
        public_id=row.public_id,
        text=study if elsewhere else _reported(row),
        mark=out_of_range(row),
        range=range_text(row.reference_low, row.reference_high),
        converted=f"{_reported(row)} {unit_word(row.unit)}" if elsewhere else "",
        corrected=row.amend_reason or "",
    )


def out_of_range(row: LabResult) -> str:
    """▲ or ▼ beyond the printed range, both limits belonging to it."""
    if row.reference_high is not None and row.value > row.reference_high:
        return "▲"
    if row.reference_low is not None and row.value < row.reference_low:
        return "▼"
    return ""


def _reported(row: LabResult) -> str:
    return Reported(row.value, Comparator(row.comparator)).text


def _typed(value: Decimal | None) -> str:
    return "" if value is None else f"{value:f}"


def course_lines(
    graded: Iterable[LabDraft], protocol: Protocol, zone: ZoneInfo
) -> tuple[CourseLine, ...]:
    """Results with their drafts, the newest first."""
    lines = [_course_line(each, protocol, zone) for each in graded]
    return tuple(reversed(lines))


def _course_line(each: LabDraft, protocol: Protocol, zone: ZoneInfo) -> CourseLine:
    row, plan = each.result, protocol.lab(each.result.analyte)
    mark = out_of_range(row)
    beyond = {"▲": _("above normal"), "▼": _("below normal")}.get(mark, "")
    study = Reported(row.study_value.normalize(), Comparator(row.comparator)).text
    return CourseLine(
        public_id=row.public_id,
        analyte=Analyte(plan.code, label_of(plan), unit_word(row.unit)),
        drawn=moment(row.drawn_at, zone),
        text=_reported(row),
        mark=mark,
        beyond=str(beyond),
        range=range_text(row.reference_low, row.reference_high),
        source=str(SOURCES.get(row.range_source or "", "")),
        converted=f"{study} {unit_word(plan.unit)}" if row.unit != plan.unit else "",
        laboratory=row.laboratory or "",
        corrected=row.amend_reason or "",
        drafts=tuple(draft_card(draft, protocol) for draft in each.drafts),
        proposed=frozenset(
            draft.term.name["en"] for draft in each.drafts if is_proposed(each, draft)
        ),
    )
