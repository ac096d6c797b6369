"""What the answers of two or three masked readers come to."""

import pytest

from domain.masked_answers import Comparison, against_baseline, consensus, needs_third

LIGHTER, SAME, DARKER, CANNOT_SAY = Comparison


@pytest.mark.parametrize(
    ("said", "mirrored"),
    [(LIGHTER, DARKER), (DARKER, LIGHTER), (SAME, SAME), (CANNOT_SAY, CANNOT_SAY)],
)
def test_right_against_left_is_turned_where_the_baseline_is_on_the_right(
    said: Comparison, mirrored: Comparison
) -> None:
    assert against_baseline(said, baseline_is_left=True) is said
    assert against_baseline(said, baseline_is_left=False) is mirrored


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ({}, False),
        ({1: LIGHTER}, False),
        ({1: CANNOT_SAY}, False),
        ({1: LIGHTER, 2: LIGHTER}, False),
        ({1: LIGHTER, 2: SAME}, True),
        ({1: LIGHTER, 2: CANNOT_SAY}, True),
        ({1: CANNOT_SAY, 2: CANNOT_SAY}, True),
    ],
)
def test_a_third_is_needed_where_two_do_not_settle_it(
    said: dict[int, Comparison], asked: bool
) -> None:
    assert needs_third(said) is asked


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({2: LIGHTER}, None),
        ({1: SAME, 2: SAME}, SAME),
        ({1: SAME, 2: SAME, 3: DARKER}, SAME),
        ({1: LIGHTER, 2: SAME}, None),
        ({1: LIGHTER, 2: SAME, 3: DARKER}, DARKER),
        ({1: CANNOT_SAY, 2: CANNOT_SAY}, None),
        ({1: CANNOT_SAY, 2: LIGHTER, 3: CANNOT_SAY}, CANNOT_SAY),
    ],
)
def test_the_third_decides_and_only_where_needed(
    said: dict[int, Comparison], expected: Comparison | None
) -> None:
    assert consensus(said) is expected
