"""How long and how steadily a child's levels were in range (trial.md §3).

Only valid troughs count. Between two of them the level is taken to move in a straight line
(Rosendaal), except over a long gap, a hold, or a level below quantification.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from domain.dosing import exact
from domain.interval import Interval
from domain.level import Level, Position, position
from domain.protocol import TroughRules

ZERO = timedelta(0)


@dataclass(frozen=True, slots=True)
class Trough:
    """A valid trough at steady state. `mg_per_m2_day` is the daily dose it was drawn under."""

    drawn_at: datetime
    level: Level
    mg_per_m2_day: Decimal | None = None


@dataclass(frozen=True, slots=True)
class TimeInRange:
    """Time bridged between troughs, by where the level lay. Unbridged time is in none of them."""

    below: timedelta
    within: timedelta
    above: timedelta

    @property
    def fraction(self) -> Decimal | None:
        """Part of the bridged time within range; None where nothing could be bridged."""
        bridged = self.below + self.within + self.above
        return _ratio(self.within, bridged) if bridged else None


def fraction_in_range(troughs: Sequence[Trough], target: Interval) -> Decimal | None:
    """Part of the valid troughs that were in range; a level below quantification was not."""
    if not troughs:
        return None
    within = [t for t in troughs if position(t.level, target) is Position.WITHIN]
    return Decimal(len(within)) / Decimal(len(troughs))


def time_in_range(
    troughs: Sequence[Trough],
    target: Interval,
    *,
    held_at: Collection[datetime],
    rules: TroughRules,
) -> TimeInRange:
    """Rosendaal's time in range. `held_at` are the due instants of all held slots."""
    ordered = sorted(troughs, key=lambda trough: trough.drawn_at)
    below = within = above = ZERO
    for one, other in pairwise(ordered):
        if not _bridged(one, other, held_at, rules):
            continue
        span = other.drawn_at - one.drawn_at
        parts = _parts(one.level.value, other.level.value, target)
        below += _times(span, parts[0])
        above += _times(span, parts[1])
        within += span - _times(span, parts[0]) - _times(span, parts[1])
    return TimeInRange(below, within, above)


def variability_percent(troughs: Sequence[Trough], rules: TroughRules) -> Decimal | None:
    """Coefficient of variation (standard deviation with n-1) in percent.

    When the dose changed, levels are first divided by mg/m²/day. None with fewer than
    `min_levels_for_cv` levels, or when the dose changed and one of the doses is not known.
    """
    numbers = [trough for trough in troughs if not trough.level.below_quantification]
    if len(numbers) < rules.min_levels_for_cv:
        return None
    with exact():
        values = _comparable(numbers)
        if values is None:
            return None
        count = Decimal(len(values))
        mean = sum(values) / count
        spread = sum((value - mean) ** 2 for value in values) / (count - 1)
        return spread.sqrt() / mean * 100


def _comparable(troughs: Sequence[Trough]) -> list[Decimal] | None:
    doses = [trough.mg_per_m2_day for trough in troughs]
    if len(set(doses)) == 1:
        return [trough.level.value for trough in troughs]
    known = [dose for dose in doses if dose]
    if len(known) < len(doses):
        return None
    return [trough.level.value / dose for trough, dose in zip(troughs, known, strict=True)]


def _bridged(one: Trough, other: Trough, held_at: Collection[datetime], rules: TroughRules) -> bool:
    if one.level.below_quantification or other.level.below_quantification:
        return False
    if other.drawn_at - one.drawn_at > timedelta(days=rules.max_gap_days_in_range):
        return False
    return not any(one.drawn_at <= held < other.drawn_at for held in held_at)


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
    return timedelta(microseconds=int(Decimal(span // timedelta(microseconds=1)) * part))


def _ratio(part: timedelta, whole: timedelta) -> Decimal:
    tick = timedelta(microseconds=1)
    return Decimal(part // tick) / Decimal(whole // tick)
