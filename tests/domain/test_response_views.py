"""Sensitivity views: the category without the skin, by volume alone, with durable platelets."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from domain.response import Category, Overall
from domain.response_domains import score_domains
from domain.response_inputs import Firmness, SkinColour
from domain.response_views import (
    DurablePlatelets,
    PlateletCount,
    SensitivityViews,
    durable_platelets,
    sensitivity_views,
)
from response_cases import RULES, an_assessment

CR, PR, NR, NE = (
    Category.COMPLETE_RESPONSE,
    Category.PARTIAL_RESPONSE,
    Category.NO_RESPONSE,
    Category.NOT_EVALUABLE,
)
VISIT = date(2025, 3, 20)
WINDOW = (VISIT - timedelta(3), VISIT + timedelta(3))


def a_count(count: str, days_before_visit: int) -> PlateletCount:
    return PlateletCount(VISIT - timedelta(days_before_visit), Decimal(count))


PAIR = DurablePlatelets(a_count("130", 7), a_count("150", 0))


def views(durable: DurablePlatelets | None = PAIR, **changes: object) -> SensitivityViews:
    return sensitivity_views(score_domains(an_assessment(**changes), RULES), durable)


def test_the_skin_does_not_count_in_labs_and_volume() -> None:
    seen = views(skin_colour=SkinColour.LIGHTER, firmness=Firmness.HARDER)
    assert seen.labs_and_volume == Overall(CR)


def test_labs_count_in_labs_and_volume() -> None:
    assert views(fibrinogen="4.6").labs_and_volume == Overall(PR)
    assert views(platelets="40").labs_and_volume == Overall(NR)
    assert views(platelets="40", volume_ml=None).labs_and_volume == Overall(NR, provisional=True)


def test_only_the_volume_counts_in_volume_only() -> None:
    assert views(platelets="10", fibrinogen=None, volume_ml="20").volume_only == Overall(PR)
    assert views(volume_ml=None).volume_only == Overall(NE)
    assert views(volume_applicable=False).volume_only == Overall(NE)


def test_complete_platelets_that_did_not_last_count_as_partial() -> None:
    assert views().durable_platelets == Overall(CR)
    assert views(durable=None).durable_platelets == Overall(PR)


def test_durability_makes_no_platelets_better() -> None:
    assert views(platelets="90").durable_platelets == Overall(PR)
    assert views(durable=None, platelets="30").durable_platelets == Overall(NR)
    assert views(durable=None, platelets=None).durable_platelets == Overall(NE)


@pytest.mark.parametrize(
    ("earlier", "later", "durable"),
    [
        (a_count("130", 7), a_count("150", 0), True),
        (a_count("130", 6), a_count("150", 0), False),
        (a_count("100.1", 30), a_count("100.1", 0), True),
        (a_count("100", 30), a_count("150", 0), False),
        (a_count("130", 30), a_count("100", 0), False),
        (a_count("130", 30), a_count("150", 3), True),
        (a_count("130", 30), a_count("150", 4), False),
        (a_count("130", 30), a_count("150", -3), True),
        (a_count("130", 30), a_count("150", -4), False),
    ],
)
def test_two_high_counts_a_week_apart_the_later_at_the_visit(
    earlier: PlateletCount, later: PlateletCount, durable: bool
) -> None:
    found = durable_platelets([later, earlier], [], WINDOW, RULES)
    assert found == (DurablePlatelets(earlier, later) if durable else None)


@pytest.mark.parametrize(
    ("days_before_visit", "durable"),
    [(0, False), (7, False), (8, True), (20, False), (27, False), (28, True), (19, True)],
)
def test_a_transfusion_in_the_week_before_either_count_spoils_it(
    days_before_visit: int, durable: bool
) -> None:
    counts = [a_count("130", 20), a_count("150", 0)]
    transfused_on = [VISIT - timedelta(days_before_visit)]
    assert (durable_platelets(counts, transfused_on, WINDOW, RULES) is not None) is durable


def test_one_count_alone_is_not_durable() -> None:
    assert durable_platelets([a_count("150", 0)], [], WINDOW, RULES) is None
    assert durable_platelets([], [], WINDOW, RULES) is None


def test_the_latest_pair_is_named() -> None:
    counts = [a_count(c, d) for c, d in [("110", 60), ("120", 8), ("130", 2), ("140", 0)]]
    found = durable_platelets(counts, [], WINDOW, RULES)
    assert found == DurablePlatelets(a_count("120", 8), a_count("140", 0))


def test_an_untouched_count_in_the_window_stands_in_for_a_spoilt_one() -> None:
    counts = [a_count("120", 20), a_count("130", 2), a_count("140", -2)]
    found = durable_platelets(counts, [VISIT - timedelta(1)], WINDOW, RULES)
    assert found == DurablePlatelets(a_count("120", 20), a_count("130", 2))


def test_a_count_that_is_no_number_is_passed_over() -> None:
    counts = [a_count("NaN", 10), a_count("150", 0)]
    assert durable_platelets(counts, [], WINDOW, RULES) is None
