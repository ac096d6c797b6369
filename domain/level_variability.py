"""How much the levels of one child vary: CV % of valid troughs at steady state (trial.md §3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from domain.dosing import exact
from domain.in_range import Trough
from domain.protocol import TroughRules


class NoVariability(StrEnum):
    """Why there is none."""

    TOO_FEW = "too_few_levels"
    DOSE_NOT_KNOWN = "dose_not_known"


@dataclass(frozen=True, slots=True)
class Compared:
    """A trough and the number it is compared by."""

    trough: Trough
    number: Decimal


@dataclass(frozen=True, slots=True)
class Variability:
    """Mean, standard deviation (n-1) and their ratio in percent, unrounded; `refusal` says why
    there are none. `per_dose`: the dose changed, so that levels are divided by mg/m²/day first."""

    compared: tuple[Compared, ...]
    per_dose: bool
    mean: Decimal | None = None
    deviation: Decimal | None = None
    percent: Decimal | None = None
    refusal: NoVariability | None = None


def variability(troughs: Sequence[Trough], rules: TroughRules) -> Variability:
    """Coefficient of variation. A level below quantification is no number and left out."""
    numbers = [trough for trough in troughs if not trough.level.below_quantification]
    per_dose = len({trough.dose_mg for trough in numbers}) > 1
    if len(numbers) < rules.min_levels_for_cv:
        plain = tuple(Compared(trough, trough.level.value) for trough in numbers)
        return Variability(plain, per_dose=False, refusal=NoVariability.TOO_FEW)
    with exact():
        compared = tuple(_comparable(trough, per_dose) for trough in numbers)
        known = tuple(one for one in compared if one is not None)
        if len(known) < len(numbers):
            return Variability(known, per_dose, refusal=NoVariability.DOSE_NOT_KNOWN)
        mean = sum((one.number for one in known), Decimal(0)) / len(known)
        squares = sum(((one.number - mean) ** 2 for one in known), Decimal(0))
        deviation = (squares / (len(known) - 1)).sqrt()
        return Variability(known, per_dose, mean, deviation, deviation / mean * 100)


def _comparable(trough: Trough, per_dose: bool) -> Compared | None:
    if not per_dose:
        return Compared(trough, trough.level.value)
    if not trough.mg_per_m2_day:
        return None
    return Compared(trough, trough.level.value / trough.mg_per_m2_day)
