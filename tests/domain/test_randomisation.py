"""Permuted blocks: balanced, the same from the same seed, different from another one."""

import hashlib
import hmac
from collections import Counter

import pytest

from domain.errors import DomainError
from domain.randomisation import (
    ALGORITHM,
    Design,
    check_design,
    commitment,
    permuted_blocks,
    stratum_of,
)

SEED = bytes(range(32))
TWO_ARMS = Design((("high", 1), ("low", 1)), (4, 6))
STRATUM = "site=S01/kasabach_merritt=yes"


def by_the_book(seed: bytes, stratum: str, places: int) -> list[str]:
    """The documented algorithm written a second time, for two equal arms in blocks of 4 and 6."""
    stream = b"".join(
        hmac.new(seed, f"{ALGORITHM}|{stratum}|{n}".encode(), hashlib.sha256).digest()
        for n in range(200)
    )
    words = iter(int.from_bytes(stream[at : at + 4], "big") for at in range(0, len(stream), 4))

    def below(bound: int) -> int:
        last = 2**32 // bound * bound
        return next(word for word in words if word < last) % bound

    arms: list[str] = []
    while len(arms) < places:
        size = [4, 6][below(2)]
        block = ["high"] * (size // 2) + ["low"] * (size // 2)
        for place in range(size - 1, 0, -1):
            other = below(place + 1)
            block[place], block[other] = block[other], block[place]
        arms += block
    return arms


def test_a_known_seed_gives_a_known_list() -> None:
    arms = permuted_blocks(SEED, STRATUM, TWO_ARMS, 12)
    assert "".join(arm[0].upper() for arm in arms) == "LLHHHLHLLHHHLL"


@pytest.mark.parametrize("stratum", [STRATUM, "site=S01/kasabach_merritt=no", "all"])
def test_the_list_is_what_the_written_algorithm_says(stratum: str) -> None:
    assert list(permuted_blocks(SEED, stratum, TWO_ARMS, 100)) == by_the_book(SEED, stratum, 100)


def test_another_seed_or_stratum_gives_another_list() -> None:
    lists = {
        permuted_blocks(SEED, STRATUM, TWO_ARMS, 40),
        permuted_blocks(SEED[::-1], STRATUM, TWO_ARMS, 40),
        permuted_blocks(SEED, "all", TWO_ARMS, 40),
    }
    assert len(lists) == 3


def test_each_block_is_balanced_and_both_sizes_occur() -> None:
    only_fours = permuted_blocks(SEED, STRATUM, Design(TWO_ARMS.shares, (4,)), 400)
    for start in range(0, 400, 4):
        assert Counter(only_fours[start : start + 4]) == {"high": 2, "low": 2}
    arms, starts = permuted_blocks(SEED, STRATUM, TWO_ARMS, 1000), [0]
    difference = 0
    for place, arm in enumerate(arms, start=1):
        difference += 1 if arm == "high" else -1
        assert abs(difference) <= 3
        starts += [place] if not difference else []
    assert Counter(arms)["high"] == Counter(arms)["low"]
    assert len(set(arms[:4])) == 2


def test_shares_that_differ_are_kept_in_each_block() -> None:
    arms = permuted_blocks(SEED, "all", Design((("high", 2), ("low", 1)), (6,)), 60)
    for start in range(0, 60, 6):
        assert Counter(arms[start : start + 6]) == {"high": 4, "low": 2}


@pytest.mark.parametrize(("asked", "made"), [(0, 0), (1, 4), (4, 4), (5, 8)])
def test_the_last_block_is_whole(asked: int, made: int) -> None:
    design = Design(TWO_ARMS.shares, (4,))
    assert len(permuted_blocks(SEED, "all", design, asked)) == made


@pytest.mark.parametrize("size", [3, 0, -2])
def test_a_block_that_cannot_be_balanced_is_refused(size: int) -> None:
    with pytest.raises(DomainError, match="block_size"):
        check_design(Design(TWO_ARMS.shares, (4, size)))


def test_a_stratum_names_its_factors_in_order() -> None:
    facts = {"kasabach_merritt": "yes", "site": "S01"}
    assert stratum_of(("site", "kasabach_merritt"), facts) == STRATUM
    assert stratum_of((), facts) == "all"


def test_the_commitment_changes_with_whatever_made_the_list() -> None:
    parameters = {"places": 4, "strata": ["all"]}
    made = {
        commitment(parameters, SEED),
        commitment({**parameters, "places": 5}, SEED),
        commitment(parameters, SEED[::-1]),
    }
    assert len(made) == 3
    assert commitment({"strata": ["all"], "places": 4}, SEED) in made
