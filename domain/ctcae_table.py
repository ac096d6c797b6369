"""The grading of laboratory results as data (`protocols/ctcae-4.03.toml`), trial.md §7.

A step is where a grade begins. The file lists each analyte's rules; `domain.ctcae` applies them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from domain.interval import Interval


class Direction(StrEnum):
    """Which way a value must leave the normal range to be graded."""

    LOW = "low"
    HIGH = "high"


class Basis(StrEnum):
    """What the numbers of a rule are: times a limit of normal, plain, times the value before
    treatment, or percent lost since then."""

    LIMIT = "limit"
    BOUND = "bound"
    BASELINE = "baseline"
    FALL = "fall"


@dataclass(frozen=True, slots=True)
class GradeStep:
    """A grade begins `beyond` a number (the number is still the milder grade) or `at` it."""

    grade: int
    beyond: Decimal | None
    at: Decimal | None

    @property
    def number(self) -> Decimal:
        number = self.beyond if self.at is None else self.at
        assert number is not None  # noqa: S101 - the file was checked when it was read
        return number

    @property
    def included(self) -> bool:
        """Does the number itself have this grade?"""
        return self.at is not None


@dataclass(frozen=True, slots=True)
class GradeRule:
    """Steps on one basis, the mildest first; `unit` for plain numbers alone."""

    of: str
    unit: str | None
    steps: tuple[GradeStep, ...]


@dataclass(frozen=True, slots=True)
class Measure:
    """How one analyte is graded for a term.

    `fasting_below_grade`: milder grades than this need a fasting sample. `even_within_normal`: the
    normal range does not spare. `adult_from_grade`: NCI prints these grades for adults.
    """

    analyte: str
    rules: tuple[GradeRule, ...]
    fasting_below_grade: int | None
    even_within_normal: bool | None
    adult_from_grade: int | None

    def rules_of(self, basis: Basis, unit: str | None = None) -> tuple[GradeStep, ...]:
        """The steps on this basis (in this unit); none if there is no such rule."""
        found = [rule.steps for rule in self.rules if rule.of == basis and rule.unit == unit]
        return found[0] if found else ()

    @property
    def units(self) -> tuple[str, ...]:
        """Units that bounds are printed in."""
        return tuple(rule.unit for rule in self.rules if rule.unit is not None)

    @property
    def top_grade(self) -> int:
        """The worst grade that a number can have."""
        return max(step.grade for rule in self.rules for step in rule.steps)


@dataclass(frozen=True, slots=True)
class Term:
    """One term of CTCAE; `with_symptoms_grade` shares its numbers with the grade below it."""

    code: str
    name: Mapping[str, str]
    soc: str
    direction: str
    measures: tuple[Measure, ...]
    with_symptoms_grade: int | None

    def measure(self, analyte: str) -> Measure | None:
        return next((each for each in self.measures if each.analyte == analyte), None)


@dataclass(frozen=True, slots=True)
class Correction:
    """corrected = value + `slope` × (`normal` − value of `by_analyte` in `by_unit`)."""

    analyte: str
    unit: str
    by_analyte: str
    by_unit: str
    normal: Decimal
    slope: Decimal


@dataclass(frozen=True, slots=True)
class Unprinted:
    """Values of an analyte that no printed grade covers."""

    analyte: str
    unit: str
    range: Interval


@dataclass(frozen=True, slots=True)
class Ctcae:
    """All terms that a laboratory result can have."""

    version: str
    socs: Mapping[str, Mapping[str, str]]
    terms: tuple[Term, ...]
    corrections: tuple[Correction, ...]
    unprinted: tuple[Unprinted, ...]

    def term(self, code: str) -> Term:
        return {term.code: term for term in self.terms}[code]

    def terms_of(self, analyte: str) -> tuple[tuple[Term, Measure], ...]:
        """The terms that this analyte can be graded for."""
        found = ((term, term.measure(analyte)) for term in self.terms)
        return tuple((term, measure) for term, measure in found if measure is not None)
