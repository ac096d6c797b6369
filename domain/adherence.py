"""How well the doses were taken, as far as anybody reported it (trial.md §8).

Every figure comes twice: the worst case counts an unknown slot as missed, the observed figure
leaves it out. Figures from a diary are "reported", never "actual".
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
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


def adherence(
    states: Sequence[SlotState], rules: AdherenceRules, *, inpatient_on: Collection[date] = ()
) -> Adherence:
    """All figures over the prescribed slots of `states` (in order) that are over.

    Held slots, inpatient days, and slots that are not due or can still be answered leave the
    denominator.
    """
    counted = [state for state in states if _counts(state, inpatient_on)]
    return Adherence(
        worst_case=_figures(counted, _runs(counted, worst_case=True), rules),
        observed=_figures(
            [state for state in counted if _is_known(state)],
            _runs(counted, worst_case=False),
            rules,
        ),
        timing={limit: _on_time(counted, limit) for limit in rules.timing_hours},
        vomited=_with_status(counted, SlotStatus.VOMITED),
        doubled=_with_status(counted, SlotStatus.DOUBLED),
        unknown=_with_status(counted, SlotStatus.UNKNOWN),
    )


def _counts(state: SlotState, inpatient_on: Collection[date]) -> bool:
    over = state.status is not SlotStatus.NOT_DUE and not state.still_open
    return state.prescribed and over and state.slot.on not in inpatient_on


def _is_known(state: SlotState) -> bool:
    """Unknown slots, and parts nobody measured, are left out of the observed figures."""
    return state.status is not SlotStatus.UNKNOWN and _share(state) is not None


def _share(state: SlotState) -> Decimal | None:
    """The part of the prescribed dose given in a slot, at most all of it: a doubled dose must not
    hide a missed one. None where nobody knows."""
    if state.status is SlotStatus.UNKNOWN:
        return None
    shares = [dose.share for dose in state.doses]
    if any(share is None for share in shares) and len(shares) == 1:
        return None
    return min(WHOLE, sum((share for share in shares if share is not None), NOTHING))


def _figures(
    states: Sequence[SlotState],
    runs: Sequence[tuple[SlotKey, ...]],
    rules: AdherenceRules,
) -> Figures:
    days: defaultdict[date, list[SlotState]] = defaultdict(list)
    for state in states:
        days[state.slot.on].append(state)
    correct = sum(all(map(_once_in_full, day)) for day in days.values())
    return Figures(
        taking=Ratio(sum((_share(state) or NOTHING for state in states), NOTHING), len(states)),
        correct_days=Ratio(Decimal(correct), len(days)),
        holidays=tuple(run for run in runs if len(run) >= rules.holiday_slots),
        long_holidays=tuple(run for run in runs if len(run) >= rules.long_holiday_slots),
    )


def _once_in_full(state: SlotState) -> bool:
    return state.status in ONCE_IN_FULL and _share(state) == WHOLE


def _runs(states: Iterable[SlotState], *, worst_case: bool) -> list[tuple[SlotKey, ...]]:
    """Runs of slots in a row not given. A slot that was not prescribed between two missed ones
    ends a run, and so does an unknown slot unless it counts as missed."""
    gone = {SlotStatus.MISSED, SlotStatus.UNKNOWN} if worst_case else {SlotStatus.MISSED}
    missed = [state.key for state in states if state.status in gone]
    neighbours = groupby(enumerate(missed), key=lambda item: item[1].number - item[0])
    return [tuple(key for _, key in run) for _, run in neighbours]


def _on_time(states: Iterable[SlotState], limit: Decimal) -> Ratio:
    distances = [
        abs(state.doses[0].taken_at - state.slot.due_at)
        for state in states
        if state.doses and state.doses[0].taken_at is not None
    ]
    within = sum(distance <= hours(limit) for distance in distances)
    return Ratio(Decimal(within), len(distances))


def _with_status(states: Iterable[SlotState], status: SlotStatus) -> tuple[SlotKey, ...]:
    return tuple(state.key for state in states if state.status is status)
