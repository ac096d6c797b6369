"""The verdict on a trough sample."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from diary_of_a_child import TIMETABLES, all_given, an_entry, an_order, at, key, states
from domain.decisive_dose import Sample
from domain.entries import Entry, Outcome
from domain.level import Concern, Level, Position, concern, position
from domain.orders import OrderKind, OrderStep
from domain.trough import Course, Finding, Flag, Verdict, verdict
from rules_of_v1 import HIGH_RANGE, LOW_RANGE, SLOT_RULES, TROUGH_RULES

EVENING = 39  # 20 March, the dose before the usual sample
SECOND = timedelta(seconds=1)
D = Decimal


def judge(
    entries: Sequence[Entry],
    *,
    drawn: datetime | None = None,
    told: datetime | None = None,
    orders: Sequence[OrderStep] | None = None,
) -> Verdict:
    history = [an_order()] if orders is None else orders
    drawn_at = drawn or at(EVENING, 12)
    diary = states(range(EVENING + 3), entries, history, now=at(EVENING + 2, 12))
    return verdict(
        Sample(drawn_at, told),
        Course(diary, history, TIMETABLES),
        trough=TROUGH_RULES,
        slots=SLOT_RULES,
    )


def diary_with(*entries: Entry, upto: int = EVENING) -> list[Entry]:
    """All doses given, except where these entries say otherwise; the sample's own morning dose
    is given after the blood."""
    told = {entry.slot for entry in entries}
    usual = [entry for entry in all_given(range(upto + 1)) if entry.slot not in told]
    wait = [] if key(EVENING + 1) in told else [an_entry(EVENING + 1, hours=4.5)]
    return [*usual, *wait, *entries]


def test_twelve_hours_after_a_regular_evening_dose_is_valid() -> None:
    found = judge(diary_with())
    assert (found.headline, found.reasons, found.flags) == (Finding.VALID, (), ())
    assert (found.elapsed, found.days_on_dose) == (timedelta(hours=12), 20)
    assert [state.key for state in found.doses] == [key(number) for number in range(34, 40)]


@pytest.mark.parametrize(
    ("drawn", "headline"),
    [
        (at(EVENING, 10) - SECOND, Finding.TOO_EARLY),
        (at(EVENING, 10), Finding.VALID),
        (at(EVENING, 14), Finding.VALID),
        (at(EVENING, 14) + SECOND, Finding.TOO_LATE),
    ],
)
def test_ten_and_fourteen_hours_are_still_valid(drawn: datetime, headline: Finding) -> None:
    assert judge(diary_with(), drawn=drawn).headline is headline


@pytest.mark.parametrize(("hours", "ideal"), [(10.9, False), (11, True), (13, True), (13.1, False)])
def test_outside_the_ideal_hours_a_valid_sample_is_flagged(hours: float, ideal: bool) -> None:
    found = judge(diary_with(), drawn=at(EVENING, hours))
    assert found.is_valid
    assert (Flag.OUTSIDE_IDEAL not in found.flags) is ideal


def test_a_sample_after_the_morning_dose_says_so_first() -> None:
    found = judge(diary_with(an_entry(EVENING + 1, hours=-0.5)), drawn=at(EVENING + 1, 0.5))
    assert found.reasons == (Finding.AFTER_THE_DOSE, Finding.TOO_EARLY)


def test_a_dose_at_the_minute_of_the_sample_came_after_it() -> None:
    assert judge(diary_with(an_entry(EVENING + 1)), drawn=at(EVENING + 1)).is_valid


def test_a_late_evening_dose_makes_the_sample_too_early_not_after_the_dose() -> None:
    found = judge(diary_with(an_entry(EVENING, hours=3)))
    assert found.reasons == (Finding.TOO_EARLY,)


def test_a_sample_before_the_evening_dose_counts_and_is_flagged() -> None:
    entries = diary_with(an_entry(EVENING + 1), an_entry(EVENING + 2, hours=1))
    found = judge(entries, drawn=at(EVENING + 2))
    assert (found.headline, found.flags) == (Finding.VALID, (Flag.EVENING_SAMPLE,))


def test_an_unknown_decisive_dose_cannot_say() -> None:
    entries = [entry for entry in diary_with() if entry.slot != key(EVENING)]
    assert judge(entries).headline is Finding.CANNOT_SAY


def test_an_unknown_dose_before_the_decisive_one_does_not_matter() -> None:
    entries = [entry for entry in diary_with() if entry.slot != key(EVENING - 1)]
    assert judge(entries).is_valid


def test_a_contradictory_decisive_dose_cannot_say() -> None:
    found = judge([*diary_with(), an_entry(EVENING, Outcome.MISSED, by="father")])
    assert found.headline is Finding.CANNOT_SAY


def test_a_decisive_dose_at_an_unknown_time_cannot_say() -> None:
    assert judge(diary_with(an_entry(EVENING, hours=None))).headline is Finding.CANNOT_SAY


def test_silence_about_the_dose_that_had_to_wait_is_flagged_and_hides_nothing() -> None:
    entries = [entry for entry in diary_with() if entry.slot != key(EVENING + 1)]
    for seconds, flags in ((0, ()), (1, (Flag.NEXT_SILENT,))):
        found = judge(entries, drawn=at(EVENING + 1) + seconds * SECOND)
        assert (found.headline, found.flags) == (Finding.VALID, flags)


def test_an_untimed_dose_in_the_slot_that_had_to_wait_cannot_say() -> None:
    entries = diary_with(an_entry(EVENING + 1, hours=None, entered_after=3))
    assert judge(entries, drawn=at(EVENING + 1, 0.5)).reasons == (Finding.CANNOT_SAY,)


def test_an_unknown_last_dose_gives_no_interval_from_an_earlier_one() -> None:
    entries = [entry for entry in diary_with() if entry.slot != key(EVENING)]
    found = judge(entries)
    assert (found.reasons, found.elapsed) == ((Finding.CANNOT_SAY,), None)


def test_an_entry_made_at_the_sample_counts_and_one_made_after_it_does_not() -> None:
    assert judge(diary_with(an_entry(EVENING, entered_after=12))).is_valid
    late = judge(diary_with(an_entry(EVENING, entered_after=12.01)))
    assert late.headline is Finding.CANNOT_SAY


def test_a_time_first_told_after_the_sample_cannot_say() -> None:
    in_time = an_entry(EVENING, hours=None)
    time_later = an_entry(EVENING, entered_after=13, by="father")
    assert judge(diary_with(in_time, time_later)).headline is Finding.CANNOT_SAY


def test_a_correction_made_after_the_sample_cannot_say() -> None:
    first = an_entry(EVENING, hours=3)
    correction = an_entry(EVENING, entered_after=20, amends=first.id)
    assert judge(diary_with(first, correction)).headline is Finding.CANNOT_SAY


@pytest.mark.parametrize(
    ("minutes", "headline"),
    [(0, Finding.VALID), (30, Finding.VALID), (31, Finding.CANNOT_SAY), (-31, Finding.CANNOT_SAY)],
)
def test_what_was_told_with_the_blood_must_fit_the_diary(minutes: int, headline: Finding) -> None:
    told = at(EVENING) + timedelta(minutes=minutes)
    assert judge(diary_with(), told=told).headline is headline


def test_what_was_told_with_the_blood_confirms_an_entry_made_later() -> None:
    found = judge(diary_with(an_entry(EVENING, entered_after=20)), told=at(EVENING, 0.5))
    assert (found.headline, found.elapsed) == (Finding.VALID, timedelta(hours=11.5))
    assert found.flags == (Flag.WORD_OF_MOUTH,)


def test_what_was_told_fills_a_slot_nobody_answered() -> None:
    entries = [entry for entry in diary_with() if entry.slot != key(EVENING)]
    found = judge(entries, told=at(EVENING, 1))
    assert (found.headline, found.elapsed) == (Finding.VALID, timedelta(hours=11))


def test_what_was_told_against_a_missed_slot_cannot_say() -> None:
    found = judge(diary_with(an_entry(EVENING, Outcome.MISSED)), told=at(EVENING))
    assert found.headline is Finding.CANNOT_SAY


def test_without_any_diary_the_word_stands_and_silence_cannot_say() -> None:
    course = Course([], [an_order()], TIMETABLES)
    for told, headline in [(at(EVENING), Finding.VALID), (None, Finding.CANNOT_SAY)]:
        sample = Sample(at(EVENING, 12), told)
        found = verdict(sample, course, trough=TROUGH_RULES, slots=SLOT_RULES)
        assert found.headline is headline


@pytest.mark.parametrize(
    ("new_dose_from", "headline", "flags"),
    [
        (40 - 12, Finding.NOT_STEADY, ()),  # six days
        (40 - 13, Finding.VALID, (Flag.EARLY,)),  # an evening seven dates before
        (40 - 26, Finding.VALID, (Flag.EARLY,)),  # thirteen
        (40 - 28, Finding.VALID, ()),  # fourteen
    ],
)
def test_days_since_a_new_dose_are_counted_in_local_dates(
    new_dose_from: int, headline: Finding, flags: tuple[Flag, ...]
) -> None:
    orders = [an_order(), an_order(new_dose_from, "0.24", signed=9)]
    found = judge(diary_with(), orders=orders)
    assert (found.headline, found.flags) == (headline, flags)


@pytest.mark.parametrize(("until", "headline"), [(33, Finding.VALID), (34, Finding.NOT_STEADY)])
def test_a_hold_of_two_slots_starts_the_count_again(until: int, headline: Finding) -> None:
    orders = [an_order(), an_order(32, kind=OrderKind.HOLD, until=until, signed=9)]
    entries = [e for e in diary_with() if not key(32) <= e.slot < key(until)]
    assert judge(entries, orders=orders).headline is headline


def test_the_count_starts_with_the_first_dose_that_was_not_missed() -> None:
    missed = [an_entry(number, Outcome.MISSED) for number in (27, 28)]
    found = judge(diary_with(*missed), orders=[an_order(), an_order(27, "0.24", signed=9)])
    assert (found.headline, found.days_on_dose) == (Finding.NOT_STEADY, 6)


@pytest.mark.parametrize(
    "entries",
    [
        [an_entry(36, Outcome.MISSED)],
        [an_entry(36, Outcome.PARTIAL)],
        [an_entry(36), an_entry(36, hours=3, second_dose=True)],
        [an_entry(36, Outcome.VOMITED, vomited_after_minutes=120)],
        [an_entry(36, Outcome.VOMITED)],
    ],
)
def test_an_irregular_dose_in_the_last_72_hours_is_named(entries: list[Entry]) -> None:
    assert judge(diary_with(*entries)).reasons == (Finding.IRREGULAR,)


def test_a_part_of_a_dose_stays_irregular_when_it_was_vomited_later_too() -> None:
    part = an_entry(36, Outcome.PARTIAL)
    vomited = an_entry(36, Outcome.VOMITED, vomited_after_minutes=180, by="father")
    assert judge(diary_with(part, vomited)).reasons == (Finding.IRREGULAR,)


def test_a_vomit_more_than_two_hours_after_the_dose_is_only_recorded() -> None:
    vomited = an_entry(36, Outcome.VOMITED, vomited_after_minutes=121)
    assert judge(diary_with(vomited)).is_valid


@pytest.mark.parametrize(("drawn", "inside"), [(0.0, True), (1 / 60, False)])
def test_a_missed_dose_exactly_72_hours_before_counts(drawn: float, inside: bool) -> None:
    missed = an_entry(34, Outcome.MISSED)
    found = judge(diary_with(missed), drawn=at(34, 72 + drawn))
    assert (Finding.IRREGULAR in found.reasons) is inside


def test_the_morning_dose_that_waited_for_the_blood_and_was_skipped_is_no_irregular_one() -> None:
    skipped = an_entry(EVENING + 1, Outcome.MISSED)
    assert judge(diary_with(skipped), drawn=at(EVENING + 1, 0.5)).is_valid


def test_a_second_dose_after_the_sample_does_not_spoil_it() -> None:
    twice = [an_entry(EVENING + 1, hours=h, second_dose=h > 1) for h in (1, 1.5)]
    assert judge(diary_with(*twice)).is_valid


def test_all_reasons_are_listed_under_the_first() -> None:
    entries = diary_with(an_entry(EVENING, hours=5, entered_after=30), an_entry(36, Outcome.MISSED))
    orders = [an_order(), an_order(38, "0.24", signed=9)]
    assert judge(entries, orders=orders).reasons == (
        Finding.CANNOT_SAY,
        Finding.NOT_STEADY,
        Finding.TOO_EARLY,
        Finding.IRREGULAR,
    )


@pytest.mark.parametrize(
    ("value", "high_arm", "low_arm"),
    [
        ("6.9", Position.BELOW, Position.BELOW),
        ("7.0", Position.BELOW, Position.WITHIN),
        ("10.0", Position.BELOW, Position.WITHIN),
        ("10.04", Position.WITHIN, Position.ABOVE),
        ("15", Position.WITHIN, Position.ABOVE),
        ("15.1", Position.ABOVE, Position.ABOVE),
    ],
)
def test_ranges_are_compared_as_exact_decimals(
    value: str, high_arm: Position, low_arm: Position
) -> None:
    assert position(Level(D(value)), HIGH_RANGE) is high_arm
    assert position(Level(D(value)), LOW_RANGE) is low_arm


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("10", Concern("below_range", "review")),
        ("10.1", None),
        ("15", None),
        ("15.1", Concern("over_15", "this_week")),
        ("20", Concern("over_15", "this_week")),
        ("20.1", Concern("over_20", "same_day")),
        ("29.9", Concern("over_20", "same_day")),
        ("30", Concern("from_30", "urgent")),
    ],
)
def test_tiers_of_concern_in_the_high_arm(value: str, expected: Concern | None) -> None:
    assert concern(Level(D(value)), HIGH_RANGE, TROUGH_RULES) == expected


def test_above_the_low_arms_range_is_a_review_at_least() -> None:
    assert concern(Level(D("10.1")), LOW_RANGE, TROUGH_RULES) == Concern("above_range", "review")


def test_a_level_below_quantification_is_below_the_range_and_shown_as_printed() -> None:
    level = Level(D("2.0"), below_quantification=True)
    assert (position(level, LOW_RANGE), level.text) == (Position.BELOW, "<2.0")
    assert concern(level, LOW_RANGE, TROUGH_RULES) == Concern("below_range", "review")
