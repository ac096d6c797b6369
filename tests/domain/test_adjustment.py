"""The dose that a level proposes, and every reason not to propose one."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.adjustment import AdjustmentInputs, Proposal, Refusal, Refused, propose
from domain.dosing import nearest_mark
from domain.level import Level
from rules_of_v1 import DOSE_RULES, HIGH_RANGE, LOW_RANGE

D = Decimal

USUAL = AdjustmentInputs(
    current_ml=D("0.40"),
    level=Level(D("9.0")),
    target=HIGH_RANGE,
    valid_trough=True,
    days_on_dose=14,
    changed_after_sample=False,
    irregular_before=False,
    interacting_drugs=(),
    age_months=12,
)


def proposed(inputs: AdjustmentInputs) -> Proposal:
    found = propose(inputs, DOSE_RULES)
    assert isinstance(found, Proposal)
    return found


def refused(inputs: AdjustmentInputs) -> tuple[Refusal, ...]:
    found = propose(inputs, DOSE_RULES)
    assert isinstance(found, Refused)
    return found.refusals


def test_the_formula_scales_the_dose_given_to_the_middle_of_the_range() -> None:
    found = proposed(replace(USUAL, level=Level(D("10"))))
    assert found.by_formula_mg == D("0.5")
    assert (found.target_level, found.dose.given_ml, found.capped) == (D("12.5"), D("0.50"), False)
    assert found.predicted_level == D("12.5")


def test_a_proposal_shows_both_ends_of_the_range_and_the_level_to_expect() -> None:
    found = proposed(replace(USUAL, target=LOW_RANGE, level=Level(D("10.5"))))
    assert found.dose.given_ml == D("0.32")  # 0.3238…
    assert (found.at_low_end.given_ml, found.at_high_end.given_ml) == (D("0.26"), D("0.38"))
    assert found.predicted_level == D("8.4")
    assert found.inputs.level.value == D("10.5")


@pytest.mark.parametrize(
    ("current", "level", "prescribed", "given_ml"),
    [
        ("0.40", "5", "0.50", "0.50"),  # exactly a quarter more
        ("0.40", "20", "0.30", "0.30"),  # exactly a quarter less
        ("0.30", "5", "0.375", "0.36"),  # 0.38 would be nearer, but is beyond the cap
        ("0.18", "25", "0.135", "0.14"),  # 0.13 would be nearer down, but is beyond the cap
        ("0.50", "5", "0.625", "0.60"),  # the tie goes down anyway
        ("0.55", "5", "0.6875", "0.65"),  # 0.70 is beyond the cap
        ("0.55", "25", "0.4125", "0.42"),
    ],
)
def test_no_step_is_beyond_a_quarter_even_after_rounding(
    current: str, level: str, prescribed: str, given_ml: str
) -> None:
    found = proposed(replace(USUAL, current_ml=D(current), level=Level(D(level))))
    assert found.capped
    assert (found.dose.prescribed_mg, found.dose.given_ml) == (D(prescribed), D(given_ml))


def test_where_the_next_mark_is_beyond_the_cap_nothing_changes_and_it_says_so() -> None:
    found = proposed(replace(USUAL, current_ml=D("0.03"), level=Level(D("5"))))
    assert found.dose.given_ml == D("0.03")
    assert found.changes_nothing


@given(
    st.integers(min_value=2, max_value=400),
    st.decimals(min_value="0.5", max_value=30, places=2),
)
def test_a_proposal_is_on_the_marks_and_within_the_cap(hundredths: int, value: Decimal) -> None:
    current = nearest_mark(D(hundredths) / 100, DOSE_RULES).given_ml
    found = propose(replace(USUAL, current_ml=current, level=Level(value)), DOSE_RULES)
    if isinstance(found, Refused):
        assert found.refusals == (Refusal.IN_RANGE,)
        return
    assert nearest_mark(found.dose.given_mg, DOSE_RULES).given_ml == found.dose.given_ml
    assert current * D("0.75") <= found.dose.given_ml <= current * D("1.25")
    wants_more = found.by_formula_mg > current
    assert found.dose.given_ml >= current if wants_more else found.dose.given_ml <= current


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"level": Level(D("15"))}, Refusal.IN_RANGE),
        ({"valid_trough": False}, Refusal.NOT_A_VALID_TROUGH),
        ({"days_on_dose": 6}, Refusal.DOSE_CHANGED_BEFORE),
        ({"days_on_dose": None}, Refusal.DOSE_CHANGED_BEFORE),
        ({"changed_after_sample": True}, Refusal.DOSE_CHANGED_AFTER),
        ({"irregular_before": True}, Refusal.IRREGULAR_DOSES),
        ({"interacting_drugs": ("itraconazole",)}, Refusal.INTERACTING_DRUG),
        ({"age_months": 5}, Refusal.UNDER_AGE),
        ({"level": Level(D("2.0"), below_quantification=True)}, Refusal.BELOW_QUANTIFICATION),
        ({"level": Level(D("30.1"))}, Refusal.LEVEL_TOO_HIGH),
        ({"current_ml": None}, Refusal.NO_CURRENT_DOSE),
    ],
)
def test_each_reason_alone_refuses(changed: dict[str, object], refusal: Refusal) -> None:
    assert refused(replace(USUAL, **changed)) == (refusal,)  # type: ignore[arg-type]  # by keyword


@pytest.mark.parametrize(
    "changed",
    [
        {"level": Level(D("15.1"))},
        {"level": Level(D("30"))},
        {"level": Level(D("10.0"))},  # the high range is open at ten
        {"days_on_dose": 7},
        {"age_months": 6},
    ],
)
def test_on_the_other_side_of_each_bound_a_dose_is_proposed(changed: dict[str, object]) -> None:
    proposed(replace(USUAL, **changed))  # type: ignore[arg-type]  # by keyword


def test_in_range_but_no_valid_trough_says_both() -> None:
    inputs = replace(USUAL, level=Level(D("12")), valid_trough=False)
    assert refused(inputs) == (Refusal.IN_RANGE, Refusal.NOT_A_VALID_TROUGH)
