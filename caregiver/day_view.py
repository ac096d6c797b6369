"""One day of the diary with everything that was said about its slots."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from caregiver.change_forms import asks_doctor
from caregiver.place import Place
from caregiver.presenters import EntryLine, Reader, SlotLine, entry_line, names_of, slot_line
from caregiver.words import REQUESTS
from domain.diary import SlotState, SlotStatus
from domain.slots import DAY, local_date
from models.dose import CorrectionRequest
from services.corrections import requests_of
from services.diary import Diary, read
from web.formats import millilitres


@dataclass(frozen=True, slots=True)
class RequestLine:
    row: CorrectionRequest
    state: str


@dataclass(frozen=True, slots=True)
class SlotOfDay:
    """`may_say`: nobody reported on it and the family still may; `may_ask`: only the study doctor
    can add something."""

    line: SlotLine
    ml: str
    entries: tuple[EntryLine, ...]
    requests: tuple[RequestLine, ...]
    may_say: bool
    may_ask: bool


@dataclass(frozen=True, slots=True)
class DayView:
    on: date
    slots: tuple[SlotOfDay, ...]
    earlier: date | None
    later: date | None


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What the slots of the day are described from."""

    place: Place
    diary: Diary
    names: Mapping[int, str]
    requests: tuple[CorrectionRequest, ...]


def day_of(place: Place, on: date) -> DayView | None:
    """The day, or None when it lies outside of the child's time in the study."""
    if not place.timetables:
        return None
    first, today = place.child.enrolled_on, local_date(place.timetables, place.now)
    if not first <= on <= today:
        return None
    diary = read(place.session, place.child, place.protocol, first_on=on, last_on=on, now=place.now)
    sheet = _Sheet(
        place=place,
        diary=diary,
        names=names_of(place.session, diary.rows.values()),
        requests=requests_of(place.session, place.child.id),
    )
    return DayView(
        on=on,
        slots=tuple(_slot(sheet, state) for state in diary.states),
        earlier=on - DAY if on > first else None,
        later=on + DAY if on < today else None,
    )


def _slot(sheet: _Sheet, state: SlotState) -> SlotOfDay:
    place, key = sheet.place, state.key
    asks = asks_doctor(place, state.slot)
    due = state.slot.due_at <= place.now
    mine = [row for row in sheet.requests if (row.slot_on, row.half) == (key.on, key.half)]
    return SlotOfDay(
        line=slot_line(state, place.protocol, sheet.names, place.zone),
        ml=millilitres(state.order.ml) if state.order and state.order.ml else "",
        entries=_entries(sheet, state),
        requests=tuple(RequestLine(row, str(REQUESTS[row.state])) for row in mine),
        may_say=place.may_log and due and not asks and not state.entries,
        may_ask=place.may_log and asks and state.status is not SlotStatus.HELD,
    )


def _entries(sheet: _Sheet, state: SlotState) -> tuple[EntryLine, ...]:
    """All of them, retractions too, in the order they arrived."""
    reader = Reader(sheet.place.zone, sheet.place.protocol)
    standing = {entry.id for entry in state.entries}
    rows = [sheet.diary.rows[e.id] for e in sheet.diary.entries if e.slot == state.key]
    ordered = sorted(rows, key=lambda row: (row.received_at, row.id))
    return tuple(
        entry_line(row, sheet.names, reader, stands=str(row.id) in standing) for row in ordered
    )
