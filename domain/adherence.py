"""How well the doses were taken, as far as anybody reported it (trial.md §8).

Every figure comes twice: the worst case counts an unknown slot as missed, the observed figure
leaves it out. Figures from a diary are "reported", never "actual".
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby

from domain.diary import SlotState, SlotStatus
from domain.lateness import hours
from domain.protocol import AdherenceRules
from domain.slots import SlotKey

NOTHING, WHOLE = Decimal(0), Decimal(1)
ONCE_IN_FULL = frozenset({SlotStatus.GIVEN, SlotStatus.VOMITED})  # a vomited dose was given


@dataclass(frozen=True, slots=True)
class Ratio:
    """A share that keeps its numbers: "57.5 of 62"."""

    part: Decimal
    whole: int

    @property
    def fraction(self) -> Decimal | None:
        return self.part / self.whole if self.whole else None


@dataclass(frozen=True, slots=True)
class Figures:
    """Taking, correct-dosing days and holidays by one way of counting unknown slots. A holiday
    is the run of slots not given."""

    taking: Ratio
    correct_days: Ratio
    holidays: tuple[tuple[SlotKey, ...], ...]
    long_holidays: tuple[tuple[SlotKey, ...], ...]


@dataclass(frozen=True, slots=True)
class Adherence:
    """`timing` holds, for each number of hours, how many of the given doses with a known time
    lay within so many hours of their slot. Vomited and doubled slots are listed apart."""

    worst_case: Figures
    observed: Figures
    timing: Mapping[Decimal, Ratio]
    vomited: tuple[SlotKey, ...]
    doubled: tuple[SlotKey, ...]
    unknown: tuple[SlotKey, ...]


@dataclass(frozen=True, slots=True)
class _Slot:
    """A slot that counts, with the part of its dose that was given (see `_share`)."""

    state: SlotState
    share: Decimal | None


def adherence(
    states: Sequence[SlotState], rules: AdherenceRules, *, inpatient_on: Collection[date] = ()
) -> Adherence:
    """All figures over the prescribed slots of `states` (in order) that are over.

    Held slots, inpatient days, and slots that are not due or can still be answered leave the
    denominator.
    """
    counted = [state for state in states if _counts(state, inpatient_on)]
    slots = [_Slot(state, _share(state)) for state in counted]
    # unknown slots, and parts nobody measured, are left out of the observed figures
    known = [slot for slot in slots if slot.share is not None]
    distances = _distances(counted)
    return Adherence(
        worst_case=_figures(slots, _runs(counted, worst_case=True), rules),
        observed=_figures(known, _runs(counted, worst_case=False), rules),
        timing={limit: _on_time(distances, limit) for limit in rules.timing_hours},
        vomited=_with_status(counted, SlotStatus.VOMITED),
        doubled=_with_status(counted, SlotStatus.DOUBLED),
        unknown=_with_status(counted, SlotStatus.UNKNOWN),
    )


def _counts(state: SlotState, inpatient_on: Collection[date]) -> bool:
    over = state.status is not SlotStatus.NOT_DUE and not state.still_open
    return state.prescribed and over and state.slot.on not in inpatient_on


def _share(state: SlotState) -> Decimal | None:
    """The part of the prescribed dose given in a slot, at most all of it: a doubled dose must not
    hide a missed one. None where nobody knows."""
    if state.status is SlotStatus.UNKNOWN:
        return None
    if len(state.doses) == 1:
        only = state.doses[0].share
        return None if only is None else min(WHOLE, only)
    shares = [dose.share for dose in state.doses]
    return min(WHOLE, sum((share for share in shares if share is not None), NOTHING))


def _figures(
    slots: Sequence[_Slot],
    runs: Sequence[tuple[SlotKey, ...]],
    rules: AdherenceRules,
) -> Figures:
    days: defaultdict[date, list[_Slot]] = defaultdict(list)
    for slot in slots:
        days[slot.state.slot.on].append(slot)
    correct = sum(all(map(_once_in_full, day)) for day in days.values())
    return Figures(
        taking=Ratio(sum((slot.share or NOTHING for slot in slots), NOTHING), len(slots)),
        correct_days=Ratio(Decimal(correct), len(days)),
        holidays=tuple(run for run in runs if len(run) >= rules.holiday_slots),
        long_holidays=tuple(run for run in runs if len(run) >= rules.long_holiday_slots),
    )


def _once_in_full(slot: _Slot) -> bool:
    return slot.share == WHOLE and slot.state.status in ONCE_IN_FULL


def _runs(states: Iterable[SlotState], *, worst_case: bool) -> list[tuple[SlotKey, ...]]:
    """Runs of slots in a row not given. A slot that was not prescribed between two missed ones
    ends a run, and so does an unknown slot unless it counts as missed."""
    gone = {SlotStatus.MISSED, SlotStatus.UNKNOWN} if worst_case else {SlotStatus.MISSED}
    missed = [state.key for state in states if state.status in gone]
    neighbours = groupby(enumerate(missed), key=lambda item: item[1].number - item[0])
    return [tuple(key for _, key in run) for _, run in neighbours]


def _distances(states: Iterable[SlotState]) -> list[timedelta]:
    """How far from their slot the doses with a known time were given."""
    first_doses = ((state.slot.due_at, state.doses[0].taken_at) for state in states if state.doses)
    return [abs(taken_at - due_at) for due_at, taken_at in first_doses if taken_at is not None]


def _on_time(distances: Sequence[timedelta], limit: Decimal) -> Ratio:
    span = hours(limit)
    within = sum(distance <= span for distance in distances)
    return Ratio(Decimal(within), len(distances))


def _with_status(states: Iterable[SlotState], status: SlotStatus) -> tuple[SlotKey, ...]:
    return tuple(state.key for state in states if state.status is status)
