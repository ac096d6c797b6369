"""What must hold between the facts of an adverse event, and its grade over time (CTCAE v4.03)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from domain.errors import DomainError
from domain.protocol_events import EventRules, EventTerm

# of CTCAE's own scale: the death of the patient
DEATH_GRADE: Final = 5


class Criterion(StrEnum):
    """What makes an event serious; one is enough."""

    DEATH = "death"
    LIFE_THREATENING = "life_threatening"
    HOSPITALISATION = "hospitalisation"
    DISABILITY = "disability"
    CONGENITAL_ANOMALY = "congenital_anomaly"
    IMPORTANT = "important"


@dataclass(frozen=True, slots=True)
class GradeStep:
    """A grade from a day on."""

    grade: int
    since_on: date


@dataclass(frozen=True, slots=True)
class Facts:
    """An event as it would stand; `grades` are those it has had."""

    term: str
    grades: tuple[int, ...]
    started_on: date
    ended_on: date | None
    is_fatal: bool
    criteria: tuple[Criterion, ...]
    baseline_grade: int | None


class EventError(DomainError):
    """An event that cannot be; `field` is where."""

    def __init__(self, code: str, field: str, **details: object) -> None:
        super().__init__(code, **details)
        self.field = field


def check_facts(facts: Facts, rules: EventRules, *, today: date) -> None:
    """Raises EventError with the first thing that is wrong."""
    term = rules.term(facts.term)
    if term is None:
        raise EventError("unknown_term", "term")
    for grade in facts.grades:
        check_grade(grade, term)
    if facts.baseline_grade not in {None, 0, *term.grades} - {DEATH_GRADE}:
        raise EventError("out_of_range", "baseline_grade")
    _check_days(facts, today)
    _check_death(facts)


def check_grade(grade: int, term: EventTerm) -> None:
    """Raises EventError: not every term has every grade (trial.md §7)."""
    if grade not in term.grades:
        raise EventError("grade_not_in_term", "grade", term=term.code, grade=grade)


def _check_days(facts: Facts, today: date) -> None:
    if facts.started_on > today:
        raise EventError("in_the_future", "started_on")
    if facts.ended_on is not None and facts.ended_on < facts.started_on:
        raise EventError("ends_before_start", "ended_on")
    if facts.ended_on is not None and facts.ended_on > today:
        raise EventError("in_the_future", "ended_on")


def _check_death(facts: Facts) -> None:
    """Grade 5, a fatal outcome and death as a criterion are one thing said three times."""
    is_death = facts.grades[-1] == DEATH_GRADE
    if is_death and not facts.is_fatal:
        raise EventError("grade_5_is_fatal", "outcome")
    if facts.is_fatal and not is_death:
        raise EventError("fatal_is_grade_5", "outcome")
    if is_death != (Criterion.DEATH in facts.criteria):
        raise EventError("death_is_serious", "serious_criteria")


def history(started_on: date, recorded: Sequence[GradeStep]) -> tuple[GradeStep, ...]:
    """The grades in force, by day. Of two for one day the one recorded later counts; those before
    the start count no more."""
    newest = {step.since_on: step for step in recorded}
    return tuple(newest[on] for on in sorted(newest) if on >= started_on)


def grade_on(steps: Sequence[GradeStep], on: date) -> int | None:
    """The grade in force on a day; None before the first."""
    before = [step.grade for step in steps if step.since_on <= on]
    return before[-1] if before else None


def check_step(
    new: GradeStep, steps: Sequence[GradeStep], days: tuple[date, date | None], *, today: date
) -> None:
    """May the event have another grade from this day on? `days` are its start and end.

    Raises EventError.
    """
    started_on, ended_on = days
    if new.since_on < started_on:
        raise EventError("grade_before_start", "since_on")
    if new.since_on > today:
        raise EventError("in_the_future", "since_on")
    if ended_on is not None and new.since_on > ended_on:
        raise EventError("grade_after_end", "since_on")
    if any(step.grade == DEATH_GRADE and step.since_on < new.since_on for step in steps):
        raise EventError("after_death", "since_on")
    if grade_on(steps, new.since_on) == new.grade:
        raise EventError("same_grade", "grade")
