"""The order history of a child: which order rules a slot, and since when its dose is taken.

Orders are only ever added (trial.md §2). Each names the slot from which it rules; of all orders
that cover a slot the one signed last is valid, so a past slot keeps showing the order of its time
and a newly signed dose ends the hold it begins in; a hold still to come stays.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from domain.protocol import Half, TroughRules
from domain.slots import SlotKey


class OrderKind(StrEnum):
    DOSE = "dose"
    HOLD = "hold"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class OrderStep:
    """A signed order. It rules from `from_slot` on; a hold up to `until_slot`, the restart slot,
    which is dosed again (None: until another order is signed). `ml` and `mg` are what one dose
    really gives, only for kind `dose`."""

    order_id: str
    kind: OrderKind
    from_slot: SlotKey
    signed_at: datetime
    until_slot: SlotKey | None = None
    ml: Decimal | None = None
    mg: Decimal | None = None

    def covers(self, key: SlotKey) -> bool:
        return self.from_slot <= key and (self.until_slot is None or key < self.until_slot)


def order_for_slot(history: Sequence[OrderStep], on: date, half: Half) -> OrderStep | None:
    """The order valid for a slot; a hold or a stop is an order too. None before the first one."""
    return order_at(history, SlotKey(on, half))


def order_at(history: Sequence[OrderStep], key: SlotKey) -> OrderStep | None:
    """As `order_for_slot`, by key. Of two signed at the same instant the later listed one rules."""
    covering = sorted(
        (step for step in history if step.covers(key)), key=lambda step: step.signed_at
    )
    last = covering[-1] if covering else None
    if last is None or last.kind is not OrderKind.DOSE:
        return last
    holds = [step for place, step in enumerate(covering) if _is_open_hold(step, covering[place:])]
    return holds[-1] if holds else last


def orders_by_slot(history: Sequence[OrderStep]) -> Callable[[SlotKey], OrderStep | None]:
    """`order_at` for many slots of one history: asked once between two ends of orders, since the
    same one rules there."""
    ends = sorted({end.number for step in history for end in _ends(step)})
    known: dict[int, OrderStep | None] = {}

    def ruling(key: SlotKey) -> OrderStep | None:
        place = bisect_right(ends, key.number)
        if place not in known:
            known[place] = order_at(history, key)
        return known[place]

    return ruling


def _ends(step: OrderStep) -> tuple[SlotKey, ...]:
    return (step.from_slot,) if step.until_slot is None else (step.from_slot, step.until_slot)


def _is_open_hold(step: OrderStep, since: Sequence[OrderStep]) -> bool:
    """Has no dose `since` signed begun in this hold?"""
    ended = any(
        later.kind is not OrderKind.HOLD and later.from_slot >= step.from_slot for later in since
    )
    return step.kind is OrderKind.HOLD and not ended


def is_held(history: Sequence[OrderStep], key: SlotKey) -> bool:
    step = order_at(history, key)
    return step is not None and step.kind is OrderKind.HOLD


def is_prescribed(history: Sequence[OrderStep], key: SlotKey) -> bool:
    """Is a dose to be given in this slot?"""
    step = order_at(history, key)
    return step is not None and step.kind is OrderKind.DOSE


def dose_runs_from(
    history: Sequence[OrderStep], key: SlotKey, rules: TroughRules
) -> SlotKey | None:
    """The first slot of the dose valid at `key`, from which days to steady state count (§3).

    A first dose, another dose, and a restart after `hold_slots_restart_count` slots or more
    without one start the count; signing the same mg again, or a shorter hold, does not.
    None where no dose is prescribed at `key`.
    """
    current = order_at(history, key)
    if current is None or current.kind is not OrderKind.DOSE:
        return None
    start, pause = key, 0
    for first, last in _stretches_back(history, key):
        step = order_at(history, first)
        if step is None or step.kind is not OrderKind.DOSE:
            pause += last.number - first.number + 1
        elif step.mg != current.mg:
            return start
        else:
            start, pause = first, 0
        if pause >= rules.hold_slots_restart_count:
            return start
    return start


def dose_changed_between(history: Sequence[OrderStep], one: SlotKey, other: SlotKey) -> bool:
    """Does another dose (or none) rule at `other` than at `one`?"""
    return _mg_at(history, one) != _mg_at(history, other)


def dose_changes_after(history: Sequence[OrderStep], key: SlotKey) -> bool:
    """Does any signed order, also one still to come, bring another dose (or none) after `key`?

    A hold that began and ended since counts too.
    """
    later = (end for step in history for end in _ends(step) if end > key)
    return any(dose_changed_between(history, key, end) for end in later)


def _mg_at(history: Sequence[OrderStep], key: SlotKey) -> Decimal | None:
    step = order_at(history, key)
    return step.mg if step is not None and step.kind is OrderKind.DOSE else None


def _stretches_back(
    history: Sequence[OrderStep], key: SlotKey
) -> Iterator[tuple[SlotKey, SlotKey]]:
    """Runs of slots under one order (first and last slot), from the one of `key` back in time."""
    edges = {end for step in history for end in _ends(step)}
    last = key
    for edge in sorted(edges, reverse=True):
        if edge <= last:
            yield edge, last
            last = edge.shifted(-1)
