"""The overall rule of trial.md §6: its examples, the order of its answers, and its laws."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.response import Category, ResponseResult, assess, overall
from domain.response_flags import Flag, FlagCode
from domain.response_inputs import (
    Firmness,
    ResponseDomain,
    ResponseInputs,
    SkinColour,
    Transfusion,
    TransfusionKind,
)
from domain.response_score import DomainScore, DomainState, Why
from response_cases import ASSESSED_ON, RULES, an_assessment

NO_SKIN = {
    "skin_colour": SkinColour.NOTHING_TO_SEE,
    "firmness": Firmness.NOTHING_TO_PALPATE,
}
NO_LABS_OR_VOLUME = {
    "platelets_applicable": False,
    "volume_applicable": False,
    "fibrinogen_applicable": False,
}
CONTRADICTORY = {"skin_colour": SkinColour.LIGHTER, "firmness": Firmness.HARDER}


def assessed(**changes: object) -> ResponseResult:
    return assess(an_assessment(**changes), RULES)


def test_all_four_complete_is_a_complete_response_without_flags() -> None:
    result = assessed()
    assert (result.category, result.provisional) == (Category.COMPLETE_RESPONSE, False)
    assert result.flags == ()
    assert not result.needs_reason


EXAMPLES = [
    ("platelets exactly 100", {"platelets": "100"}, "PR"),
    ("volume 100 to 20", {"volume_baseline_ml": "100", "volume_ml": "20"}, "PR"),
    ("volume down by 79.96", {"volume_baseline_ml": "100", "volume_ml": "20.04"}, "PR"),
    ("fibrinogen 6.5 to 3.0", {"fibrinogen_baseline": "6.5", "fibrinogen": "3.0"}, "CR"),
    ("fibrinogen 4.6", {"fibrinogen": "4.6"}, "PR"),
    ("fibrinogen 3.0 to 1.5", {"fibrinogen_baseline": "3.0", "fibrinogen": "1.5"}, "NR"),
    ("lighter but harder", CONTRADICTORY, "REVIEW"),
    ("no imaging", {"volume_ml": None}, "NE"),
    (
        "darker, slightly softer",
        {"skin_colour": SkinColour.DARKER, "firmness": Firmness.SLIGHTLY_SOFTER},
        "NR",
    ),
    ("platelets 40", {"platelets": "40"}, "NR"),
    ("tumour bigger", {"volume_ml": "101"}, "NR"),
    ("deep tumour", NO_SKIN, "CR"),
    ("deep tumour, platelets 90", NO_SKIN | {"platelets": "90"}, "PR"),
    ("everything not applicable", NO_SKIN | NO_LABS_OR_VOLUME, "NE"),
    (
        "only platelets applicable",
        NO_SKIN | NO_LABS_OR_VOLUME | {"platelets_applicable": True},
        "CR",
    ),
    ("missing beats not applicable", NO_SKIN | {"platelets": None}, "NE"),
    ("contradiction beats none", CONTRADICTORY | {"platelets": "10"}, "REVIEW"),
    ("contradiction beats missing", CONTRADICTORY | {"volume_ml": None}, "REVIEW"),
    ("contradiction beats not applicable", CONTRADICTORY | NO_LABS_OR_VOLUME, "REVIEW"),
]


@pytest.mark.parametrize(
    ("changes", "category"),
    [pytest.param(changes, category, id=name) for name, changes, category in EXAMPLES],
)
def test_examples(changes: dict[str, object], category: str) -> None:
    result = assessed(**changes)
    assert result.category.value == category
    assert not result.provisional


@pytest.mark.parametrize(
    "changes",
    [
        {"volume_ml": None, "platelets": "40"},
        {"platelets": None, "skin_colour": SkinColour.DARKER},
        {"platelets": None, "fibrinogen": None, "volume_ml": "60"},
        {"platelets": None, "volume_ml": "60"} | NO_SKIN,
    ],
)
def test_a_known_none_beside_a_missing_domain_is_no_response_for_the_time_being(
    changes: dict[str, object],
) -> None:
    result = assessed(**changes)
    assert (result.category, result.provisional) == (Category.NO_RESPONSE, True)


def test_missing_beside_partial_is_not_evaluable() -> None:
    assert assessed(volume_ml=None, platelets="41").category is Category.NOT_EVALUABLE


def test_nothing_recorded_at_all_is_not_evaluable() -> None:
    result = assessed(
        platelets=None, fibrinogen=None, volume_ml=None, skin_colour=None, firmness=None
    )
    assert (result.category, result.provisional) == (Category.NOT_EVALUABLE, False)


def test_the_result_tells_each_domain_and_its_why() -> None:
    result = assessed(fibrinogen="4.6")
    assert [domain.domain for domain in result.domains] == list(ResponseDomain)
    assert result.domain(ResponseDomain.FIBRINOGEN).why is Why.FIBRINOGEN_NO_LOSS
    assert result.flags == (Flag(FlagCode.FIBRINOGEN_HIGH, ResponseDomain.FIBRINOGEN),)
    assert result.needs_reason


def test_a_review_needs_a_reason_also_without_a_flag() -> None:
    result = assessed(firmness=Firmness.HARDER)
    assert (result.category, result.flags) == (Category.REVIEW, ())
    assert result.needs_reason


ORDER = (Category.NO_RESPONSE, Category.PARTIAL_RESPONSE, Category.COMPLETE_RESPONSE)
states = st.sampled_from(DomainState)
numbers = st.none() | st.decimals() | st.decimals(min_value=-1, max_value=300, places=2)
near_dates = st.dates(min_value=date(2025, 3, 1), max_value=date(2025, 3, 31))
any_inputs = st.builds(
    ResponseInputs,
    assessed_on=st.just(ASSESSED_ON),
    platelets=numbers,
    platelets_on=st.none() | near_dates,
    platelets_baseline=numbers,
    platelets_lower_limit=numbers,
    platelets_applicable=st.booleans(),
    fibrinogen=numbers,
    fibrinogen_on=st.none() | near_dates,
    fibrinogen_baseline=numbers,
    fibrinogen_applicable=st.booleans(),
    volume_ml=numbers,
    volume_baseline_ml=numbers,
    volume_applicable=st.booleans(),
    volume_method_changed=st.booleans(),
    modality_changed=st.booleans(),
    skin_colour=st.none() | st.sampled_from(SkinColour),
    firmness=st.none() | st.sampled_from(Firmness),
    transfusions=st.lists(
        st.builds(Transfusion, st.sampled_from(TransfusionKind), near_dates), max_size=3
    ).map(tuple),
    rescue_therapy=st.booleans(),
)


@given(inputs=any_inputs)
def test_every_combination_gets_an_answer(inputs: ResponseInputs) -> None:
    result = assess(inputs, RULES)
    assert [domain.domain for domain in result.domains] == list(ResponseDomain)
    assert len(set(result.flags)) == len(result.flags)
    assert not result.provisional or result.category is Category.NO_RESPONSE


@given(inputs=any_inputs)
def test_what_only_raises_flags_never_changes_the_category(inputs: ResponseInputs) -> None:
    flagged = replace(
        inputs,
        platelets_baseline=Decimal(300),
        platelets_lower_limit=Decimal(150),
        volume_method_changed=True,
        modality_changed=True,
        transfusions=tuple(Transfusion(kind, inputs.assessed_on) for kind in TransfusionKind),
        rescue_therapy=True,
    )
    plain, result = assess(inputs, RULES), assess(flagged, RULES)
    assert result.needs_reason
    assert (plain.category, plain.provisional) == (result.category, result.provisional)


platelet_counts = st.decimals(min_value=0, max_value=400, places=1)


@given(inputs=any_inputs, counts=st.tuples(platelet_counts, platelet_counts).map(sorted))
def test_more_platelets_never_make_a_response_worse(
    inputs: ResponseInputs, counts: list[Decimal]
) -> None:
    fewer, more = (assess(replace(inputs, platelets=count), RULES) for count in counts)
    if fewer.category in ORDER and more.category in ORDER:
        assert ORDER.index(more.category) >= ORDER.index(fewer.category)
    else:  # a domain is missing or contradictory: only a provisional NR may give way
        assert fewer.category is more.category or fewer.provisional


@given(of=st.tuples(states, states, states, states))
def test_the_worst_domain_decides_unless_one_cannot_be_read(of: tuple[DomainState, ...]) -> None:
    domains = [
        DomainScore(domain, state, Why.SKIN_UNCHANGED)
        for domain, state in zip(ResponseDomain, of, strict=True)
    ]
    found = overall(domains)
    scores = [d.score for d in domains if d.score is not None]
    if DomainState.CONTRADICTORY in of:
        assert found.category is Category.REVIEW
    elif DomainState.MISSING in of:
        assert found.provisional == (0 in scores)
        assert found.category in (Category.NOT_EVALUABLE, Category.NO_RESPONSE)
    elif not scores:
        assert found.category is Category.NOT_EVALUABLE
    else:
        assert found.category is ORDER[min(scores)]
