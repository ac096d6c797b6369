"""Every flag of trial.md §6: when it is raised, when it is not, and that it is only a flag."""

from datetime import timedelta

import pytest

from domain.response import Category, assess
from domain.response_flags import Flag, FlagCode
from domain.response_inputs import (
    Firmness,
    ResponseDomain,
    SkinColour,
    Transfusion,
    TransfusionKind,
)
from response_cases import ASSESSED_ON, RULES, an_assessment

PLATELETS, VOLUME, FIBRINOGEN, SKIN = ResponseDomain


def flags(**changes: object) -> set[Flag]:
    return set(assess(an_assessment(**changes), RULES).flags)


def a_transfusion(kind: TransfusionKind, days_before: int) -> tuple[Transfusion, ...]:
    return (Transfusion(kind, ASSESSED_ON - timedelta(days_before)),)


@pytest.mark.parametrize(
    ("changes", "domain"),
    [
        ({"platelets": "100"}, PLATELETS),
        ({"volume_ml": "20"}, VOLUME),
        ({"fibrinogen": "2"}, FIBRINOGEN),
        ({"fibrinogen": "4.0"}, FIBRINOGEN),
    ],
)
def test_exactly_on_a_boundary(changes: dict[str, object], domain: ResponseDomain) -> None:
    assert flags(**changes) == {Flag(FlagCode.ON_BOUNDARY, domain)}


def test_on_the_lower_boundary_is_also_two_levels_from_complete() -> None:
    apart = Flag(FlagCode.DOMAINS_APART)
    assert flags(platelets="40") == {Flag(FlagCode.ON_BOUNDARY, PLATELETS), apart}
    assert flags(volume_ml="50") == {Flag(FlagCode.ON_BOUNDARY, VOLUME), apart}


def test_exactly_half_the_fibrinogen_lost_is_on_a_boundary() -> None:
    assert Flag(FlagCode.ON_BOUNDARY, FIBRINOGEN) in flags(
        fibrinogen_baseline="3.0", fibrinogen="1.5"
    )


@pytest.mark.parametrize("platelets", ["100.1", "99.9"])
def test_beside_a_boundary_nothing_is_flagged(platelets: str) -> None:
    assert flags(platelets=platelets) == set()


def test_one_level_apart_is_no_flag_two_are() -> None:
    assert Flag(FlagCode.DOMAINS_APART) not in flags(platelets="41")
    assert Flag(FlagCode.DOMAINS_APART) in flags(platelets="39")


def test_domains_apart_are_seen_beside_a_missing_one() -> None:
    assert flags(platelets="39", volume_ml=None) == {
        Flag(FlagCode.DOMAINS_APART),
        Flag(FlagCode.MISSING, VOLUME),
    }


def test_a_deep_tumour_is_flagged_as_not_applicable() -> None:
    found = flags(skin_colour=SkinColour.NOTHING_TO_SEE, firmness=Firmness.NOTHING_TO_PALPATE)
    assert found == {Flag(FlagCode.NOT_APPLICABLE, SKIN)}


def test_a_domain_said_to_be_not_applicable_is_flagged() -> None:
    assert flags(platelets_applicable=False) == {Flag(FlagCode.NOT_APPLICABLE, PLATELETS)}


@pytest.mark.parametrize(
    ("changes", "domain"),
    [
        ({"platelets": None}, PLATELETS),
        ({"volume_baseline_ml": None}, VOLUME),
        ({"fibrinogen": None}, FIBRINOGEN),
        ({"firmness": None}, SKIN),
    ],
)
def test_a_missing_domain_is_flagged(changes: dict[str, object], domain: ResponseDomain) -> None:
    assert flags(**changes) == {Flag(FlagCode.MISSING, domain)}


def test_fibrinogen_above_the_range_is_flagged_and_its_upper_end_is_not() -> None:
    high = Flag(FlagCode.FIBRINOGEN_HIGH, FIBRINOGEN)
    assert high in flags(fibrinogen="4.01")
    assert high not in flags(fibrinogen="4")


@pytest.mark.parametrize(
    ("baseline", "fibrinogen", "flagged"),
    [
        ("1.2", "1.3", True),
        ("1.2", "1.2", True),
        ("1.2", "1.19", False),
        ("1.2", "2.0", False),
        ("1.99", "1.99", True),
        (None, "1.2", False),
        ("0", "1.2", True),
    ],
)
def test_low_fibrinogen_that_was_low_before(
    baseline: str | None, fibrinogen: str, flagged: bool
) -> None:
    found = flags(fibrinogen_baseline=baseline, fibrinogen=fibrinogen)
    assert (Flag(FlagCode.FIBRINOGEN_LOW_NOT_FALLEN, FIBRINOGEN) in found) is flagged


@pytest.mark.parametrize(
    ("kind", "domain"),
    [
        (TransfusionKind.PLATELETS, PLATELETS),
        (TransfusionKind.PLASMA, FIBRINOGEN),
        (TransfusionKind.CRYOPRECIPITATE, FIBRINOGEN),
        (TransfusionKind.FIBRINOGEN_CONCENTRATE, FIBRINOGEN),
    ],
)
@pytest.mark.parametrize(
    ("days_before", "flagged"), [(0, True), (1, True), (7, True), (8, False), (-1, False)]
)
def test_a_transfusion_up_to_seven_days_before_the_sample(
    kind: TransfusionKind, domain: ResponseDomain, days_before: int, flagged: bool
) -> None:
    found = flags(transfusions=a_transfusion(kind, days_before))
    assert found == ({Flag(FlagCode.TRANSFUSION, domain)} if flagged else set())


def test_the_days_count_back_from_the_sample_not_from_the_assessment() -> None:
    ten_days_ago = a_transfusion(TransfusionKind.PLATELETS, 10)
    sampled_on = ASSESSED_ON - timedelta(5)
    found = flags(transfusions=ten_days_ago, platelets_on=sampled_on)
    assert found == {Flag(FlagCode.TRANSFUSION, PLATELETS)}


def test_a_sample_without_a_date_counts_as_of_the_assessment() -> None:
    found = flags(transfusions=a_transfusion(TransfusionKind.PLASMA, 7), fibrinogen_on=None)
    assert found == {Flag(FlagCode.TRANSFUSION, FIBRINOGEN)}


def test_two_plasma_products_are_one_flag() -> None:
    both = a_transfusion(TransfusionKind.PLASMA, 2) + a_transfusion(
        TransfusionKind.CRYOPRECIPITATE, 3
    )
    result = assess(an_assessment(transfusions=both), RULES)
    assert result.flags == (Flag(FlagCode.TRANSFUSION, FIBRINOGEN),)


@pytest.mark.parametrize(
    ("baseline", "lower_limit", "flagged"),
    [
        ("100", None, False),
        ("100.1", None, True),
        ("150", "150", True),
        ("149", "150", False),
        ("95", "90", True),
        (None, "150", False),
    ],
)
def test_platelets_that_were_normal_before_treatment(
    baseline: str | None, lower_limit: str | None, flagged: bool
) -> None:
    found = flags(platelets_baseline=baseline, platelets_lower_limit=lower_limit)
    expected = {Flag(FlagCode.PLATELETS_NORMAL_AT_BASELINE, PLATELETS)} if flagged else set()
    assert found == expected


@pytest.mark.parametrize(
    ("change", "flag"),
    [
        ("rescue_therapy", Flag(FlagCode.RESCUE_THERAPY)),
        ("volume_method_changed", Flag(FlagCode.VOLUME_METHOD_CHANGED, VOLUME)),
        ("modality_changed", Flag(FlagCode.MODALITY_CHANGED, VOLUME)),
    ],
)
def test_what_the_clinician_reports_is_flagged(change: str, flag: Flag) -> None:
    result = assess(an_assessment(**{change: True}), RULES)
    assert result.flags == (flag,)
    assert result.category is Category.COMPLETE_RESPONSE


@pytest.mark.parametrize(("volume", "flagged"), [("119.99", False), ("120", True), ("121", True)])
def test_a_tumour_a_fifth_bigger_is_progression(volume: str, flagged: bool) -> None:
    assert (Flag(FlagCode.PROGRESSION, VOLUME) in flags(volume_ml=volume)) is flagged


def test_not_applicable_does_not_hide_a_growing_tumour() -> None:
    assert flags(volume_ml="150", volume_applicable=False) == {
        Flag(FlagCode.NOT_APPLICABLE, VOLUME),
        Flag(FlagCode.PROGRESSION, VOLUME),
    }
