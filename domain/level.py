"""A sirolimus level as the laboratory reported it, and how much it should worry (trial.md §1, §3).

Levels in ng/mL, compared as exact decimals. "<2.0" is a level too: it lies below any range and is
never a number to calculate with.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from domain.interval import Interval
from domain.protocol import TroughRules


@dataclass(frozen=True, slots=True)
class Level:
    """`value` in ng/mL; for a level below quantification the limit that the laboratory printed."""

    value: Decimal
    below_quantification: bool = False

    @property
    def text(self) -> str:
        return f"<{self.value}" if self.below_quantification else str(self.value)


class LevelUnit(StrEnum):
    """How laboratories print the unit. Both are the same amount: a level is kept as the number."""

    NG_PER_ML = "ng/mL"
    UG_PER_L = "ug/L"


class Position(StrEnum):
    BELOW = "below_range"
    WITHIN = "in_range"
    ABOVE = "above_range"


@dataclass(frozen=True, slots=True)
class Concern:
    """Why a level needs somebody, and what should happen."""

    code: str
    action: str


REVIEW = "review"


def position(level: Level, target: Interval) -> Position:
    """Where a level lies; one below quantification counts as below the range."""
    if level.below_quantification or target.is_below(level.value):
        return Position.BELOW
    return Position.ABOVE if target.is_above(level.value) else Position.WITHIN


def concern(level: Level, target: Interval, rules: TroughRules) -> Concern | None:
    """The highest tier that a level reaches, whatever the verdict on its sample; None if none.

    The protocol's tiers look at the number alone; outside the arm's range there is at least a
    review.
    """
    reached = [
        tier
        for tier in rules.tiers
        if not level.below_quantification
        and (level.value > tier.above or (tier.included and level.value == tier.above))
    ]
    if reached:
        highest = max(reached, key=lambda tier: tier.above)
        return Concern(highest.code, highest.action)
    where = position(level, target)
    return None if where is Position.WITHIN else Concern(where.value, REVIEW)
