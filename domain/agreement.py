"""How far two readers agree beyond chance: Cohen's kappa, plain and with linear weights.

Kappa: J. Cohen, Educ Psychol Meas 1960;20:37; weights: J. Cohen, Psychol Bull 1968;70:213. The
interval rests on the standard error of those papers, which takes the agreement by chance as known.
Shares are exact fractions; only the square root of the standard error is rounded, to 28 digits.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

# of the normal distribution, for a 95 % interval, as the papers print it
_NORMAL_95: Final = Decimal("1.96")
_BOUND: Final = Decimal(1)

Weight = Callable[[int, int], Fraction]


@dataclass(frozen=True, slots=True)
class Kappa:
    """Kappa with its workings. `weighted` tells which of the two it is.

    `observed` and `expected` are the (weighted) shares of agreement seen and due to chance.
    `value` is None without a pair of readings, or when chance alone would agree always; `low` and
    `high`, the 95 % interval cut at -1 and 1, are None too when all readings agree, as the
    standard error is then zero.
    """

    n: int
    observed: Fraction | None
    expected: Fraction | None
    value: Fraction | None
    standard_error: Decimal | None
    low: Decimal | None
    high: Decimal | None


@dataclass(frozen=True, slots=True)
class Agreement:
    """`table[i][j]`: how often the first reader said category i and the second category j."""

    categories: tuple[str, ...]
    table: tuple[tuple[int, ...], ...]
    plain: Kappa

    @property
    def share(self) -> Fraction | None:
        """Share of the pairs of readings that are the same."""
        return self.plain.observed


def agreement(categories: Sequence[str], pairs: Iterable[tuple[str, str]]) -> Agreement:
    """Agreement of two readers on the same cases, whatever the order of the categories."""
    table = cross_table(categories, pairs)
    return Agreement(tuple(categories), table, kappa(table, identity))


def linear_kappa(categories: Sequence[str], pairs: Iterable[tuple[str, str]]) -> Kappa:
    """Kappa with linear weights: `categories` stand in their order, neighbours agree in part.

    Pairs with another category are left out, for it has no place in the order.
    """
    known = set(categories)
    kept = [pair for pair in pairs if known.issuperset(pair)]
    return kappa(cross_table(categories, kept), linear(len(categories)))


def cross_table(
    categories: Sequence[str], pairs: Iterable[tuple[str, str]]
) -> tuple[tuple[int, ...], ...]:
    """Rows are what the first reader said, columns what the second said."""
    found = Counter(pairs)
    return tuple(tuple(found[row, column] for column in categories) for row in categories)


def kappa(table: Sequence[Sequence[int]], weight: Weight) -> Kappa:
    """Kappa of a square table of counts."""
    n = sum(map(sum, table))
    if n == 0:
        return Kappa(0, None, None, None, None, None, None)
    places = range(len(table))
    rows = [sum(row) for row in table]
    columns = [sum(row[place] for row in table) for place in places]
    cells = [(i, j) for i in places for j in places]
    observed = sum((weight(i, j) * table[i][j] for i, j in cells), Fraction(0)) / n
    squared = sum((weight(i, j) ** 2 * table[i][j] for i, j in cells), Fraction(0)) / n
    expected = sum((weight(i, j) * rows[i] * columns[j] for i, j in cells), Fraction(0)) / n**2
    if expected == 1:
        return Kappa(n, observed, expected, None, None, None, None)
    value = (observed - expected) / (1 - expected)
    variance = (squared - observed**2) / (n * (1 - expected) ** 2)
    return Kappa(n, observed, expected, value, *_interval(value, variance))


def identity(row: int, column: int) -> Fraction:
    """Only the same category agrees."""
    return Fraction(int(row == column))


def linear(count: int) -> Weight:
    """Of `count` ordered categories: the same agree fully, the two ends not at all."""
    return lambda row, column: 1 - Fraction(abs(row - column), max(1, count - 1))


def decimal_of(share: Fraction) -> Decimal:
    """A fraction as a decimal of 28 digits."""
    return Decimal(share.numerator) / Decimal(share.denominator)


def _interval(
    value: Fraction, variance: Fraction
) -> tuple[Decimal, Decimal | None, Decimal | None]:
    error = decimal_of(variance).sqrt()
    if error == 0:
        return error, None, None
    middle, half = decimal_of(value), _NORMAL_95 * error
    return error, max(-_BOUND, middle - half), min(_BOUND, middle + half)
