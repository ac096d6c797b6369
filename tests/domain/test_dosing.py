"""From size to syringe, and every mark on the way."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.dosing import (
    BodySurface,
    body_surface,
    completed_months,
    dose_of_ml,
    is_under_age,
    measured,
    ml_text,
    nearest_mark,
    needs_reweighing_review,
    starting_dose,
    step_for,
)
from domain.errors import DomainError
from rules_of_v1 import DOSE_RULES, HIGH_ARM, LOW_ARM

D = Decimal


def test_mosteller_of_a_square_is_exact() -> None:
    assert body_surface(D(100), D(9), "mosteller").m2 == D("0.5")
    assert body_surface(D(60), D("5.4"), "mosteller").m2 == D("0.3")


def test_haycock_agrees_with_the_published_formula() -> None:
    surface = body_surface(D(100), D(16), "haycock")
    assert surface.m2.quantize(D("0.0001")) == D("0.6689")
    assert (surface.height_cm, surface.weight_kg, surface.formula) == (D(100), D(16), "haycock")


def test_a_formula_nobody_knows_is_refused() -> None:
    with pytest.raises(DomainError, match="unknown_bsa_formula"):
        body_surface(D(100), D(9), "dubois")


def test_both_arms_get_their_own_starting_dose() -> None:
    surface = body_surface(D(60), D("5.4"), "mosteller")  # 0.3 m²
    high, low = (starting_dose(arm, surface, DOSE_RULES) for arm in (HIGH_ARM, LOW_ARM))
    assert (high.prescribed_mg, high.given_ml) == (D("0.24"), D("0.24"))
    assert (low.prescribed_mg, low.given_ml) == (D("0.21"), D("0.20"))  # 0.21 is a tie: down
    assert low.rounding_error_mg == D("-0.01")


@pytest.mark.parametrize(
    ("mg", "ml"),
    [
        ("0.174", "0.17"),
        ("0.175", "0.17"),  # tie
        ("0.17500001", "0.18"),
        ("0.1999", "0.20"),  # step of the unrounded volume: 0.01
        ("0.2", "0.20"),
        ("0.21", "0.20"),  # tie
        ("0.2101", "0.22"),
        ("0.4999", "0.50"),
        ("0.49", "0.48"),  # tie
        ("0.5", "0.50"),
        ("0.525", "0.50"),  # tie
        ("0.526", "0.55"),
        ("1.2", "1.20"),
    ],
)
def test_the_syringe_rounds_to_its_marks_and_a_tie_goes_down(mg: str, ml: str) -> None:
    assert measured(D(mg), DOSE_RULES).given_ml == D(ml)


@pytest.mark.parametrize("mg", ["0.4", "0.40", "0.400", "0.395"])
def test_the_same_mark_has_the_same_digits(mg: str) -> None:
    assert str(nearest_mark(D(mg), DOSE_RULES).given_ml) == "0.40"


def test_the_strength_of_the_solution_counts() -> None:
    double = replace(DOSE_RULES, strength_mg_per_ml=D(2))
    amount = measured(D("0.35"), double)  # 0.175 mL, a tie
    assert (amount.given_ml, amount.given_mg) == (D("0.17"), D("0.34"))


def test_a_dose_below_half_a_mark_cannot_be_measured() -> None:
    with pytest.raises(DomainError, match="dose_not_measurable"):
        measured(D("0.005"), DOSE_RULES)
    assert measured(D("0.0051"), DOSE_RULES).given_ml == D("0.01")


@given(st.decimals(min_value="0.001", max_value=20, places=6))
def test_rounding_stays_on_the_marks_and_within_half_a_step(mg: Decimal) -> None:
    amount = nearest_mark(mg, DOSE_RULES)
    step = step_for(mg, DOSE_RULES)
    assert amount.given_ml % step == 0
    assert abs(amount.rounding_error_mg) <= step / 2
    if abs(amount.rounding_error_mg) == step / 2:
        assert amount.given_mg < mg


@given(st.integers(min_value=1, max_value=2000))
def test_what_a_syringe_gave_can_be_ordered_again(hundredths: int) -> None:
    given_ml = nearest_mark(D(hundredths) / 100, DOSE_RULES).given_ml
    assert dose_of_ml(given_ml, DOSE_RULES).given_mg == given_ml


@pytest.mark.parametrize("ml", ["0.173", "0.21", "0.52", "0", "-0.1"])
def test_an_order_between_the_marks_is_refused(ml: str) -> None:
    with pytest.raises(DomainError):
        dose_of_ml(D(ml), DOSE_RULES)


@pytest.mark.parametrize(
    ("ml", "text"),
    [
        ("0.18", "0.18 mL"),
        ("0.20", "0.2 mL"),
        ("1.00", "1 mL"),
        ("10", "10 mL"),
        ("1E+1", "10 mL"),
        (".5", "0.5 mL"),
    ],
)
def test_millilitres_lead_with_a_zero_and_never_trail_one(ml: str, text: str) -> None:
    assert ml_text(D(ml)) == text


@pytest.mark.parametrize(
    ("now", "review"), [("0.5499", False), ("0.55", True), ("0.4501", False), ("0.45", True)]
)
def test_a_tenth_more_or_less_body_surface_asks_for_a_review(now: str, review: bool) -> None:
    then = BodySurface("mosteller", D(100), D(9), D("0.5"))
    assert needs_reweighing_review(then, replace(then, m2=D(now)), DOSE_RULES) is review


@pytest.mark.parametrize("weight_kg", range(2, 40))
@pytest.mark.parametrize("factor", ["1.1", "0.9"])
def test_exactly_a_tenth_asks_for_a_review_of_any_child(weight_kg: int, factor: str) -> None:
    then = body_surface(D(80), D(weight_kg), "mosteller")
    now = body_surface(80 * D(factor), weight_kg * D(factor), "mosteller")
    assert needs_reweighing_review(then, now, DOSE_RULES)


@pytest.mark.parametrize(
    ("born", "on", "months"),
    [
        ("2024-01-15", "2024-07-14", 5),
        ("2024-01-15", "2024-07-15", 6),
        ("2023-08-31", "2024-02-29", 5),
        ("2023-08-31", "2024-03-01", 6),
    ],
)
def test_six_months_are_six_completed_months(born: str, on: str, months: int) -> None:
    birthday, today = date.fromisoformat(born), date.fromisoformat(on)
    assert completed_months(birthday, today) == months
    assert is_under_age(birthday, today, DOSE_RULES) is (months < 6)
