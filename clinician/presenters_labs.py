"""Laboratory results in words: the rows of the entry form and the grid of samples."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from domain.protocol import LabPlan, Protocol
from domain.reported import Comparator, Reported
from models.laboratory import LabResult
from web.formats import decimal, language, moment

# as laboratories print what UCUM writes
PRINTED: Final[Mapping[str, str]] = {
    "10*9/L": "10⁹/L",
    "10*3/uL": "10³/µL",
    "/uL": "/µL",
    "umol/L": "µmol/L",
    "ukat/L": "µkat/L",
    "ug/mL": "µg/mL",
    "ug/L": "µg/L",
    "meq/L": "mEq/L",
    "g/(24.h)": "g/24 h",
    "mg/(24.h)": "mg/24 h",
    "1": "–",
}


@dataclass(frozen=True, slots=True)
class Unit:
    code: str
    word: str


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One analyte of the form."""

    code: str
    label: str
    units: tuple[Unit, ...]


@dataclass(frozen=True, slots=True)
class Analyte:
    code: str
    label: str
    unit: str


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


def unit_word(code: str) -> str:
    return PRINTED.get(code, code)


def label_of(plan: LabPlan) -> str:
    """The analyte in the reader's language."""
    return plan.label.get(language(), plan.label["en"])


def entry_rows(protocol: Protocol, only: str | None) -> tuple[EntryRow, ...]:
    """All analytes of the study, or the one that is corrected."""
    return tuple(
        EntryRow(plan.code, label_of(plan), tuple(Unit(u, unit_word(u)) for u in plan.units))
        for plan in protocol.labs
        if only is None or plan.code == only
    )


def first_panel(protocol: Protocol, latest: Mapping[str, LabResult]) -> dict[str, str]:
    """Units and ranges as the laboratory printed them last time; no results."""
    values: dict[str, str] = {}
    for plan in protocol.labs:
        row = latest.get(plan.code)
        values[f"{plan.code}_unit"] = row.unit if row else plan.unit
        values[f"{plan.code}_low"] = _typed(row.reference_low) if row else ""
        values[f"{plan.code}_high"] = _typed(row.reference_high) if row else ""
    laboratories = [row.laboratory for row in latest.values() if row.laboratory]
    return values | {"laboratory": laboratories[-1] if laboratories else ""}


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
        range=_range(row),
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


def _range(row: LabResult) -> str:
    low, high = row.reference_low, row.reference_high
    if low is not None and high is not None:
        return f"{decimal(low)}–{decimal(high)}"
    if low is not None:
        return str(_("from %(low)s", low=decimal(low)))
    return str(_("up to %(high)s", high=decimal(high))) if high is not None else ""


def _reported(row: LabResult) -> str:
    return Reported(row.value, Comparator(row.comparator)).text


def _typed(value: Decimal | None) -> str:
    return "" if value is None else f"{value:f}"
