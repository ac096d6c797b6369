from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import DomainError
from domain.percent import is_baseline, is_measurement, percent_lost, shown_percent

BOUNDS = (Decimal(80), Decimal(50), Decimal(-20))
measured = st.decimals(min_value="0.001", max_value="9999", places=3)


def test_a_fifth_left_is_exactly_eighty_percent_lost() -> None:
    assert percent_lost(Decimal(100), Decimal(20)) == 80


def test_a_hair_more_left_is_not_eighty_percent() -> None:
    assert percent_lost(Decimal(100), Decimal("20.04")) == Fraction("79.96")


def test_a_third_left_is_not_rounded() -> None:
    assert percent_lost(Decimal(3), Decimal(1)) == Fraction(200, 3)


def test_growth_is_a_negative_loss() -> None:
    assert percent_lost(Decimal(50), Decimal(60)) == -20


@pytest.mark.parametrize(
    ("baseline", "now"),
    [("0", "1"), ("-1", "1"), ("NaN", "1"), ("1", "-1"), ("1", "Infinity"), ("1E+999999", "1")],
)
def test_no_percentage_of_what_cannot_be_measured(baseline: str, now: str) -> None:
    with pytest.raises(DomainError, match="not_a_measurement"):
        percent_lost(Decimal(baseline), Decimal(now))


@pytest.mark.parametrize(
    ("value", "measurement", "baseline"),
    [
        (None, False, False),
        ("0", True, False),
        ("0.01", True, True),
        ("-0.01", False, False),
        ("NaN", False, False),
        ("sNaN", False, False),
        ("Infinity", False, False),
        ("1E+31", False, False),
        ("1E+30", True, True),
    ],
)
def test_what_counts_as_a_measurement(value: str | None, measurement: bool, baseline: bool) -> None:
    number = None if value is None else Decimal(value)
    assert is_measurement(number) is measurement
    assert is_baseline(number) is baseline


@pytest.mark.parametrize(
    ("exact", "shown"),
    [
        ("45.46", "45.5"),
        ("80", "80.0"),
        ("79.96", "79.96"),
        ("80.04", "80.04"),
        ("79.9996", "79.9996"),
        ("50.001", "50.001"),
        ("-19.99", "-19.99"),
        ("-20", "-20.0"),
        ("239/3", "79.7"),
        ("62.25", "62.3"),
        ("62.35", "62.4"),
        ("-12.25", "-12.3"),
    ],
)
def test_enough_digits_to_see_the_side_of_the_bound(exact: str, shown: str) -> None:
    assert str(shown_percent(Fraction(exact), BOUNDS)) == shown


@given(baseline=measured, now=measured)
def test_what_is_shown_never_changes_sides(baseline: Decimal, now: Decimal) -> None:
    exact = percent_lost(baseline, now)
    shown = Fraction(shown_percent(exact, BOUNDS))
    for bound in map(Fraction, BOUNDS):
        assert (shown > bound, shown == bound) == (exact > bound, exact == bound)
