"""How long and how steadily a child's levels were in range, with the workings (trial.md §3).

Only valid troughs count. Between two of them the level is taken to move in a straight line
(Rosendaal), except over a long gap, a hold, or a level below quantification.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

from domain.dosing import exact
from domain.interval import Interval
from domain.level import Level, Position, position
from domain.protocol import TroughRules

ZERO = timedelta(0)
TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Trough:
    """A valid trough, by a `name` of the caller's. `dose_mg` is one dose it was drawn under."""

    drawn_at: datetime
    level: Level
    name: str = ""
    dose_mg: Decimal | None = None
    mg_per_m2_day: Decimal | None = None


class Unbridged(StrEnum):
    """Why no line is drawn between two troughs."""

    BELOW_QUANTIFICATION = "below_quantification"
    TOO_LONG = "gap_too_long"
    HELD = "hold_between"


@dataclass(frozen=True, slots=True)
class Stretch:
    """The time between two troughs, by where the level lay; all zero where it is not bridged."""

    one: Trough
    other: Trough
    unbridged: Unbridged | None
    below: timedelta = ZERO
    within: timedelta = ZERO
    above: timedelta = ZERO

    @property
    def span(self) -> timedelta:
        return self.other.drawn_at - self.one.drawn_at


@dataclass(frozen=True, slots=True)
class TimeInRange:
    """Time bridged between troughs, by where the level lay. Unbridged time is in none of them."""

    stretches: tuple[Stretch, ...]

    @property
    def below(self) -> timedelta:
        return sum((stretch.below for stretch in self.stretches), ZERO)

    @property
    def within(self) -> timedelta:
        return sum((stretch.within for stretch in self.stretches), ZERO)

    @property
    def above(self) -> timedelta:
        return sum((stretch.above for stretch in self.stretches), ZERO)

    @property
    def bridged(self) -> timedelta:
        return self.below + self.within + self.above

    @property
    def fraction(self) -> Decimal | None:
        """Part of the bridged time within range; None where nothing could be bridged."""
        if not self.bridged:
            return None
        with exact():
            return Decimal(self.within // TICK) / Decimal(self.bridged // TICK)


def troughs_in_range(troughs: Sequence[Trough], target: Interval) -> tuple[Trough, ...]:
    """Those of the valid troughs that were in range; one below quantification was not."""
    return tuple(t for t in troughs if position(t.level, target) is Position.WITHIN)


def fraction_in_range(troughs: Sequence[Trough], target: Interval) -> Decimal | None:
    """Part of the valid troughs that were in range; None without any."""
    if not troughs:
        return None
    with exact():
        return Decimal(len(troughs_in_range(troughs, target))) / Decimal(len(troughs))


def time_in_range(
    troughs: Sequence[Trough],
    target: Interval,
    *,
    held_at: Collection[datetime],
    rules: TroughRules,
) -> TimeInRange:
    """Rosendaal's time in range. `held_at` are the due instants of all held slots."""
    ordered = sorted(troughs, key=lambda trough: trough.drawn_at)
    pairs = (
        (one, other, _unbridged(one, other, held_at, rules)) for one, other in pairwise(ordered)
    )
    return TimeInRange(tuple(_stretch(one, other, why, target) for one, other, why in pairs))


def _unbridged(
    one: Trough, other: Trough, held_at: Collection[datetime], rules: TroughRules
) -> Unbridged | None:
    if one.level.below_quantification or other.level.below_quantification:
        return Unbridged.BELOW_QUANTIFICATION
    if other.drawn_at - one.drawn_at > timedelta(days=rules.max_gap_days_in_range):
        return Unbridged.TOO_LONG
    held = any(one.drawn_at <= due_at < other.drawn_at for due_at in held_at)
    return Unbridged.HELD if held else None


def _stretch(one: Trough, other: Trough, why: Unbridged | None, target: Interval) -> Stretch:
    if why is not None:
        return Stretch(one, other, why)
    span = other.drawn_at - one.drawn_at
    low, high = _parts(one.level.value, other.level.value, target)
    below, above = _times(span, low), _times(span, high)
    return Stretch(one, other, None, below, span - below - above, above)


def _parts(start: Decimal, end: Decimal, target: Interval) -> tuple[Decimal, Decimal]:
    """The parts of a straight line below and above the range. Only a level that stays the same
    can lie on a bound for any time, so only there it matters to whom the bound belongs."""
    if start == end:
        return (Decimal(target.is_below(start)), Decimal(target.is_above(start)))
    with exact():
        low, high = sorted((start, end))
        below = max(Decimal(0), min(high, target.low) - low) / (high - low)
        above = max(Decimal(0), high - max(low, target.high)) / (high - low)
        return (below, above)


def _times(span: timedelta, part: Decimal) -> timedelta:
    with exact():
        return timedelta(microseconds=round(Decimal(span // TICK) * part))
