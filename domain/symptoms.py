"""What a report of a family means: does it call the clinic, and which grade does a fever draft."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from domain.protocol_events import FeverBounds, SymptomKind
from domain.slots import DAY

# the one kind with a temperature (the table of reports knows it too)
FEVER: Final = "fever"
# the kind that says nothing without a note
OTHER: Final = "other"
# the severity of a correction that says: it was not there
NOT_SO: Final = "none"
HOURS_A_DAY: Final = 24


@dataclass(frozen=True, slots=True)
class GradeSpan:
    """A drafted grade, or the two between which the report cannot decide."""

    low: int
    high: int

    @property
    def text(self) -> str:
        """ "2", or "3-4"."""
        return str(self.low) if self.low == self.high else f"{self.low}-{self.high}"

    @property
    def only(self) -> int | None:
        """The grade where there is but one."""
        return self.low if self.low == self.high else None


@dataclass(frozen=True, slots=True)
class Report:
    """One symptom on one day. `celsius` and `lasted_hours` (how long it was this high) for a
    fever, each only if somebody said so."""

    kind: str
    severity: str
    on: date
    celsius: Decimal | None = None
    lasted_hours: Decimal | None = None


def calls_clinic(report: Report, kind: SymptomKind, fever_from: Decimal) -> bool:
    """Does the report ask for advice on the same day (trial.md §5)?

    A fever that nobody measured is answered like a high one: calling the clinic does no harm.
    """
    if kind.advice is None or report.severity == NOT_SO:
        return False
    return report.celsius is None or report.celsius >= fever_from


def proposes_event(report: Report, bounds: FeverBounds) -> bool:
    """Should a clinician decide whether the report is an adverse event?"""
    if report.severity == NOT_SO:
        return False
    return report.celsius is None or report.celsius >= bounds.from_celsius


def fever_grade(
    report: Report, high_days: Collection[date], bounds: FeverBounds
) -> GradeSpan | None:
    """The grade of a temperature (CTCAE v4.03, trial.md §7), or None where there is none to draft.

    Above the last bound the hours decide. Where nobody said how long, the days do: `high_days` are
    those with so high a temperature. One day is no more than its 24 hours, three days in a row are
    more, two may be either.
    """
    celsius = report.celsius
    if celsius is None or celsius < bounds.from_celsius or report.severity == NOT_SO:
        return None
    if celsius <= bounds.grade_2_above:
        return GradeSpan(1, 1)
    if celsius <= bounds.grade_3_above:
        return GradeSpan(2, 2)
    if report.lasted_hours is not None:
        grade = 4 if report.lasted_hours > bounds.grade_4_beyond_hours else 3
        return GradeSpan(grade, grade)
    surely, perhaps = _longer(report.on, high_days, bounds)
    return GradeSpan(4 if surely else 3, 4 if perhaps else 3)


def is_high(report: Report, bounds: FeverBounds) -> bool:
    """Is the temperature one whose grade depends on how long it lasted?"""
    return report.celsius is not None and report.celsius > bounds.grade_3_above


def _longer(on: date, high_days: Collection[date], bounds: FeverBounds) -> tuple[bool, bool]:
    """Did it surely, and did it perhaps, last longer than the bound, in the run of days up to `on`?

    The days between the first and the last count whole, and of those two a little more.
    """
    first = on
    while first - DAY in high_days:
        first -= DAY
    days = (on - first).days + 1
    surely = days > 1 and HOURS_A_DAY * (days - 2) >= bounds.grade_4_beyond_hours
    return surely, HOURS_A_DAY * days > bounds.grade_4_beyond_hours
