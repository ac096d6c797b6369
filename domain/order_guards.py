"""What an order written by hand must bring with it before it may be signed (trial.md §2).

The guards compare what the syringe would really give with the previous order, or for a first
order with the arm's starting dose. They catch the tenfold slip between 0.18 and 1.8 mL.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from domain.dosing import exact
from domain.errors import DomainError
from domain.protocol import DoseRules


class Guard(StrEnum):
    CONFIRM_WITH_REASON = "confirm_with_reason"
    SECOND_SIGNATURE = "second_signature"
    RETYPE_ML = "retype_ml"
    UNDER_AGE_WARNING = "under_age_warning"


@dataclass(frozen=True, slots=True)
class OrderAnswers:
    """What the prescribers answered to the guards. Persons by their account keys."""

    prescriber: str
    reason: str = ""
    second_prescriber: str | None = None
    retyped_ml: Decimal | None = None
    warning_read: bool = False


def guards_for(
    given_mg: Decimal, reference_mg: Decimal, rules: DoseRules, *, age_months: int
) -> frozenset[Guard]:
    """The guards for a dose of `given_mg` where `reference_mg` is given now (both on the syringe).

    Beyond the confirming fraction: a reason. More than the second-signature factor either way: a
    second prescriber. From the retype factor on: the mL typed again as well.
    """
    guards: set[Guard] = set()
    with exact():
        up, down = given_mg / reference_mg, reference_mg / given_mg
        if abs(given_mg - reference_mg) > rules.confirm_beyond_fraction * reference_mg:
            guards.add(Guard.CONFIRM_WITH_REASON)
        if max(up, down) > rules.second_signature_beyond_factor:
            guards |= {Guard.CONFIRM_WITH_REASON, Guard.SECOND_SIGNATURE}
        if max(up, down) >= rules.retype_from_factor:
            guards |= {Guard.CONFIRM_WITH_REASON, Guard.SECOND_SIGNATURE, Guard.RETYPE_ML}
    if age_months < rules.hard_warning_below_months:
        guards.add(Guard.UNDER_AGE_WARNING)
    return frozenset(guards)


def open_guards(
    guards: frozenset[Guard], answers: OrderAnswers, given_ml: Decimal
) -> frozenset[Guard]:
    """The guards not satisfied yet. A second signature must be another person's, and the retyped
    mL must be the same number."""
    met = {
        Guard.CONFIRM_WITH_REASON: bool(answers.reason.strip()),
        Guard.SECOND_SIGNATURE: answers.second_prescriber not in {None, "", answers.prescriber},
        Guard.RETYPE_ML: answers.retyped_ml == given_ml,
        Guard.UNDER_AGE_WARNING: answers.warning_read,
    }
    return frozenset(guard for guard in guards if not met[guard])


def check_order(guards: frozenset[Guard], answers: OrderAnswers, given_ml: Decimal) -> None:
    """Raises DomainError `order_guarded` with the open guards in `details["guards"]`."""
    still_open = open_guards(guards, answers, given_ml)
    if still_open:
        raise DomainError("order_guarded", guards=tuple(sorted(still_open)))
