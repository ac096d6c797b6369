"""Each domain by itself: both sides of every bound of trial.md §6, and why."""

import pytest

from domain.response_domains import score_domains, score_platelets, score_volume
from domain.response_fibrinogen import score_fibrinogen
from domain.response_inputs import Firmness, ResponseDomain, SkinColour
from domain.response_score import DomainState, Quantity, Why
from domain.response_skin import score_skin
from response_cases import RULES, an_assessment


@pytest.mark.parametrize(
    ("platelets", "score", "why", "on_boundary"),
    [
        ("100.01", 2, Why.PLATELETS_COMPLETE, False),
        ("100", 1, Why.PLATELETS_PARTIAL, True),
        ("99.99", 1, Why.PLATELETS_PARTIAL, False),
        ("40.01", 1, Why.PLATELETS_PARTIAL, False),
        ("40", 0, Why.PLATELETS_NONE, True),
        ("40.0", 0, Why.PLATELETS_NONE, True),
        ("39.99", 0, Why.PLATELETS_NONE, False),
        ("0", 0, Why.PLATELETS_NONE, False),
    ],
)
def test_platelets(platelets: str, score: int, why: Why, on_boundary: bool) -> None:
    scored = score_platelets(an_assessment(platelets=platelets), RULES)
    assert (scored.score, scored.why, scored.on_boundary) == (score, why, on_boundary)


@pytest.mark.parametrize(
    ("baseline", "volume", "score", "why", "shown", "on_boundary"),
    [
        ("100", "19.99", 2, Why.VOLUME_COMPLETE, "80.01", False),
        ("100", "20", 1, Why.VOLUME_PARTIAL, "80.0", True),
        ("100", "20.04", 1, Why.VOLUME_PARTIAL, "79.96", False),
        ("100", "49.99", 1, Why.VOLUME_PARTIAL, "50.01", False),
        ("100", "50", 0, Why.VOLUME_NONE, "50.0", True),
        ("100", "50.01", 0, Why.VOLUME_NONE, "49.99", False),
        ("100", "100", 0, Why.VOLUME_NONE, "0.0", False),
        ("100", "100.01", 0, Why.VOLUME_BIGGER, "-0.01", False),
        ("100", "120", 0, Why.VOLUME_BIGGER, "-20.0", False),
        ("3", "1", 1, Why.VOLUME_PARTIAL, "66.7", False),
        ("7", "1.4", 1, Why.VOLUME_PARTIAL, "80.0", True),
        ("100", "0", 2, Why.VOLUME_COMPLETE, "100.0", False),
    ],
)
def test_volume(
    *, baseline: str, volume: str, score: int, why: Why, shown: str, on_boundary: bool
) -> None:
    inputs = an_assessment(volume_baseline_ml=baseline, volume_ml=volume)
    scored = score_volume(inputs, RULES)
    assert (scored.score, scored.why, scored.on_boundary) == (score, why, on_boundary)
    assert str(scored.number(Quantity.PERCENT_LOST)) == shown


@pytest.mark.parametrize(
    ("baseline", "fibrinogen", "score", "why", "on_boundary"),
    [
        ("6.5", "3.0", 2, Why.FIBRINOGEN_IN_RANGE, False),  # lost 54 %, but the range comes first
        ("9", "4", 2, Why.FIBRINOGEN_IN_RANGE, True),
        ("9", "4.01", 0, Why.FIBRINOGEN_LARGE_LOSS, False),
        ("8.02", "4.01", 0, Why.FIBRINOGEN_LARGE_LOSS, True),
        ("8.01", "4.01", 1, Why.FIBRINOGEN_SMALL_LOSS, False),
        ("0.9", "4.6", 1, Why.FIBRINOGEN_NO_LOSS, False),
        ("5", "2.00", 2, Why.FIBRINOGEN_IN_RANGE, True),
        ("5", "1.99", 0, Why.FIBRINOGEN_LARGE_LOSS, False),
        ("3.0", "1.51", 1, Why.FIBRINOGEN_SMALL_LOSS, False),
        ("3.0", "1.5", 0, Why.FIBRINOGEN_LARGE_LOSS, True),
        ("3.0", "1.49", 0, Why.FIBRINOGEN_LARGE_LOSS, False),
        ("0.8", "1.2", 1, Why.FIBRINOGEN_NO_LOSS, False),
        ("1.2", "1.2", 1, Why.FIBRINOGEN_NO_LOSS, False),
        (None, "3.0", 2, Why.FIBRINOGEN_IN_RANGE, False),  # needs no baseline
    ],
)
def test_fibrinogen(
    *, baseline: str | None, fibrinogen: str, score: int, why: Why, on_boundary: bool
) -> None:
    inputs = an_assessment(fibrinogen_baseline=baseline, fibrinogen=fibrinogen)
    scored = score_fibrinogen(inputs, RULES)
    assert (scored.score, scored.why, scored.on_boundary) == (score, why, on_boundary)


@pytest.mark.parametrize(
    ("changes", "domain", "why"),
    [
        ({"platelets": None}, ResponseDomain.PLATELETS, Why.VALUE_MISSING),
        ({"platelets": "-1"}, ResponseDomain.PLATELETS, Why.VALUE_IMPOSSIBLE),
        ({"platelets": "NaN"}, ResponseDomain.PLATELETS, Why.VALUE_IMPOSSIBLE),
        ({"volume_ml": None}, ResponseDomain.VOLUME, Why.VALUE_MISSING),
        ({"volume_ml": "-5"}, ResponseDomain.VOLUME, Why.VALUE_IMPOSSIBLE),
        ({"volume_baseline_ml": None}, ResponseDomain.VOLUME, Why.BASELINE_MISSING),
        ({"volume_baseline_ml": "0"}, ResponseDomain.VOLUME, Why.BASELINE_IMPOSSIBLE),
        ({"fibrinogen": None}, ResponseDomain.FIBRINOGEN, Why.VALUE_MISSING),
        (
            {"fibrinogen": "1.9", "fibrinogen_baseline": None},
            ResponseDomain.FIBRINOGEN,
            Why.BASELINE_MISSING,
        ),
        (
            {"fibrinogen": "1.9", "fibrinogen_baseline": "0"},
            ResponseDomain.FIBRINOGEN,
            Why.BASELINE_IMPOSSIBLE,
        ),
        ({"skin_colour": None}, ResponseDomain.SKIN, Why.COLOUR_MISSING),
        ({"firmness": None}, ResponseDomain.SKIN, Why.FIRMNESS_MISSING),
        (
            {"skin_colour": None, "firmness": Firmness.NOTHING_TO_PALPATE},
            ResponseDomain.SKIN,
            Why.COLOUR_MISSING,
        ),
        (
            {"skin_colour": None, "firmness": None},
            ResponseDomain.SKIN,
            Why.COLOUR_AND_FIRMNESS_MISSING,
        ),
    ],
)
def test_what_is_missing_is_named(
    changes: dict[str, object], domain: ResponseDomain, why: Why
) -> None:
    scored = {d.domain: d for d in score_domains(an_assessment(**changes), RULES)}[domain]
    assert (scored.state, scored.score, scored.why) == (DomainState.MISSING, None, why)


@pytest.mark.parametrize(
    ("changes", "domain"),
    [
        ({"platelets_applicable": False}, ResponseDomain.PLATELETS),
        ({"platelets_applicable": False, "platelets": None}, ResponseDomain.PLATELETS),
        ({"volume_applicable": False, "volume_baseline_ml": None}, ResponseDomain.VOLUME),
        ({"fibrinogen_applicable": False}, ResponseDomain.FIBRINOGEN),
    ],
)
def test_a_domain_said_to_be_not_applicable_has_no_score(
    changes: dict[str, object], domain: ResponseDomain
) -> None:
    scored = {d.domain: d for d in score_domains(an_assessment(**changes), RULES)}[domain]
    assert (scored.state, scored.score) == (DomainState.NOT_APPLICABLE, None)
    assert scored.why is Why.SAID_NOT_APPLICABLE


# Rows: colour; columns: softer!, softer, unchanged, harder, nothing to palpate. 2, 1, 0 are
# scores, R is contradictory, - is not applicable.
SKIN_TABLE = {
    SkinColour.LIGHTER: "222R2",
    SkinColour.SLIGHTLY_LIGHTER: "21101",
    SkinColour.UNCHANGED: "21101",
    SkinColour.DARKER: "R0000",
    SkinColour.NOTHING_TO_SEE: "2110-",
}
STATES = {
    "2": DomainState.COMPLETE,
    "1": DomainState.PARTIAL,
    "0": DomainState.NONE,
    "R": DomainState.CONTRADICTORY,
    "-": DomainState.NOT_APPLICABLE,
}


@pytest.mark.parametrize("colour", SkinColour)
@pytest.mark.parametrize("firmness", Firmness)
def test_skin_and_palpation(colour: SkinColour, firmness: Firmness) -> None:
    expected = STATES[SKIN_TABLE[colour][list(Firmness).index(firmness)]]
    scored = score_skin(colour, firmness)
    assert scored.state is expected
    assert scored.findings == (colour, firmness)


def test_darker_and_slightly_softer_is_none() -> None:
    assert score_skin(SkinColour.DARKER, Firmness.SLIGHTLY_SOFTER).score == 0


def test_a_page_can_show_the_numbers_and_bounds_behind_a_score() -> None:
    scored = score_volume(an_assessment(volume_ml="20.04"), RULES)
    assert {number.what: str(number.amount) for number in scored.numbers} == {
        Quantity.VALUE: "20.04",
        Quantity.BASELINE: "100",
        Quantity.PERCENT_LOST: "79.96",
        Quantity.COMPLETE_ABOVE: "80",
        Quantity.PARTIAL_ABOVE: "50",
    }


def test_a_missing_domain_still_shows_what_is_known() -> None:
    scored = score_fibrinogen(an_assessment(fibrinogen="1.9", fibrinogen_baseline=None), RULES)
    assert str(scored.number(Quantity.VALUE)) == "1.9"
    assert scored.number(Quantity.BASELINE) is None
