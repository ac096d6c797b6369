"""Time in range, fraction in range, variability."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.in_range import Trough, Unbridged, fraction_in_range, time_in_range
from domain.level import Level
from domain.level_variability import NoVariability, Variability, variability
from rules_of_v1 import HIGH_RANGE, LOW_RANGE, TROUGH_RULES

D = Decimal
START = datetime(2024, 3, 1, tzinfo=UTC)


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def trough(number: float, value: str, mg: str | None = None, per_m2: str | None = None) -> Trough:
    level = Level(D(value.lstrip("<")), below_quantification=value.startswith("<"))
    dose, daily = (None if text is None else D(text) for text in (mg, per_m2))
    return Trough(day(number), level, f"day {number}", dose, daily)


def spread(*troughs: Trough) -> Variability:
    return variability(troughs, TROUGH_RULES)


def days_of(*troughs: Trough, held: tuple[datetime, ...] = ()) -> tuple[float, float, float]:
    found = time_in_range(troughs, HIGH_RANGE, held_at=held, rules=TROUGH_RULES)
    below, within, above = (
        part / timedelta(days=1) for part in (found.below, found.within, found.above)
    )
    return (below, within, above)


def test_a_line_through_the_range_spends_its_share_there() -> None:
    assert days_of(trough(0, "5"), trough(20, "25")) == (5, 5, 10)
    assert days_of(trough(0, "25"), trough(20, "5")) == (5, 5, 10)


def test_the_order_of_entry_does_not_matter() -> None:
    assert days_of(trough(20, "25"), trough(0, "5")) == (5, 5, 10)


@pytest.mark.parametrize(
    ("level", "days"),
    [("10", (4, 0, 0)), ("10.1", (0, 4, 0)), ("15", (0, 4, 0)), ("15.1", (0, 0, 4))],
)
def test_a_steady_level_on_a_bound_follows_the_range(
    level: str, days: tuple[float, float, float]
) -> None:
    assert days_of(trough(0, level), trough(4, level)) == days


def test_a_gap_of_more_than_42_days_is_not_bridged() -> None:
    assert days_of(trough(0, "12"), trough(42, "12")) == (0, 42, 0)
    assert days_of(trough(0, "12"), trough(42.01, "12")) == (0, 0, 0)


def test_a_hold_breaks_the_bridge_around_it_only() -> None:
    troughs = (trough(0, "12"), trough(10, "12"), trough(20, "12"))
    assert days_of(*troughs, held=(day(5),)) == (0, 10, 0)
    assert days_of(*troughs, held=(day(25),)) == (0, 20, 0)


def test_a_level_below_quantification_is_no_number_to_bridge_from() -> None:
    assert days_of(trough(0, "12"), trough(10, "<2.0"), trough(20, "12")) == (0, 0, 0)


def test_nothing_bridged_has_no_fraction() -> None:
    one = time_in_range([trough(0, "12")], HIGH_RANGE, held_at=(), rules=TROUGH_RULES)
    assert (one.fraction, one.stretches) == (None, ())
    found = time_in_range(
        [trough(0, "5"), trough(20, "25")], HIGH_RANGE, held_at=(), rules=TROUGH_RULES
    )
    assert found.fraction == D("0.25")


def test_each_stretch_says_what_it_added_or_why_it_added_nothing() -> None:
    troughs = [
        trough(0, "8"),  # to 12: half below, half within, of 10 days
        trough(10, "12"),
        trough(20, "<2.0"),
        trough(30, "12"),
        trough(40, "20"),  # 12 to 20 in 10 days: 3.75 within, 6.25 above
        trough(83, "20"),
        trough(93, "20"),
    ]
    found = time_in_range(troughs, HIGH_RANGE, held_at=(day(90),), rules=TROUGH_RULES)
    assert [
        (s.unbridged, s.below / timedelta(1), s.within / timedelta(1), s.above / timedelta(1))
        for s in found.stretches
    ] == [
        (None, 5, 5, 0),
        (Unbridged.BELOW_QUANTIFICATION, 0, 0, 0),
        (Unbridged.BELOW_QUANTIFICATION, 0, 0, 0),
        (None, 0, 3.75, 6.25),
        (Unbridged.TOO_LONG, 0, 0, 0),
        (Unbridged.HELD, 0, 0, 0),
    ]
    assert found.fraction == D("8.75") / D(20)
    assert [s.one.name for s in found.stretches][:2] == ["day 0", "day 10"]


levels = st.decimals(min_value="0.1", max_value=40, places=1)


@given(st.lists(levels, min_size=2, max_size=8))
def test_the_parts_add_up_to_the_bridged_time(values: list[Decimal]) -> None:
    troughs = [Trough(day(7 * week), Level(value)) for week, value in enumerate(values)]
    found = time_in_range(troughs, LOW_RANGE, held_at=(), rules=TROUGH_RULES)
    assert found.below + found.within + found.above == timedelta(days=7 * (len(values) - 1))
    assert min(found.below, found.within, found.above) >= timedelta(0)


def test_the_plain_fraction_counts_below_quantification_as_out() -> None:
    troughs = [trough(0, "7"), trough(7, "10.0"), trough(14, "<2.0"), trough(21, "10.1")]
    assert fraction_in_range(troughs, LOW_RANGE) == D("0.5")
    assert fraction_in_range([], LOW_RANGE) is None


def test_variability_of_three_levels() -> None:
    found = spread(trough(0, "8"), trough(7, "10"), trough(14, "12"))
    assert (found.mean, found.deviation, found.percent) == (D(10), D(2), D(20))
    assert not found.per_dose


def test_two_levels_have_no_variability_and_a_level_below_quantification_is_none() -> None:
    two = (trough(0, "8"), trough(7, "10"))
    for found in (spread(*two), spread(*two, trough(14, "<2.0"))):
        assert (found.percent, found.refusal) == (None, NoVariability.TOO_FEW)
        assert [one.number for one in found.compared] == [8, 10]


def test_levels_that_follow_the_dose_do_not_vary() -> None:
    doses = [("8", "0.40", "1.6"), ("10", "0.50", "2"), ("12", "0.60", "2.4")]
    found = spread(*(trough(week * 7, *dose) for week, dose in enumerate(doses)))
    assert (found.per_dose, found.percent) == (True, D(0))
    assert [one.number for one in found.compared] == [5, 5, 5]


def test_a_changed_dose_divides_each_level_by_mg_per_m2_and_day() -> None:
    doses = [("8", "0.40", "1.6"), ("12", "0.50", "2"), ("12", "0.50", "2")]
    found = spread(*(trough(week * 7, *dose) for week, dose in enumerate(doses)))
    # 5, 6, 6: mean 17/3, SD 1/√3, CV 300/(17·√3)
    assert found.percent is not None
    assert round(found.percent, 6) == D("10.188534")


def test_with_one_dose_throughout_levels_are_compared_as_they_are() -> None:
    # the child grew: the same dose is less for each m²
    doses = [("8", "0.40", "1.6"), ("10", "0.40", "1.5"), ("12", "0.40", "1.4")]
    found = spread(*(trough(week * 7, *dose) for week, dose in enumerate(doses)))
    assert (found.per_dose, found.percent) == (False, D(20))


def test_a_changed_dose_that_nobody_knows_leaves_no_variability() -> None:
    found = spread(trough(0, "8", "0.40", "1.6"), trough(7, "10"), trough(14, "12", "0.60", "2.4"))
    assert (found.percent, found.refusal) == (None, NoVariability.DOSE_NOT_KNOWN)
