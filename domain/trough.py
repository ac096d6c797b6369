"""The verdict on a trough sample, read from the diary (trial.md §3).

A level is only a trough when it was drawn about twelve hours after the last dose, before the next
one, at steady state and after regular doses. A verdict flags; it never deletes a level.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from domain.decisive_dose import DecisiveDose, Sample, decisive_dose
from domain.diary import ReportedDose, SlotState, SlotStatus
from domain.entries import Outcome
from domain.lateness import hours
from domain.orders import OrderStep, order_at
from domain.protocol import Half, SlotRules, TroughRules
from domain.slots import Slot, Timetable, local_date, nearest_slot
from domain.steady_state import DoseStart, dose_start


class Finding(StrEnum):
    """Why a sample is no valid trough, the headline first; `valid` when nothing is found."""

    AFTER_THE_DOSE = "after_the_dose"
    CANNOT_SAY = "cannot_say"
    NOT_STEADY = "not_at_steady_state"
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"
    IRREGULAR = "irregular_doses_before"
    VALID = "valid"


class Flag(StrEnum):
    EARLY = "early"  # at steady state, but before the usual time
    EVENING_SAMPLE = "evening_sample"
    OUTSIDE_IDEAL = "outside_ideal_hours"
    WORD_OF_MOUTH = "rests_on_what_was_told"
    NEXT_SILENT = "next_dose_not_told"  # nobody told that the dose of this slot waited


@dataclass(frozen=True, slots=True)
class Course:
    """What a verdict is read from: the child's diary (in order), orders and timetables. A diary
    back to the first dose of the order tells its first day; a shorter one relies on the order."""

    diary: Sequence[SlotState]
    orders: Sequence[OrderStep]
    timetables: Sequence[Timetable]


@dataclass(frozen=True, slots=True)
class Verdict:
    """`reasons` are all that hold, in the order of the headlines; `doses` those it rests on.
    `start` is what the days are counted from, `order` the one the decisive dose was given by."""

    reasons: tuple[Finding, ...]
    flags: tuple[Flag, ...]
    decisive: DecisiveDose
    elapsed: timedelta | None
    days_on_dose: int | None
    doses: tuple[SlotState, ...]
    start: DoseStart | None = None
    order: OrderStep | None = None

    @property
    def headline(self) -> Finding:
        return self.reasons[0] if self.reasons else Finding.VALID

    @property
    def is_valid(self) -> bool:
        return not self.reasons


def verdict(sample: Sample, course: Course, *, trough: TroughRules, slots: SlotRules) -> Verdict:
    """Judge a sample. Raises DomainError `no_timetable` for a child without slots."""
    waiting = nearest_slot(course.timetables, sample.drawn_at)
    decisive = decisive_dose(sample, course.diary, trough, waiting=waiting.key)
    elapsed = sample.drawn_at - decisive.taken_at if decisive.taken_at is not None else None
    key = decisive.state.key if decisive.state else waiting.key.shifted(-1)
    start = dose_start(course.orders, course.diary, key, trough)
    drawn_on = local_date(course.timetables, sample.drawn_at)
    days = None if start is None else (drawn_on - start.key.on).days
    window = _doses_before(sample.drawn_at, course.diary, hours(trough.diary_window_hours))
    holding = {
        Finding.AFTER_THE_DOSE: elapsed is not None and key == waiting.key,
        Finding.CANNOT_SAY: not decisive.certain,
        Finding.NOT_STEADY: days is None or days < trough.steady_from_days,
        Finding.TOO_EARLY: elapsed is not None and trough.valid_hours.is_below(_hours(elapsed)),
        Finding.TOO_LATE: elapsed is not None and trough.valid_hours.is_above(_hours(elapsed)),
        Finding.IRREGULAR: any(_irregular(state, sample.drawn_at, slots) for state in window),
    }
    reasons = tuple(finding for finding in Finding if holding.get(finding))
    return Verdict(
        reasons=reasons,
        flags=_flags(decisive, waiting, elapsed=elapsed, days=days, rules=trough),
        decisive=decisive,
        elapsed=elapsed,
        days_on_dose=days,
        doses=window,
        start=start,
        order=order_at(course.orders, key),
    )


def _doses_before(
    drawn_at: datetime, diary: Sequence[SlotState], window: timedelta
) -> tuple[SlotState, ...]:
    """The slots with a dose in the window; one exactly at its beginning belongs to it."""
    start = drawn_at - window
    return tuple(
        state for state in diary if any(start <= at < drawn_at for at in _instants_of(state))
    )


def _instants_of(state: SlotState) -> list[datetime]:
    """When its doses were taken; a dose nobody can time fell when it was due."""
    return [dose.taken_at or state.slot.due_at for dose in state.doses] or [state.slot.due_at]


def _irregular(state: SlotState, drawn_at: datetime, rules: SlotRules) -> bool:
    """Missed, partial, doubled, or vomited soon after. A slot that could still have been given
    when the blood was drawn was not missed then: on trough day the dose has to wait."""
    if state.status is SlotStatus.MISSED:
        return state.slot.due_at + hours(rules.give_late_until_hours) < drawn_at
    before = [dose for dose in state.doses if (dose.taken_at or state.slot.due_at) < drawn_at]
    return len(before) > 1 or any(_not_whole(dose, rules) for dose in before)


def _not_whole(dose: ReportedDose, rules: SlotRules) -> bool:
    """Given in part, or vomited before it could be taken up; perhaps both were told."""
    if any(entry.outcome is Outcome.PARTIAL for entry in dose.entries):
        return True
    minutes = dose.vomited_after_minutes
    vomited = dose.outcome is Outcome.VOMITED
    return vomited and (minutes is None or minutes <= rules.vomit_irregular_minutes)


def _flags(
    decisive: DecisiveDose,
    waiting: Slot,
    *,
    elapsed: timedelta | None,
    days: int | None,
    rules: TroughRules,
) -> tuple[Flag, ...]:
    # the evening dose itself was not given yet, whichever was the last one before
    before_evening = decisive.state is None or decisive.state.key != waiting.key
    holding = {
        Flag.EARLY: days is not None and rules.steady_from_days <= days <= rules.early_until_days,
        Flag.EVENING_SAMPLE: before_evening and waiting.half is Half.EVENING,
        Flag.OUTSIDE_IDEAL: elapsed is not None
        and rules.valid_hours.contains(_hours(elapsed))
        and not rules.ideal_hours.contains(_hours(elapsed)),
        Flag.WORD_OF_MOUTH: decisive.by_word_of_mouth,
        Flag.NEXT_SILENT: decisive.next_silent,
    }
    return tuple(flag for flag in Flag if holding[flag])


def _hours(elapsed: timedelta) -> Decimal:
    return Decimal(elapsed // timedelta(microseconds=1)) / Decimal(3_600_000_000)
