"""A draft grade with everything it rests on (trial.md §7)."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from domain.ctcae_table import Basis, Correction, Ctcae, Direction, Term
from domain.grade_span import GradeSpan, Holds
from domain.protocol import Protocol
from domain.reported import Comparator, Reported


class Ungradable(StrEnum):
    """Why a result has no grade."""

    LIMIT_MISSING = "limit_missing"
    NOT_FASTING = "not_fasting"
    FASTING_UNKNOWN = "fasting_unknown"
    ALBUMIN_MISSING = "albumin_missing"
    NOT_PRINTED = "not_printed"
    UNIT = "unit_not_convertible"


class Flag(StrEnum):
    """What a reader of the draft should know."""

    BEYOND_ADULT_BOUND = "beyond_adult_bound"
    LIMIT_MISSING = "limit_missing"
    ON_BOUND = "on_bound"
    CONVERTED = "converted"
    CORRECTED_FOR_ALBUMIN = "corrected_for_albumin"
    ADULT_GRADE = "adult_grade"
    WITH_SYMPTOMS_WORSE = "with_symptoms_worse"
    BASELINE_MISSING = "baseline_missing"
    BASELINE_SAMPLE = "baseline_sample"
    NOT_WORSE_THAN_BASELINE = "not_worse_than_baseline"


@dataclass(frozen=True, slots=True, kw_only=True)
class LabValue:
    """A result as it is stored: limits of normal and value in the laboratory's own unit."""

    analyte: str
    reported: Reported
    unit: str
    low: Decimal | None = None
    high: Decimal | None = None
    fasting: bool | None = None

    @property
    def is_number(self) -> bool:
        """Is it a number to calculate with?"""
        return self.reported.comparator is Comparator.EQUAL


@dataclass(frozen=True, slots=True, kw_only=True)
class GradingContext:
    """What stands beside a result. `baseline` is the child's value before treatment, `albumin` one
    of the same sample; the baseline sample itself has `is_baseline`."""

    table: Ctcae
    protocol: Protocol
    baseline: LabValue | None = None
    is_baseline: bool = False
    albumin: LabValue | None = None
    baseline_albumin: LabValue | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepReading:
    """One step held against the value: `number` in `unit` is `factor` times its limit or baseline
    (None when that is not known)."""

    basis: Basis
    grade: int
    factor: Decimal
    number: Decimal | None
    unit: str
    included: bool
    holds: Holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One term's draft grade. `span` is None when the result is not gradable, for `reason`.

    `graded` in `unit`, with its limits, is the value that was held against the steps: converted or
    corrected by `correction` where flags say so. `decided_by` is the step that gave the mildest
    grade possible; None for grade 0.
    """

    term: Term
    span: GradeSpan | None
    reason: Ungradable | None
    result: LabValue
    graded: Reported
    unit: str
    low: Decimal | None
    high: Decimal | None
    baseline: LabValue | None
    albumin: LabValue | None
    correction: Correction | None
    baseline_span: GradeSpan | None
    steps: tuple[StepReading, ...]
    decided_by: StepReading | None
    top_grade: int
    flags: tuple[Flag, ...]
    ctcae_version: str
    rule_version: str

    @property
    def direction(self) -> Direction:
        return Direction(self.term.direction)

    @property
    def grade(self) -> str | None:
        """ "2", "0-1", or None when not gradable."""
        return None if self.span is None else self.span.text

    @property
    def is_worth_a_look(self) -> bool:
        """May this be grade 1 or worse, as far as anyone can say?"""
        return self.span is None or self.span.most >= 1
