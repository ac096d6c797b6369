"""When a platelet count calls the clinic: very low, or falling (the study's [worklist])."""

from decimal import Decimal
from typing import Final

from domain.protocol_worklist import WorklistRules

LOW: Final = "platelets_low"
FALLING: Final = "platelets_falling"


def platelet_call(value: Decimal, before: Decimal | None, rules: WorklistRules) -> str | None:
    """The code of the trigger that a count (10*9/L) pulls, beside the one before it; None for none.

    A fall by exactly the fraction counts; a count at a bound is not below it.
    """
    if value < rules.platelets_urgent_below:
        return LOW
    if before is None or value >= rules.platelets_fall_below:
        return None
    least_fall = before * rules.platelets_fall_fraction
    return FALLING if before - value >= least_fall > 0 else None
