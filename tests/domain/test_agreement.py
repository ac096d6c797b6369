"""Cohen's kappa against the examples of the papers and by hand."""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

import pytest

from domain.agreement import agreement, kappa, linear, linear_kappa

# J. Cohen 1960: two clinicians, 200 patients, shares .44 .07 .09 / .05 .20 .05 / .01 .03 .06
COHEN = ((88, 14, 18), (10, 40, 10), (2, 6, 12))
NAMES = ("a", "b", "c")


def pairs(table: Iterable[Iterable[int]]) -> list[tuple[str, str]]:
    return [
        (NAMES[i], NAMES[j])
        for i, row in enumerate(table)
        for j, count in enumerate(row)
        for _ in range(count)
    ]


def rounded(value: Decimal | Fraction | None, places: str) -> Decimal:
    assert value is not None
    exact = value if isinstance(value, Decimal) else Decimal(value.numerator) / value.denominator
    return exact.quantize(Decimal(places))


def test_the_example_of_the_paper_comes_out() -> None:
    found = agreement(NAMES, pairs(COHEN))
    assert found.table == COHEN
    assert (found.plain.n, found.share) == (200, Fraction(70, 100))
    assert found.plain.expected == Fraction(41, 100)
    assert found.plain.value == Fraction(29, 59)
    assert rounded(found.plain.standard_error, "0.001") == Decimal("0.055")
    assert rounded(found.plain.low, "0.001") == Decimal("0.384")
    assert rounded(found.plain.high, "0.001") == Decimal("0.599")


def test_linear_weights_count_neighbours_half_of_three() -> None:
    found = linear_kappa(NAMES, pairs(COHEN))
    # 140 alike, and half of the 40 beside them
    assert found.observed == Fraction(160, 200)
    # by chance, from rows of 120, 60, 20 and columns of 100, 60, 40: 12000, 3600 and 800 alike;
    # 7200, 6000, 2400 and 1200 beside them, which count half
    assert found.expected == (Fraction(16400) + Fraction(16800, 2)) / 40000
    assert found.value == (Fraction(4, 5) - Fraction(62, 100)) / Fraction(38, 100)


def test_the_interval_of_the_weighted_kappa_by_hand() -> None:
    found = linear_kappa(NAMES, pairs(COHEN))
    # with squared weights 0.75 are seen: a variance of 0.75 - 0.64, over 200 times 0.38 squared
    assert rounded(found.standard_error, "0.0001") == Decimal("0.0617")
    assert rounded(found.low, "0.001") == Decimal("0.353")
    assert rounded(found.high, "0.001") == Decimal("0.595")


def test_categories_outside_the_order_are_left_out_of_the_weighted_kappa() -> None:
    said = [("a", "a"), ("a", "b"), ("b", "b"), ("c", "b")]
    with_others = [*said, ("a", "cannot_say"), ("cannot_say", "cannot_say")]
    assert linear_kappa(NAMES, with_others) == linear_kappa(NAMES, said)
    assert agreement((*NAMES, "cannot_say"), with_others).plain.n == 6


def test_without_readings_there_is_no_kappa() -> None:
    found = agreement(NAMES, [])
    assert (found.plain.n, found.share, found.plain.value, found.plain.low) == (0, None, None, None)


def test_where_all_say_the_same_chance_explains_everything() -> None:
    found = agreement(NAMES, [("a", "a")] * 7)
    assert found.plain.value is None
    assert found.share == found.plain.expected == 1


def test_full_agreement_has_no_interval() -> None:
    found = agreement(NAMES, [("a", "a"), ("b", "b")]).plain
    assert found.value == 1
    assert found.standard_error == 0
    assert found.low is None


def test_the_interval_stays_between_minus_one_and_one() -> None:
    found = agreement(NAMES, [("a", "a"), ("b", "b"), ("a", "a"), ("b", "a")]).plain
    assert found.value == Fraction(1, 2)
    assert found.high == 1
    opposite = agreement(NAMES, [("a", "b"), ("b", "a"), ("a", "a")]).plain
    assert opposite.low == -1


def test_disagreement_beyond_chance_is_below_zero() -> None:
    assert agreement(NAMES, [("a", "b"), ("b", "a")]).plain.value == -1


@pytest.mark.parametrize(("count", "expected"), [(3, Fraction(1, 2)), (4, Fraction(2, 3))])
def test_the_weight_of_a_neighbour_follows_from_the_number_of_steps(
    count: int, expected: Fraction
) -> None:
    weight = linear(count)
    assert weight(0, 1) == expected
    assert weight(0, 0) == 1
    assert weight(0, count - 1) == 0


def test_a_table_of_one_category_is_no_error() -> None:
    assert kappa(((3,),), linear(1)).value is None
