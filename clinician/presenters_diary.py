"""The diary in words: each day with its slots, and each slot with every line ever said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from clinician.dose_strip import STATE_WORDS, look
from clinician.result_words import CHANNELS, word
from domain.diary import SlotState
from domain.entries import DoseSource, Outcome
from domain.protocol import Protocol
from domain.slots import SlotKey
from models.dose import DoseEntry
from models.visit import InpatientStay
from services.diary import Diary
from services.doses import UNDONE
from services.inpatient import happened
from web.formats import clock, language, millilitres, short_day

SOURCES: Final[Mapping[DoseSource, Any]] = {
    DoseSource.WARD_CHART: _("The ward's chart"),
    DoseSource.PHONE_CALL: _("A phone call"),
    DoseSource.FAMILY_PAPER: _("The family's own paper"),
    DoseSource.SEEN_GIVEN: _("Seen given"),
}
TOLD: Final[Mapping[Outcome, Any]] = {
    Outcome.GIVEN: _("given"),
    Outcome.PARTIAL: _("given partly"),
    Outcome.VOMITED: _("vomited"),
    Outcome.MISSED: _("missed"),
    Outcome.RETRACTED: _("taken out"),
}


@dataclass(frozen=True, slots=True)
class DiaryLine:
    """One statement. `stands` is False for what was corrected or taken out since."""

    what: str
    entered: str
    received: str
    who: str
    how: str
    stands: bool
    amends: str


@dataclass(frozen=True, slots=True)
class DiaryCell:
    look: str
    word: str
    taken: str
    lines: tuple[DiaryLine, ...]
    is_contradictory: bool


@dataclass(frozen=True, slots=True)
class DiaryDay:
    on: date
    in_hospital: bool
    cells: Mapping[str, DiaryCell]


@dataclass(frozen=True, slots=True)
class StayLine:
    row: InpatientStay
    is_corrected: bool
    never_was: bool


@dataclass(frozen=True, slots=True)
class _Reader:
    """What lines are put in words with."""

    diary: Diary
    names: Mapping[int, str]
    zone: ZoneInfo
    protocol: Protocol


def diary_days(
    diary: Diary,
    names: Mapping[int, str],
    zone: ZoneInfo,
    protocol: Protocol,
    *,
    in_hospital_on: frozenset[date],
) -> list[DiaryDay]:
    """The days with slots, the newest first."""
    reader = _Reader(diary, names, zone, protocol)
    days: dict[date, dict[str, DiaryCell]] = {}
    for state in reversed(diary.states):
        days.setdefault(state.slot.on, {})[state.slot.half.value] = _cell(state, reader)
    return [DiaryDay(on, on in in_hospital_on, cells) for on, cells in days.items()]


def stay_lines(rows: Sequence[InpatientStay]) -> list[StayLine]:
    """All rows, the newest first."""
    amended = {row.amends_id for row in rows}
    return [StayLine(row, row.id in amended, not happened(row)) for row in reversed(rows)]


def slot_name(key: SlotKey) -> str:
    """ "2026-03-10-morning", as forms carry a slot."""
    return f"{key.on.isoformat()}-{key.half}"


def _cell(state: SlotState, reader: _Reader) -> DiaryCell:
    shown = look(state, reader.protocol.slots)
    times = [
        clock(dose.taken_at, reader.zone) if dose.taken_at else str(gettext("time not known"))
        for dose in state.doses
    ]
    rows = [reader.diary.rows[e.id] for e in reader.diary.entries if e.slot == state.key]
    standing = {entry.id for entry in state.entries}
    return DiaryCell(
        look=shown,
        word=str(STATE_WORDS[shown]),
        taken=" + ".join(times),
        lines=tuple(_line(row, state, reader, stands=str(row.id) in standing) for row in rows),
        is_contradictory=state.contradictory,
    )


def _why(reason: str | None) -> str:
    return str(_("undone at once")) if reason == UNDONE else reason or ""


def _line(row: DoseEntry, state: SlotState, reader: _Reader, *, stands: bool) -> DiaryLine:
    zone, on = reader.zone, state.slot.on
    amended = reader.diary.rows.get(str(row.amends_id)) if row.amends_id else None
    amends = ""
    if amended is not None:
        amends = str(
            gettext(
                "corrects: %(what)s (%(reason)s)",
                what=_what(amended, reader.protocol, zone),
                reason=_why(row.amend_reason),
            )
        )
    return DiaryLine(
        what=_what(row, reader.protocol, zone),
        entered=_near(row.entered_at, on, zone),
        received=_near(row.received_at, on, zone),
        who=reader.names.get(row.entered_by_id, ""),
        how=_how(row),
        stands=stands,
        amends=amends,
    )


def _what(row: DoseEntry, protocol: Protocol, zone: ZoneInfo) -> str:
    """ "given partly, 08:04, 0.2 mL"."""
    parts = [str(TOLD[row.outcome])]
    if row.is_second_dose:
        parts.append(str(gettext("a second dose")))
    if row.taken_at is not None:
        parts.append(_near(row.taken_at, row.slot_on, zone))
    if row.outcome is Outcome.PARTIAL and row.given_ml is not None:
        parts.append(millilitres(row.given_ml))
    if row.vomited_after_minutes is not None:
        parts.append(str(gettext("%(minutes)s min after it", minutes=row.vomited_after_minutes)))
    if row.missed_reason is not None:
        words = protocol.missed_reasons.get(row.missed_reason, {})
        parts.append(words.get(language()) or words.get("en") or row.missed_reason)
    return ", ".join(parts)


def _how(row: DoseEntry) -> str:
    parts = [word(CHANNELS, row.channel)]
    if row.source is not None:
        parts.append(str(SOURCES[DoseSource(row.source)]))
    if row.is_late_entry:
        parts.append(str(gettext("entered late")))
    if row.note:
        parts.append(row.note)
    return " · ".join(parts)


def _near(at: datetime, on: date, zone: ZoneInfo) -> str:
    """The clock alone on the slot's own day, else with its date."""
    local = at.astimezone(zone)
    text = f"{local:%H:%M}"
    return text if local.date() == on else f"{short_day(local.date())} {text}"
