"""What staff must know before they change a child's slot times or time zone (trial.md §4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from domain.errors import DomainError
from domain.lateness import hours
from domain.protocol import SlotRules
from domain.slots import DAY, REACH, Slot, Timetable, planned_between, slots_between


class SeamFinding(StrEnum):
    FITS = "fits"
    TOO_CLOSE = "too_close"
    TOO_FAR = "too_far"


@dataclass(frozen=True, slots=True)
class Seam:
    """Where one timetable follows another: the slots on both sides, and what fell out between."""

    from_on: date
    last_before: Slot
    first_after: Slot
    dropped: tuple[Slot, ...]
    finding: SeamFinding

    @property
    def gap(self) -> timedelta:
        """Real elapsed time between the two doses."""
        return self.first_after.due_at - self.last_before.due_at


def check_timetable(table: Timetable, rules: SlotRules) -> None:
    """Refuse slot times nearer or further apart than the protocol allows, and unknown zones.

    Raises DomainError `unknown_zone`, `morning_not_before_evening` or `slot_gap`.
    """
    try:
        ZoneInfo(table.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise DomainError("unknown_zone", zone=table.zone) from error
    if table.morning >= table.evening:
        raise DomainError("morning_not_before_evening")
    by_day = datetime.combine(table.from_on, table.evening) - datetime.combine(
        table.from_on, table.morning
    )
    for gap in (by_day, DAY - by_day):
        if not hours(rules.min_gap_hours) <= gap <= hours(rules.max_gap_hours):
            raise DomainError("slot_gap", hours=Decimal(gap // timedelta(minutes=1)) / 60)


def seams(timetables: Sequence[Timetable], rules: SlotRules) -> tuple[Seam, ...]:
    """Every change of timetable with the gap it leaves between two doses and the slots it drops.

    Two slots less than `zone_gap_min_hours` or more than `zone_gap_max_hours` apart are a finding
    that staff are told; exactly at the bound fits.
    """
    ordered = sorted(timetables, key=lambda table: table.from_on)
    return tuple(_seam(ordered, table, rules) for table in ordered[1:])


def _seam(timetables: Sequence[Timetable], table: Timetable, rules: SlotRules) -> Seam:
    around = slots_between(timetables, table.from_on - REACH, table.from_on + REACH)
    last_before = max(
        (slot for slot in around if slot.on < table.from_on), key=lambda slot: slot.due_at
    )
    first_after = next(slot for slot in around if slot.on >= table.from_on)
    planned = planned_between(timetables, table.from_on, first_after.on)
    dropped = tuple(slot for slot in planned if slot.key < first_after.key)
    gap = first_after.due_at - last_before.due_at
    return Seam(table.from_on, last_before, first_after, dropped, _finding(gap, rules))


def _finding(gap: timedelta, rules: SlotRules) -> SeamFinding:
    if gap < hours(rules.zone_gap_min_hours):
        return SeamFinding.TOO_CLOSE
    if gap > hours(rules.zone_gap_max_hours):
        return SeamFinding.TOO_FAR
    return SeamFinding.FITS
