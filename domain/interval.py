"""A range of exact numbers whose ends are said to belong to it or not."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Interval:
    """Numbers between `low` and `high`; decimals are compared exactly, never as floats."""

    low: Decimal
    high: Decimal
    low_included: bool
    high_included: bool

    def contains(self, value: Decimal) -> bool:
        return not self.is_below(value) and not self.is_above(value)

    def is_below(self, value: Decimal) -> bool:
        """Is `value` under the range (on an open lower end: already outside)?"""
        return value < self.low or (value == self.low and not self.low_included)

    def is_above(self, value: Decimal) -> bool:
        return value > self.high or (value == self.high and not self.high_included)

    @property
    def midpoint(self) -> Decimal:
        return (self.low + self.high) / 2
