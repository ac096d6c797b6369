"""Time in range, fraction in range and variability of a child's levels, with the workings."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from domain.in_range import (
    TimeInRange,
    Trough,
    fraction_in_range,
    time_in_range,
    troughs_in_range,
)
from domain.interval import Interval
from domain.level_variability import Variability, variability
from domain.protocol import Protocol
from services.verdicts import JudgedLevel


@dataclass(frozen=True, slots=True)
class RangeStatistics:
    """`counted` are the valid troughs, `left_out` the other levels; each says by its headline why.
    A trough of the workings bears the public id of its level as its name."""

    target: Interval
    counted: tuple[JudgedLevel, ...]
    left_out: tuple[JudgedLevel, ...]
    in_range: int
    fraction: Decimal | None
    time: TimeInRange
    variability: Variability
    rule_version: str


def statistics_of(
    judged: Sequence[JudgedLevel],
    target: Interval,
    *,
    pauses: Collection[datetime],
    daily: Mapping[str, Decimal],
    protocol: Protocol,
) -> RangeStatistics:
    """Of levels that nothing corrects. `pauses` are the due instants of the slots without a dose,
    `daily` mg/m² a day by order id. What a clinician says of a sample counts above the rule."""
    counted = tuple(level for level in judged if level.is_valid)
    troughs = [_trough(level, daily) for level in counted]
    rules = protocol.trough
    return RangeStatistics(
        target=target,
        counted=counted,
        left_out=tuple(level for level in judged if not level.is_valid),
        in_range=len(troughs_in_range(troughs, target)),
        fraction=fraction_in_range(troughs, target),
        time=time_in_range(troughs, target, held_at=pauses, rules=rules),
        variability=variability(troughs, rules),
        rule_version=protocol.key,
    )


def _trough(judged: JudgedLevel, daily: Mapping[str, Decimal]) -> Trough:
    order = judged.order
    return Trough(
        drawn_at=judged.row.drawn_at,
        level=judged.level,
        name=str(judged.row.public_id),
        dose_mg=order.mg if order else None,
        mg_per_m2_day=daily.get(order.order_id) if order else None,
    )
