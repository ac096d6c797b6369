"""Symptoms in the words of a family: the choices of the form, and what was reported."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from flask_babel import gettext

from caregiver.place import Place
from domain.protocol_events import Severity, SymptomKind
from domain.slots import local_date
from domain.symptoms import FEVER, NOT_SO
from models.symptom import SymptomReport
from services.people import names_of
from services.symptoms import advice_of, reports_of
from web.formats import decimal, language, local_day

Option = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One report. `advice` is the protocol's own text, `version` where it comes from."""

    public_id: UUID
    title: str
    facts: str
    note: str
    who: str
    entered: str
    why: str
    advice: str
    version: str
    stands: bool


@dataclass(frozen=True, slots=True)
class ReportDay:
    on: date
    lines: tuple[ReportLine, ...]


def words(label: Mapping[str, str]) -> str:
    """In the reader's language."""
    return label.get(language()) or label["en"]


def kind_options(kinds: Sequence[SymptomKind]) -> list[Option]:
    return [(kind.code, words(kind.label)) for kind in kinds]


def severity_options(severities: Sequence[Severity], *, corrects: bool) -> list[Option]:
    """A correction may also say that it was not there."""
    found: list[Option] = [(one.code, words(one.label), words(one.hint)) for one in severities]
    if corrects:
        found.append((NOT_SO, gettext("It was not there"), gettext("This report was a mistake")))
    return found


def first_values(row: SymptomReport) -> dict[str, str]:
    """The form as the report stands now."""
    return {
        "kind": row.kind,
        "severity": row.severity,
        "noticed_on": row.noticed_on.isoformat(),
        "celsius": "" if row.celsius is None else f"{row.celsius:f}",
        "lasted_hours": "" if row.lasted_hours is None else f"{row.lasted_hours:f}",
        "note": row.note or "",
    }


def report_days(place: Place) -> list[ReportDay]:
    """All reports by day, the newest first; corrected ones stay visible."""
    rows = reports_of(place.session, place.child)
    names = names_of(place.session, {row.entered_by_id for row in rows})
    amended = {row.amends_id for row in rows}
    days: dict[date, list[ReportLine]] = {}
    for row in rows:
        stands = row.id not in amended and row.severity != NOT_SO
        line = _line(row, place, names.get(row.entered_by_id, ""), stands=stands)
        days.setdefault(row.noticed_on, []).append(line)
    return [ReportDay(on, tuple(lines)) for on, lines in days.items()]


def line_of(days: Sequence[ReportDay], public_id: UUID | None) -> ReportLine | None:
    """The report just made, if it is among them."""
    lines = (line for day in days for line in day.lines)
    return next((line for line in lines if line.public_id == public_id), None)


def _line(row: SymptomReport, place: Place, who: str, *, stands: bool) -> ReportLine:
    kind = place.protocol.symptoms.kind(row.kind)
    advice = advice_of(row)
    return ReportLine(
        public_id=row.public_id,
        title=words(kind.label) if kind else row.kind,
        facts=" · ".join(_facts(row, place)),
        note=row.note or "",
        who=who,
        entered=_entered(row, place),
        why=row.amend_reason or "",
        advice=place.protocol.text(advice, language()) if advice else "",
        version=(row.advice_shown or "").partition("@")[2],
        stands=stands,
    )


def _facts(row: SymptomReport, place: Place) -> list[str]:
    severities: dict[str, Any] = {
        one.code: words(one.label) for one in place.protocol.symptoms.severities
    }
    found = [str(severities.get(row.severity, gettext("It was not there")))]
    if row.kind == FEVER and row.celsius is not None:
        found.append(f"{decimal(row.celsius)} °C")
    if row.lasted_hours is not None:
        found.append(gettext("%(hours)s h", hours=decimal(row.lasted_hours)))
    return found


def _entered(row: SymptomReport, place: Place) -> str:
    """The day it was told, where that was a later one."""
    late = local_date(place.timetables, row.received_at) if place.timetables else row.noticed_on
    if late <= row.noticed_on:
        return ""
    return str(gettext("told on %(day)s", day=local_day(row.received_at, place.zone)))
