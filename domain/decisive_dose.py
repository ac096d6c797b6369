"""The decisive dose of a blood sample: the last one before it, and whether we can be sure of it.

What the diary says counts when it was entered before the blood was drawn. Otherwise only what the
person who drew the blood was told counts, and only when the diary does not say something else
(trial.md §3). A dose that nobody can name has no time: no interval is counted from another one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.diary import ReportedDose, SlotState, SlotStatus
from domain.protocol import TroughRules
from domain.slots import SlotKey


@dataclass(frozen=True, slots=True)
class Sample:
    """Blood drawn for a level. `told_last_dose_at` is what the person who drew it was told."""

    drawn_at: datetime
    told_last_dose_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DecisiveDose:
    """The last dose as far as anybody can tell; `certain` is False where the verdict must be
    "cannot say". `state` is the slot it belongs to. `next_silent` says that the dose which had to
    wait for the blood was due before it, and that nobody told what became of it."""

    taken_at: datetime | None
    state: SlotState | None
    certain: bool
    by_word_of_mouth: bool = False
    next_silent: bool = False


@dataclass(frozen=True, slots=True)
class _LastTold:
    taken_at: datetime
    state: SlotState
    dose: ReportedDose


def decisive_dose(
    sample: Sample,
    diary: Sequence[SlotState],
    rules: TroughRules,
    *,
    waiting: SlotKey | None = None,
) -> DecisiveDose:
    """Find the last dose before the sample. A dose at the very minute of the sample came after.

    `waiting` is the slot the blood was drawn for: its dose has to wait (trial.md §3), so silence
    about it hides no dose.
    """
    last = _last_told(sample.drawn_at, diary)
    unclear = _unclear_since(last, sample.drawn_at, diary)
    if sample.told_last_dose_at is not None:
        told_at = sample.told_last_dose_at
        return _with_the_word(sample, told_at, last, unclear=unclear, read=(diary, rules))
    hiding = [state for state in unclear if not _waits(state, waiting)]
    if hiding:
        return DecisiveDose(None, hiding[-1], certain=False)
    if last is None:
        return DecisiveDose(None, None, certain=False)
    sure = not last.state.contradictory and _in_time(last, sample)
    return DecisiveDose(last.taken_at, last.state, certain=sure, next_silent=bool(unclear))


def _waits(state: SlotState, waiting: SlotKey | None) -> bool:
    return state.key == waiting and state.status is SlotStatus.UNKNOWN


def _with_the_word(
    sample: Sample,
    told_at: datetime,
    last: _LastTold | None,
    *,
    unclear: Sequence[SlotState],
    read: tuple[Sequence[SlotState], TroughRules],
) -> DecisiveDose:
    """The diary beside what was told at the blood draw; `read` is the diary and the rules."""
    diary, rules = read
    if last is not None and _agree(told_at, last.taken_at, rules):
        by_diary = _in_time(last, sample) and not last.state.contradictory
        taken_at = last.taken_at if by_diary else told_at
        return DecisiveDose(taken_at, last.state, certain=True, by_word_of_mouth=not by_diary)
    return _by_word_of_mouth(told_at, last, unclear, diary=diary)


def _by_word_of_mouth(
    told_at: datetime,
    last: _LastTold | None,
    unclear: Sequence[SlotState],
    *,
    diary: Sequence[SlotState],
) -> DecisiveDose:
    """The word counts where the diary is silent about that very slot; else they contradict."""
    around = [state for state in diary if state.prescribed]
    nearest = min(around, key=lambda state: abs(state.slot.due_at - told_at), default=None)
    later = last is None or told_at > last.taken_at
    if later and (nearest is None or nearest in unclear):
        return DecisiveDose(told_at, nearest, certain=True, by_word_of_mouth=True)
    if last is None:
        return DecisiveDose(None, None, certain=False)
    return DecisiveDose(last.taken_at, last.state, certain=False)


def _last_told(drawn_at: datetime, diary: Sequence[SlotState]) -> _LastTold | None:
    told = [
        _LastTold(dose.taken_at, state, dose)
        for state in diary
        for dose in state.doses
        if dose.taken_at is not None and dose.taken_at < drawn_at
    ]
    return max(told, key=lambda last: last.taken_at, default=None)


def _unclear_since(
    last: _LastTold | None, drawn_at: datetime, diary: Sequence[SlotState]
) -> list[SlotState]:
    """Slots after the last dose told that may hide another one before the sample."""
    return [
        state
        for state in diary
        if state.slot.due_at < drawn_at
        and (last is None or state.key > last.state.key)
        and (state.status is SlotStatus.UNKNOWN or _has_untimed_dose(state))
    ]


def _has_untimed_dose(state: SlotState) -> bool:
    return any(dose.taken_at is None for dose in state.doses)


def _in_time(last: _LastTold, sample: Sample) -> bool:
    return last.dose.time_entered_at <= sample.drawn_at


def _agree(told_at: datetime, taken_at: datetime, rules: TroughRules) -> bool:
    return abs(told_at - taken_at) <= timedelta(minutes=rules.told_differs_beyond_minutes)
