"""From a child's size to millilitres in a syringe (trial.md §2).

Everything before the last rounding is exact or carried to many digits; the syringe mark is the
only rounding there is. Heights in cm, weights in kg, surfaces in m², doses in mg, volumes in mL.
"""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_DOWN, Context, Decimal, localcontext

from domain.errors import DomainError
from domain.protocol import Arm, DoseRules

DIGITS = 50  # far beyond any input, so that a tie stays a tie
SURE_DIGITS = 40  # of a ratio of two roots; the last ones of each are rounded


@dataclass(frozen=True, slots=True)
class BodySurface:
    """Body surface with what it was computed from; kept with every order."""

    formula: str
    height_cm: Decimal
    weight_kg: Decimal
    m2: Decimal


@dataclass(frozen=True, slots=True)
class DoseAmount:
    """What was prescribed for one dose, and what the syringe gives of it."""

    prescribed_mg: Decimal
    given_ml: Decimal
    given_mg: Decimal

    @property
    def rounding_error_mg(self) -> Decimal:
        """More (+) or less (-) than prescribed."""
        with exact():
            return self.given_mg - self.prescribed_mg


@contextmanager
def exact() -> Generator[None, None, None]:
    """Decimals inside carry many digits, whatever the caller's context says."""
    with localcontext(Context(prec=DIGITS)):
        yield


def body_surface(height_cm: Decimal, weight_kg: Decimal, formula: str) -> BodySurface:
    """Body surface by "mosteller" or "haycock"; DomainError `unknown_bsa_formula` otherwise."""
    with exact():
        match formula:
            case "mosteller":
                m2 = (height_cm * weight_kg / 3600).sqrt()
            case "haycock":
                m2 = (
                    Decimal("0.024265")
                    * height_cm ** Decimal("0.3964")
                    * weight_kg ** Decimal("0.5378")
                )
            case _:
                raise DomainError("unknown_bsa_formula", formula=formula)
    return BodySurface(formula, height_cm, weight_kg, m2)


def needs_reweighing_review(then: BodySurface, now: BodySurface, rules: DoseRules) -> bool:
    """Has body surface changed so much since the order that the dose should be reviewed?"""
    with exact():
        change = abs(now.m2 / then.m2 - 1)
        return round(change, SURE_DIGITS) >= rules.reweigh_at_bsa_change


def starting_dose(arm: Arm, surface: BodySurface, rules: DoseRules) -> DoseAmount:
    """The arm's first dose for this child. DomainError `dose_not_measurable` if too small."""
    with exact():
        return measured(arm.starting_dose * surface.m2, rules)


def measured(prescribed_mg: Decimal, rules: DoseRules) -> DoseAmount:
    """A dose as the syringe can give it. DomainError `dose_not_measurable` if no mark is near."""
    amount = nearest_mark(prescribed_mg, rules)
    if amount.given_ml <= 0:
        raise DomainError("dose_not_measurable", mg=prescribed_mg)
    return amount


def nearest_mark(prescribed_mg: Decimal, rules: DoseRules) -> DoseAmount:
    """The nearest syringe mark; the step is that of the unrounded volume, a tie goes down."""
    with exact():
        ml = prescribed_mg / rules.strength_mg_per_ml
        step = step_for(ml, rules)
        marks = (ml / step).to_integral_value(rounding=ROUND_HALF_DOWN)
        given_ml = (marks * step).quantize(step)  # the same digits however it was worked out
        return DoseAmount(prescribed_mg, given_ml, given_ml * rules.strength_mg_per_ml)


def dose_of_ml(ml: Decimal, rules: DoseRules) -> DoseAmount:
    """A dose ordered in mL. DomainError `not_a_syringe_mark` for one no syringe can give."""
    with exact():
        if ml <= 0 or ml % step_for(ml, rules) != 0:
            raise DomainError("not_a_syringe_mark", ml=ml)
        mg = ml * rules.strength_mg_per_ml
        return DoseAmount(prescribed_mg=mg, given_ml=ml, given_mg=mg)


def step_for(ml: Decimal, rules: DoseRules) -> Decimal:
    """The distance between two marks of the syringe used for this volume, in mL."""
    reached = [step for step in rules.rounding if step.from_ml <= ml]
    if not reached:
        raise DomainError("dose_not_measurable", ml=ml)
    return max(reached, key=lambda step: step.from_ml).step_ml


def ml_text(ml: Decimal) -> str:
    """ "0.18 mL": always a leading zero, never a trailing one."""
    digits = f"{ml:f}"
    if "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    return f"{digits} mL"


def completed_months(born_on: date, on: date) -> int:
    """Age in completed months; a month is complete on the same day number, or the day after the
    end of a shorter month."""
    months = (on.year - born_on.year) * 12 + on.month - born_on.month
    return months - (on.day < born_on.day)


def is_under_age(born_on: date, on: date, rules: DoseRules) -> bool:
    """Is the child so young that every order carries the hard warning?"""
    return completed_months(born_on, on) < rules.hard_warning_below_months
