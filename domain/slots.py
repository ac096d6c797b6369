"""Dose slots: wall-clock appointments `(local date, morning|evening)` and their instants.

A slot is decided by the clock on the family's wall, so its instant follows the time zone and the
daylight-saving rules; the time between two doses is always real elapsed time (trial.md §4).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache, total_ordering
from zoneinfo import ZoneInfo

from domain.errors import DomainError
from domain.protocol import Half

DAY = timedelta(days=1)
# Two local clocks on earth never differ by more than 26 hours, so slots further apart than two
# calendar days cannot change places.
REACH = timedelta(days=2)
# spans up to this are kept: a worklist, a reminder, a phone's page
_SHARED_SPAN = timedelta(days=31)


@total_ordering
@dataclass(frozen=True, slots=True)
class SlotKey:
    """The name of a slot. Keys are ordered: morning before evening, then by date."""

    on: date
    half: Half

    @property
    def number(self) -> int:
        """Counts the slots of the calendar; two neighbours differ by one."""
        return self.on.toordinal() * 2 + (self.half is Half.EVENING)

    def __lt__(self, other: "SlotKey") -> bool:
        return self.number < other.number

    def shifted(self, slots: int) -> "SlotKey":
        """The key so many slots later (earlier when negative)."""
        day, evening = divmod(self.number + slots, 2)
        return SlotKey(date.fromordinal(day), Half.EVENING if evening else Half.MORNING)


@dataclass(frozen=True, slots=True)
class Slot:
    """A dose slot and the instant (UTC) its dose is due. Its `key` is made once: a page of years
    asks each slot for it many times."""

    on: date
    half: Half
    due_at: datetime
    key: SlotKey = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", SlotKey(self.on, self.half))


@dataclass(frozen=True, slots=True)
class Timetable:
    """The wall-clock times of a child's two doses from `from_on` on, in the IANA zone `zone`.

    A child's history is a sequence of these in the order of `from_on`; a later one replaces the
    earlier from its date on.
    """

    from_on: date
    zone: str
    morning: time
    evening: time

    def local_time(self, half: Half) -> time:
        return self.morning if half is Half.MORNING else self.evening


def timetable_on(timetables: Sequence[Timetable], on: date) -> Timetable | None:
    """The timetable valid on a local date; None before the first one."""
    newest: Timetable | None = None
    for table in timetables:
        if table.from_on <= on and (newest is None or table.from_on > newest.from_on):
            newest = table
    return newest


def slots_of_day(timetables: Sequence[Timetable], on: date) -> tuple[Slot, ...]:
    """The slots of a local date in order, without those a change of zone dropped."""
    return slots_between(timetables, on, on)


def slots_between(
    timetables: Sequence[Timetable], first_on: date, last_on: date
) -> tuple[Slot, ...]:
    """All slots from `first_on` to `last_on`, both included, in order.

    A slot is dropped that falls at the same instant as an earlier one or before it (after a flight
    east). Most children of a study share their dose times, so a few weeks are worked out once for
    all of them.
    """
    if last_on - first_on <= _SHARED_SPAN:
        return _shared_slots(tuple(timetables), first_on, last_on)
    return _slots_between(timetables, first_on, last_on)


@lru_cache(maxsize=2048)
def _shared_slots(
    timetables: tuple[Timetable, ...], first_on: date, last_on: date
) -> tuple[Slot, ...]:
    return _slots_between(timetables, first_on, last_on)


def _slots_between(
    timetables: Sequence[Timetable], first_on: date, last_on: date
) -> tuple[Slot, ...]:
    kept: list[Slot] = []
    latest: datetime | None = None
    for slot in planned_between(timetables, first_on - REACH, last_on):
        in_order = latest is None or slot.due_at > latest
        if in_order:
            latest = slot.due_at
        if in_order and slot.on >= first_on:
            kept.append(slot)
    return tuple(kept)


def slot_at(timetables: Sequence[Timetable], on: date, half: Half) -> Slot:
    """The slot of this name. Raises DomainError `no_such_slot` where the child has none."""
    for slot in slots_of_day(timetables, on):
        if slot.half is half:
            return slot
    raise DomainError("no_such_slot", on=on, half=half)


def nearest_slot(timetables: Sequence[Timetable], at: datetime) -> Slot:
    """The slot a dose given at this instant belongs to (trial.md §4).

    The nearest one; on a tie the earlier, so a dose after midnight belongs to the evening before
    unless the morning is really nearer. Raises DomainError `no_such_slot` without a timetable.
    """
    around = _slots_around(timetables, at)
    if not around:
        raise DomainError("no_such_slot", at=at)
    return min(around, key=lambda slot: (abs(slot.due_at - at), slot.due_at))


def next_slot(timetables: Sequence[Timetable], after: datetime) -> Slot:
    """The first slot due strictly after this instant. DomainError `no_such_slot` if none is."""
    start = max(local_date(timetables, after) - DAY, min(table.from_on for table in timetables))
    for slot in slots_between(timetables, start, start + 2 * REACH):
        if slot.due_at > after:
            return slot
    raise DomainError("no_such_slot", at=after)


def zone_at(timetables: Sequence[Timetable], at: datetime) -> ZoneInfo:
    """The family's time zone at an instant; before the first timetable, that one's zone."""
    if not timetables:
        raise DomainError("no_timetable")
    ordered = sorted(timetables, key=lambda table: table.from_on)
    for table in reversed(ordered):
        zone = ZoneInfo(table.zone)
        if at.astimezone(zone).date() >= table.from_on:
            return zone
    return ZoneInfo(ordered[0].zone)


def local_date(timetables: Sequence[Timetable], at: datetime) -> date:
    """The date on the family's wall at an instant."""
    return at.astimezone(zone_at(timetables, at)).date()


def planned_between(
    timetables: Sequence[Timetable], first_on: date, last_on: date
) -> tuple[Slot, ...]:
    """What the timetables write down for these dates, dropped slots included."""
    return tuple(
        slot for on in _dates(first_on, last_on) for slot in _planned_of_day(timetables, on)
    )


# ten years of slots for a child or two
@lru_cache(maxsize=16_384)
def _planned(table: Timetable, on: date, half: Half) -> Slot:
    """Wall clock to instant. A clock time that the night of the change skips falls as much later
    as the clock jumps; one that comes twice is meant the first time: never lost, never doubled."""
    local = datetime.combine(on, table.local_time(half), ZoneInfo(table.zone))
    return Slot(on, half, local.astimezone(UTC))


def _planned_of_day(timetables: Sequence[Timetable], on: date) -> tuple[Slot, ...]:
    table = timetable_on(timetables, on)
    return tuple(_planned(table, on, half) for half in Half) if table else ()


def _slots_around(timetables: Sequence[Timetable], at: datetime) -> tuple[Slot, ...]:
    if not timetables:
        return ()
    middle = max(local_date(timetables, at), min(table.from_on for table in timetables))
    return slots_between(timetables, middle - REACH, middle + REACH)


def _dates(first_on: date, last_on: date) -> Iterator[date]:
    return (date.fromordinal(day) for day in range(first_on.toordinal(), last_on.toordinal() + 1))
