"""Levels that follow from the doses: one compartment with first-order absorption.

For the made-up study only. The figures are believable, not a model anybody should dose by.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

ABSORPTION_PER_HOUR = 0.9


@dataclass(frozen=True, slots=True)
class Body:
    """How one made-up child handles the drug: apparent clearance (L/h) and half-life (h)."""

    clearance: float
    half_life: float

    @property
    def elimination(self) -> float:
        return math.log(2) / self.half_life

    @property
    def volume(self) -> float:
        return self.clearance / self.elimination


@dataclass(frozen=True, slots=True)
class Dose:
    at: datetime
    mg: float


def body_for(average_level: float, mg_per_dose: float, half_life: float) -> Body:
    """The body that reaches this average level (ng/mL) on one dose every twelve hours."""
    micrograms_per_hour = mg_per_dose * 1000 / 12
    return Body(clearance=micrograms_per_hour / average_level, half_life=half_life)


def level_at(body: Body, doses: Sequence[Dose], at: datetime) -> float:
    """Concentration (ng/mL) at an instant, summed over all earlier doses."""
    return sum(
        _left_of(body, dose.mg, (at - dose.at).total_seconds() / 3600)
        for dose in doses
        if dose.at < at
    )


def _left_of(body: Body, mg: float, hours: float) -> float:
    k_in, k_out = ABSORPTION_PER_HOUR, body.elimination
    if hours * k_out > 20:  # nothing measurable is left
        return 0.0
    scale = mg * 1000 / body.volume * k_in / (k_in - k_out)
    return scale * (math.exp(-k_out * hours) - math.exp(-k_in * hours))
