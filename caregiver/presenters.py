"""Slots and entries as words and states; templates only print them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from caregiver.words import CHANNELS, ICONS, OUTCOMES, SLOTS
from domain.diary import SlotState, SlotStatus
from domain.entries import Outcome
from domain.lateness import Timing, timing
from domain.protocol import Half, Protocol
from domain.slots import Slot, SlotKey
from models.account import Account
from models.dose import DoseEntry
from services.doses import UNDONE
from web.formats import clock, language, millilitres, moment, short_day

# what a badge of macros/state.html calls it
_LOOKS: Final[Mapping[SlotStatus, str]] = {
    SlotStatus.NOT_DUE: "not_yet",
    SlotStatus.PARTIAL: "partial",
    SlotStatus.VOMITED: "vomited",
    SlotStatus.DOUBLED: "double",
    SlotStatus.MISSED: "missed",
    SlotStatus.HELD: "held",
}


@dataclass(frozen=True, slots=True)
class SlotLine:
    """A slot in a list: its name, what became of it, and who said so."""

    key: SlotKey
    name: str
    icon: str
    on: date
    title: str
    look: str
    detail: str


@dataclass(frozen=True, slots=True)
class EntryLine:
    """One entry: what it says and all its times, in words. `stands` is False for one corrected or
    taken back, `why` the reason why it was changed."""

    row: DoseEntry
    title: str
    facts: str
    who: str
    channel: str
    times: str
    why: str
    stands: bool


def key_text(key: SlotKey) -> str:
    """A slot in an address or a form: 2026-03-10-morning."""
    return f"{key.on.isoformat()}-{key.half}"


def key_of(text: str) -> SlotKey | None:
    """The slot that `key_text` wrote, or None for anything else."""
    day, _, half = text.rpartition("-")
    try:
        return SlotKey(date.fromisoformat(day), Half(half))
    except ValueError:
        return None


def day_from(text: str) -> date | None:
    """A date in an address, 2026-03-10, or None."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def slot_title(half: Half) -> str:
    return str(SLOTS[half])


def look(state: SlotState, protocol: Protocol) -> str:
    """The state as badges and calendar marks know it."""
    if state.status is SlotStatus.UNKNOWN:
        return "due" if state.still_open else "unknown"
    if state.status is not SlotStatus.GIVEN:
        return _LOOKS[state.status]
    taken_at = state.doses[0].taken_at
    if taken_at is None:
        return "given"
    match timing(state.slot.due_at, taken_at, protocol.slots):
        case Timing.LATE | Timing.TOO_LATE:
            return "late"
        case Timing.EARLY | Timing.ON_TIME:
            return "given"


def slot_line(
    state: SlotState, protocol: Protocol, names: Mapping[int, str], zone: ZoneInfo
) -> SlotLine:
    return SlotLine(
        key=state.key,
        name=key_text(state.key),
        icon=ICONS[state.slot.half],
        on=state.slot.on,
        title=slot_title(state.slot.half),
        look=look(state, protocol),
        detail=told(state, names, zone),
    )


def told(state: SlotState, names: Mapping[int, str], zone: ZoneInfo) -> str:
    """Who said it, and when it was: "Mum 08:04 · Dad 08:10"."""
    parts = [
        f"{names.get(int(entry.by), '')} {clock(entry.taken_at, zone) if entry.taken_at else ''}"
        for entry in state.entries
    ]
    return " · ".join(part.strip() for part in parts)


def entry_line(
    row: DoseEntry, names: Mapping[int, str], place: "Reader", *, stands: bool
) -> EntryLine:
    return EntryLine(
        row=row,
        title=str(OUTCOMES[row.outcome]),
        facts=" · ".join(_facts(row, place)),
        who=names.get(row.entered_by_id, ""),
        channel=str(CHANNELS[row.channel]),
        times=" · ".join(_times(row, place.zone)),
        why="" if row.amend_reason in {None, UNDONE} else str(row.amend_reason),
        stands=stands,
    )


def _facts(row: DoseEntry, place: "Reader") -> Iterator[str]:
    if row.given_ml is not None:
        yield millilitres(row.given_ml)
    if row.taken_at is not None:
        yield clock(row.taken_at, place.zone)
    if row.vomited_after_minutes is not None:
        yield str(gettext("after %(minutes)s min", minutes=row.vomited_after_minutes))
    if row.missed_reason is not None:
        yield place.reason(row.missed_reason)


def _times(row: DoseEntry, zone: ZoneInfo) -> Iterator[str]:
    yield str(gettext("Entered %(moment)s", moment=moment(row.entered_at, zone)))
    if row.received_at != row.entered_at:
        yield str(gettext("arrived %(moment)s", moment=moment(row.received_at, zone)))
    if row.is_late_entry:
        yield str(gettext("entered late"))
    if row.is_second_dose:
        yield str(gettext("second dose"))


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: by which wall clock, in which protocol's words."""

    zone: ZoneInfo
    protocol: Protocol

    def reason(self, code: str | None) -> str:
        """Why a dose was missed, in the protocol's words."""
        if code is None:
            return ""
        words = self.protocol.missed_reasons.get(code, {})
        return words.get(language(), code)


def names_of(session: Session, rows: Iterable[DoseEntry]) -> Mapping[int, str]:
    """The display names of the authors."""
    ids = {row.entered_by_id for row in rows}
    if not ids:
        return {}
    query = select(Account.id, Account.display_name).where(Account.id.in_(ids))
    return {row.id: row.display_name for row in session.execute(query)}


def advice_texts(names: Iterable[str], protocol: Protocol) -> tuple[str, ...]:
    """The protocol's own words, in the reader's language."""
    known = protocol.texts["en"]
    return tuple(protocol.text(name, language()) for name in names if name in known)


def slot_choice(slot: Slot, zone: ZoneInfo) -> tuple[str, str, str, str]:
    """A slot as a card to choose: value, words, hint, icon."""
    day, time = short_day(slot.on), clock(slot.due_at, zone)
    hint = str(gettext("%(day)s, %(time)s", day=day, time=time))
    return key_text(slot.key), slot_title(slot.half), hint, ICONS[slot.half]


def reasons(protocol: Protocol) -> list[tuple[str, str]]:
    """Why a dose can be missed: code and word, as the protocol lists them."""
    found = protocol.missed_reasons.items()
    return [(code, words.get(language(), words["en"])) for code, words in found]


def conflict_lines(
    first: Mapping[str, object], offered: Mapping[str, object], place: Reader
) -> list[tuple[str, str, str]]:
    """What was kept beside what came, only where they differ."""
    labels = {
        "outcome": gettext("What happened"),
        "slot_on": gettext("Day"),
        "half": gettext("Which dose"),
        "taken_at": gettext("Time of the dose"),
        "given_ml": gettext("How much"),
        "vomited_after_minutes": gettext("Minutes until vomiting"),
        "missed_reason": gettext("Reason"),
        "is_second_dose": gettext("Second dose"),
        "note": gettext("Note"),
        "reason": gettext("Reason"),
        "drawn_at": gettext("Blood was taken at"),
    }
    return [
        (label, _plain(name, first.get(name), place), _plain(name, offered.get(name), place))
        for name, label in labels.items()
        if name in offered and first.get(name) != offered.get(name)
    ]


def _plain(name: str, value: object, place: Reader) -> str:
    """A value of services.audit.plain in the reader's words."""
    if value is None or value is False:
        return "–"
    match name:
        case "outcome":
            return str(OUTCOMES[Outcome(str(value))])
        case "half":
            return slot_title(Half(str(value)))
        case "taken_at" | "drawn_at":
            return clock(datetime.fromisoformat(str(value)), place.zone)
        case "given_ml":
            return millilitres(Decimal(str(value)))
        case "missed_reason":
            return place.reason(str(value))
        case "is_second_dose":
            return str(gettext("yes"))
        case _:
            return str(value)
