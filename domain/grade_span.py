"""What can be said of a grade when the value is only known to lie below or above a number."""

from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum

from domain.ctcae_table import Direction
from domain.interval import Interval
from domain.reported import Comparator, Reported


class Holds(IntEnum):
    """Does it hold for no value that the result may stand for, for some, or for every one?"""

    NO = 0
    PERHAPS = 1
    YES = 2


@dataclass(frozen=True, slots=True)
class GradeSpan:
    """The mildest and the worst grade possible; one and the same where the result settles it."""

    least: int
    most: int

    @property
    def is_settled(self) -> bool:
        return self.least == self.most

    @property
    def text(self) -> str:
        """ "2", or "0-1"."""
        return str(self.least) if self.is_settled else f"{self.least}-{self.most}"


def beyond(value: Reported, number: Decimal, direction: Direction, *, included: bool) -> Holds:
    """Does `value` lie past `number` (or at it, if `included`) on the worse side?

    A result "<x" stands for every number from 0 up to x without x, ">x" for every one above x.
    """
    x = value.value
    match value.comparator:
        case Comparator.EQUAL:
            past = x < number if direction is Direction.LOW else x > number
            return Holds.YES if past or (included and x == number) else Holds.NO
        case Comparator.BELOW:
            return _of_smaller(x, number, direction)
        case Comparator.ABOVE:
            return _of_greater(x, number, direction)


def _of_smaller(x: Decimal, number: Decimal, direction: Direction) -> Holds:
    if direction is Direction.LOW:
        return Holds.YES if x <= number else _perhaps(number > 0)
    return _perhaps(x > number)


def _of_greater(x: Decimal, number: Decimal, direction: Direction) -> Holds:
    if direction is Direction.HIGH:
        return Holds.YES if x >= number else Holds.PERHAPS
    return _perhaps(x < number)


def _perhaps(some: bool) -> Holds:
    return Holds.PERHAPS if some else Holds.NO


def may_lie_in(value: Reported, reach: Interval) -> bool:
    """Can the result be a number of this range?"""
    match value.comparator:
        case Comparator.EQUAL:
            return reach.contains(value.value)
        case Comparator.BELOW:
            return value.value > reach.low
        case Comparator.ABOVE:
            return value.value < reach.high
