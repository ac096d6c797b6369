"""What staff are told about slot times and journeys."""

from dataclasses import replace
from datetime import date, time

import pytest

from domain.errors import DomainError
from domain.protocol import Half
from domain.slots import SlotKey, Timetable
from domain.timetable_checks import SeamFinding, check_timetable, seams
from rules_of_v1 import SLOT_RULES

SHANGHAI = Timetable(date(2024, 1, 1), "Asia/Shanghai", time(8), time(20))
MOVED_ON = date(2024, 1, 10)


@pytest.mark.parametrize(
    ("morning", "evening"),
    [(time(8), time(20)), (time(8), time(17)), (time(6), time(21))],
)
def test_slots_from_9_to_15_hours_apart_are_accepted(morning: time, evening: time) -> None:
    check_timetable(replace(SHANGHAI, morning=morning, evening=evening), SLOT_RULES)


@pytest.mark.parametrize(
    ("morning", "evening", "code"),
    [
        (time(8), time(16, 59), "slot_gap"),
        (time(6), time(21, 1), "slot_gap"),
        (time(20), time(8), "morning_not_before_evening"),
        (time(8), time(8), "morning_not_before_evening"),
    ],
)
def test_other_slot_times_are_refused(morning: time, evening: time, code: str) -> None:
    with pytest.raises(DomainError, match=code):
        check_timetable(replace(SHANGHAI, morning=morning, evening=evening), SLOT_RULES)


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc/passwd", "Europe"])
def test_a_zone_nobody_knows_is_refused(zone: str) -> None:
    with pytest.raises(DomainError, match="unknown_zone"):
        check_timetable(replace(SHANGHAI, zone=zone), SLOT_RULES)


@pytest.mark.parametrize(
    ("zone", "hours", "finding"),
    [
        ("Asia/Tokyo", 11, SeamFinding.FITS),
        ("Australia/Brisbane", 10, SeamFinding.FITS),
        ("Asia/Dubai", 16, SeamFinding.FITS),  # exactly the bound
        ("Europe/Istanbul", 17, SeamFinding.TOO_FAR),
        ("Pacific/Fiji", 8, SeamFinding.FITS),  # exactly the bound
        ("Pacific/Auckland", 7, SeamFinding.TOO_CLOSE),
    ],
)
def test_a_journey_reports_the_gap_it_leaves(zone: str, hours: int, finding: SeamFinding) -> None:
    (seam,) = seams([SHANGHAI, replace(SHANGHAI, from_on=MOVED_ON, zone=zone)], SLOT_RULES)
    assert seam.gap.total_seconds() == hours * 3600
    assert (seam.finding, seam.dropped) == (finding, ())


def test_a_slot_that_would_fall_before_the_last_old_one_is_dropped_and_named() -> None:
    honolulu = replace(SHANGHAI, zone="Pacific/Honolulu")
    auckland = replace(SHANGHAI, from_on=MOVED_ON, zone="Pacific/Auckland")
    (seam,) = seams([honolulu, auckland], SLOT_RULES)
    assert [slot.key for slot in seam.dropped] == [SlotKey(MOVED_ON, Half.MORNING)]
    assert seam.last_before.key == SlotKey(date(2024, 1, 9), Half.EVENING)
    assert seam.first_after.key == SlotKey(MOVED_ON, Half.EVENING)
    assert (seam.finding, seam.gap.total_seconds()) == (SeamFinding.TOO_CLOSE, 3600)


def test_a_slot_at_the_very_instant_of_the_last_old_one_is_dropped_too() -> None:
    honolulu = replace(SHANGHAI, zone="Pacific/Honolulu")
    kiritimati = replace(SHANGHAI, from_on=MOVED_ON, zone="Pacific/Kiritimati")
    (seam,) = seams([honolulu, kiritimati], SLOT_RULES)
    assert [slot.key for slot in seam.dropped] == [
        SlotKey(MOVED_ON, Half.MORNING),
        SlotKey(MOVED_ON, Half.EVENING),
    ]
    assert seam.finding is SeamFinding.FITS


def test_a_child_who_never_moved_has_no_seam() -> None:
    assert seams([SHANGHAI], SLOT_RULES) == ()
