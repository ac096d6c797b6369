"""Percent changes without rounding: 79.96 % is not 80 %, and 80 % is exactly 80 (trial.md §6)."""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from itertools import count
from math import floor
from typing import TypeGuard

from domain.errors import DomainError

# Exact arithmetic writes every digit out: "1E+999999999" would fill the memory.
LARGEST_EXPONENT = 30


def is_measurement(value: Decimal | None) -> TypeGuard[Decimal]:
    """Can this be something measured: a finite number, not negative, of a size that exists?"""
    return (
        value is not None
        and value.is_finite()
        and value >= 0
        and abs(value.adjusted()) <= LARGEST_EXPONENT
    )


def is_baseline(value: Decimal | None) -> TypeGuard[Decimal]:
    """Can a percentage be taken of this? Nothing is a percentage of zero."""
    return is_measurement(value) and value > 0


def percent_lost(baseline: Decimal, now: Decimal) -> Fraction:
    """How much smaller `now` is than `baseline`, in % of the baseline; negative when it grew.

    Raises DomainError("not_a_measurement") for a baseline of zero or an impossible number.
    """
    if not is_baseline(baseline) or not is_measurement(now):
        raise DomainError("not_a_measurement", baseline=baseline, now=now)
    start = Fraction(baseline)
    return (start - Fraction(now)) * 100 / start


def shown_percent(exact: Fraction, bounds: Iterable[Decimal]) -> Decimal:
    """`exact` rounded for the page, with enough digits to see on which side of each bound it is.

    One digit after the point where that suffices: 45.5, but 79.96 (80.0 would tell a lie). A tie is
    rounded away from zero, as on paper.
    """
    limits = [Fraction(bound) for bound in bounds]
    for digits in count(1):
        rounded = _rounded(exact, digits)
        if all(_side(rounded, limit) == _side(exact, limit) for limit in limits):
            return Decimal(f"{int(rounded * 10**digits)}E-{digits}")
    raise AssertionError("unreachable: rounding comes as close as one likes")


def _rounded(exact: Fraction, digits: int) -> Fraction:
    scale: int = 10**digits
    size = Fraction(floor(abs(exact) * scale + Fraction(1, 2)), scale)
    return size if exact >= 0 else -size


def _side(value: Fraction, limit: Fraction) -> int:
    return (value > limit) - (value < limit)
