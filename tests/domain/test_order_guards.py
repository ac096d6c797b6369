"""Guards on orders written by hand: both sides of every factor."""

from decimal import Decimal

import pytest

from domain.errors import DomainError
from domain.order_guards import Guard, OrderAnswers, check_order, guards_for, open_guards
from rules_of_v1 import DOSE_RULES

D = Decimal
NONE: frozenset[Guard] = frozenset()
REASON = frozenset({Guard.CONFIRM_WITH_REASON})
SECOND = REASON | {Guard.SECOND_SIGNATURE}
RETYPE = SECOND | {Guard.RETYPE_ML}


@pytest.mark.parametrize(
    ("given", "guards"),
    [
        ("0.40", NONE),
        ("0.50", NONE),  # exactly a quarter more
        ("0.51", REASON),
        ("0.30", NONE),  # exactly a quarter less
        ("0.29", REASON),
        ("0.80", REASON),  # exactly double
        ("0.81", SECOND),
        ("0.20", REASON),  # exactly half
        ("0.19", SECOND),
        ("1.99", SECOND),
        ("2.00", RETYPE),  # exactly fivefold
        ("0.081", SECOND),
        ("0.08", RETYPE),
        ("4.0", RETYPE),  # the tenfold slip
        ("0.04", RETYPE),
    ],
)
def test_the_further_from_the_last_dose_the_more_is_asked(
    given: str, guards: frozenset[Guard]
) -> None:
    assert guards_for(D(given), D("0.40"), DOSE_RULES, age_months=12) == guards


def test_under_six_months_every_order_carries_the_hard_warning() -> None:
    warned = guards_for(D("0.40"), D("0.40"), DOSE_RULES, age_months=5)
    assert warned == {Guard.UNDER_AGE_WARNING}
    assert guards_for(D("0.40"), D("0.40"), DOSE_RULES, age_months=6) == NONE


def test_all_answers_open_the_way() -> None:
    answers = OrderAnswers("dr-a", "typed on purpose", "dr-b", D("1.8"), warning_read=True)
    check_order(RETYPE | {Guard.UNDER_AGE_WARNING}, answers, D("1.80"))


@pytest.mark.parametrize(
    ("answers", "missing"),
    [
        (OrderAnswers("dr-a", "  ", "dr-b", D("1.8")), Guard.CONFIRM_WITH_REASON),
        (OrderAnswers("dr-a", "reason", None, D("1.8")), Guard.SECOND_SIGNATURE),
        (OrderAnswers("dr-a", "reason", "dr-a", D("1.8")), Guard.SECOND_SIGNATURE),
        (OrderAnswers("dr-a", "reason", "dr-b", D("0.18")), Guard.RETYPE_ML),
        (OrderAnswers("dr-a", "reason", "dr-b"), Guard.RETYPE_ML),
    ],
)
def test_an_order_with_an_open_guard_is_refused(answers: OrderAnswers, missing: Guard) -> None:
    assert open_guards(RETYPE, answers, D("1.8")) == {missing}
    with pytest.raises(DomainError, match="order_guarded") as refused:
        check_order(RETYPE, answers, D("1.8"))
    assert refused.value.details["guards"] == (missing,)
