"""Taking, correct days, timing and holidays, and the three readings of a diary."""

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal

import pytest

from diary_of_a_child import all_given, an_entry, an_order, at, key, slot, states
from domain.adherence import Adherence, Ratio, adherence
from domain.entries import Channel, Entry, Outcome
from domain.orders import OrderKind, OrderStep
from domain.readings import Reading, entries_of
from rules_of_v1 import ADHERENCE_RULES

D = Decimal


def figures(
    entries: Sequence[Entry],
    *,
    slots: int = 10,
    orders: Sequence[OrderStep] | None = None,
    inpatient_on: Collection[date] = (),
) -> Adherence:
    found = states(range(slots), entries, orders)
    return adherence(found, ADHERENCE_RULES, inpatient_on=inpatient_on)


def but(*entries: Entry, slots: int = 10) -> list[Entry]:
    """A perfect diary except for these entries."""
    told = {entry.slot for entry in entries}
    return [e for e in all_given(range(slots)) if e.slot not in told] + list(entries)


def without(*numbers: int, slots: int = 10) -> list[Entry]:
    return all_given(range(slots), but=numbers)


def test_a_perfect_diary_is_perfect_in_every_figure() -> None:
    found = figures(but())
    assert found.worst_case == found.observed
    assert (found.observed.taking, found.observed.correct_days) == (
        Ratio(D(10), 10),
        Ratio(D(5), 5),
    )
    assert found.observed.taking.fraction == 1


def test_without_any_slot_there_is_no_figure() -> None:
    assert adherence([], ADHERENCE_RULES).observed.taking.fraction is None


def test_a_doubled_dose_does_not_hide_a_missed_one() -> None:
    twice = [an_entry(2), an_entry(2, hours=3, second_dose=True)]
    found = figures(but(*twice, an_entry(5, Outcome.MISSED)))
    assert found.observed.taking == Ratio(D(9), 10)
    assert found.observed.correct_days == Ratio(D(3), 5)
    assert found.doubled == (key(2),)


def test_a_part_counts_as_its_share_and_spoils_the_day() -> None:
    found = figures(but(an_entry(2, Outcome.PARTIAL, share=D("0.5"))))
    assert (found.observed.taking, found.observed.correct_days) == (
        Ratio(D("9.5"), 10),
        Ratio(D(4), 5),
    )


def test_a_part_nobody_measured_counts_as_nothing_or_not_at_all() -> None:
    found = figures(but(an_entry(2, Outcome.PARTIAL)))
    assert (found.worst_case.taking, found.observed.taking) == (Ratio(D(9), 10), Ratio(D(9), 9))


def test_a_vomited_dose_counts_as_given_and_is_listed() -> None:
    found = figures(but(an_entry(2, Outcome.VOMITED, vomited_after_minutes=20)))
    assert (found.observed.taking, found.observed.correct_days) == (
        Ratio(D(10), 10),
        Ratio(D(5), 5),
    )
    assert found.vomited == (key(2),)


def test_an_unknown_slot_is_missed_in_the_worst_case_and_left_out_of_the_observed() -> None:
    found = figures(without(2))
    assert (found.worst_case.taking, found.observed.taking) == (Ratio(D(9), 10), Ratio(D(9), 9))
    assert (found.worst_case.correct_days, found.observed.correct_days) == (
        Ratio(D(4), 5),
        Ratio(D(5), 5),
    )
    assert found.unknown == (key(2),)


def test_of_a_half_held_day_only_the_prescribed_slot_counts() -> None:
    orders = [an_order(), an_order(3, kind=OrderKind.HOLD, until=6, signed=1)]
    found = figures(without(3, 4, 5), orders=orders)
    assert (found.worst_case.taking, found.worst_case.correct_days) == (
        Ratio(D(7), 7),
        Ratio(D(4), 4),
    )


def test_inpatient_days_leave_the_denominator() -> None:
    found = figures(without(2, 3), inpatient_on=[date(2024, 3, 2)])
    assert found.worst_case.taking == Ratio(D(8), 8)


def test_slots_that_can_still_be_answered_do_not_count_yet() -> None:
    found = states(range(10), all_given(range(8)), now=at(8, 6))
    assert adherence(found, ADHERENCE_RULES).worst_case.taking == Ratio(D(8), 8)


@pytest.mark.parametrize(
    ("hours", "within"),
    [(1, (1, 1, 1)), (1.01, (0, 1, 1)), (2, (0, 1, 1)), (-2.01, (0, 0, 1)), (3.01, (0, 0, 0))],
)
def test_timing_counts_the_hours_on_both_sides(hours: float, within: tuple[int, ...]) -> None:
    timing = figures([an_entry(0, hours=hours)], slots=1).timing
    assert tuple(timing.values()) == tuple(Ratio(D(number), 1) for number in within)


def test_doses_without_a_time_and_missed_ones_have_no_timing() -> None:
    found = figures(but(an_entry(1, hours=None), an_entry(2, Outcome.MISSED)))
    assert found.timing[D(2)] == Ratio(D(8), 8)


def missed(*numbers: int) -> list[Entry]:
    return but(*(an_entry(number, Outcome.MISSED) for number in numbers))


def test_two_slots_in_a_row_are_a_holiday_and_four_a_long_one() -> None:
    assert figures(missed(2)).observed.holidays == ()
    assert figures(missed(2, 3)).observed.holidays == ((key(2), key(3)),)
    assert figures(missed(2, 3, 4)).observed.long_holidays == ()
    assert figures(missed(2, 3, 4, 5)).observed.long_holidays == (tuple(map(key, range(2, 6))),)


def test_an_unknown_slot_makes_a_holiday_in_the_worst_case_only() -> None:
    found = figures([e for e in missed(2) if e.slot != key(3)])
    assert found.worst_case.holidays == ((key(2), key(3)),)
    assert found.observed.holidays == ()


def test_missed_slots_on_both_sides_of_a_hold_are_no_holiday() -> None:
    orders = [an_order(), an_order(3, kind=OrderKind.HOLD, until=5, signed=1)]
    found = figures([e for e in missed(2, 5) if e.slot not in {key(3), key(4)}], orders=orders)
    assert found.observed.holidays == ()


def test_two_halves_in_one_slot_are_one_whole_dose_and_no_right_day() -> None:
    halves = [
        an_entry(2, Outcome.PARTIAL, share=D("0.5")),
        an_entry(2, Outcome.PARTIAL, hours=3, share=D("0.5"), second_dose=True),
    ]
    found = figures(but(*halves))
    assert (found.observed.taking, found.observed.correct_days) == (
        Ratio(D(10), 10),
        Ratio(D(4), 5),
    )


def test_a_week_by_hand() -> None:
    """Fourteen slots: one doubled, a half, two missed in a row, one unknown, one vomited, and the
    last day in hospital. Of the twelve that count, 1 + 0.5 + 8 were given; eleven are known. Right
    are days 4 (vomited counts) and 5, and day 3 where the unknown slot is left out."""
    odd = [
        an_entry(0),
        an_entry(0, hours=3, second_dose=True),
        an_entry(2, Outcome.PARTIAL, share=D("0.5")),
        an_entry(6, Outcome.VOMITED, vomited_after_minutes=5),
        an_entry(10, Outcome.MISSED),
        an_entry(11, Outcome.MISSED),
    ]
    diary = [entry for entry in but(*odd, slots=14) if entry.slot != key(5)]
    found = figures(diary, slots=14, inpatient_on=[date(2024, 3, 7)])
    assert found.worst_case.taking == Ratio(D("8.5"), 12)
    assert found.observed.taking == Ratio(D("8.5"), 11)
    assert found.worst_case.correct_days == Ratio(D(2), 6)
    assert found.observed.correct_days == Ratio(D(3), 6)
    assert found.worst_case.holidays == found.observed.holidays == ((key(10), key(11)),)
    assert (found.doubled, found.vomited, found.unknown) == ((key(0),), (key(6),), (key(5),))


def read(reading: Reading, *entries: Entry) -> tuple[Entry, ...]:
    return entries_of(
        reading, entries, lambda wanted: slot(wanted.number - key(0).number).due_at, ADHERENCE_RULES
    )


@pytest.mark.parametrize(
    ("entered_after", "seen"),
    [
        (2, {Reading.PROMPT, Reading.SAME_DAY, Reading.EVERYTHING}),
        (2.01, {Reading.SAME_DAY, Reading.EVERYTHING}),
        (24, {Reading.SAME_DAY, Reading.EVERYTHING}),
        (24.01, {Reading.EVERYTHING}),
    ],
)
def test_the_readings_differ_by_the_delay_of_the_entry(
    entered_after: float, seen: set[Reading]
) -> None:
    entry = an_entry(0, hours=1, entered_after=entered_after)
    assert {reading for reading in Reading if read(reading, entry)} == seen


def test_what_the_clinic_entered_belongs_to_the_widest_reading_only() -> None:
    entry = an_entry(0, channel=Channel.CLINIC)
    assert {reading for reading in Reading if read(reading, entry)} == {Reading.EVERYTHING}


def test_a_missed_dose_is_measured_from_when_it_was_due() -> None:
    assert read(Reading.PROMPT, an_entry(0, Outcome.MISSED, entered_after=2))
    assert not read(Reading.PROMPT, an_entry(0, Outcome.MISSED, entered_after=2.01))


def test_a_quick_undo_of_a_late_dose_is_seen_with_the_dose() -> None:
    late = an_entry(0, hours=5)
    undo = an_entry(0, Outcome.RETRACTED, hours=None, entered_after=5.1, amends=late.id)
    assert read(Reading.PROMPT, late, undo) == (late, undo)
