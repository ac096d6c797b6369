"""Since when a child takes the dose it takes: what the days to steady state count from (§3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from domain.diary import SlotState, SlotStatus
from domain.orders import OrderKind, OrderStep, dose_runs_from, is_prescribed, order_at
from domain.protocol import TroughRules
from domain.slots import SlotKey

_SKIPPED = frozenset({SlotStatus.MISSED, SlotStatus.HELD})


class StartKind(StrEnum):
    """Each of them starts the count."""

    FIRST_DOSE = "first_dose"
    NEW_DOSE = "new_dose"
    RESTART = "restart"


@dataclass(frozen=True, slots=True)
class DoseStart:
    """`key` is the slot of the first dose, `order` the one that asked for it."""

    key: SlotKey
    kind: StartKind
    order: OrderStep | None


def dose_start(
    history: Sequence[OrderStep],
    diary: Sequence[SlotState],
    key: SlotKey,
    rules: TroughRules,
) -> DoseStart | None:
    """What started the dose that rules at `key`; None where none is prescribed there."""
    ordered = dose_runs_from(history, key, rules)
    if ordered is None:
        return None
    kind = _kind(history, ordered)
    return DoseStart(_first_dose(ordered, diary), kind, order_at(history, ordered))


def _kind(history: Sequence[OrderStep], start: SlotKey) -> StartKind:
    before = order_at(history, start.shifted(-1))
    if before is not None and before.kind is OrderKind.DOSE:
        return StartKind.NEW_DOSE
    earlier = [step.from_slot for step in history if step.from_slot < start]
    dosed = any(is_prescribed(history, slot) for slot in earlier)
    return StartKind.RESTART if dosed else StartKind.FIRST_DOSE


def _first_dose(start: SlotKey, diary: Sequence[SlotState]) -> SlotKey:
    """The first slot from `start` on whose dose was not missed, where the diary reaches back."""
    if not diary or diary[0].key > start:
        return start
    taken = (s.key for s in diary if s.key >= start and s.status not in _SKIPPED)
    return next(taken, start)
