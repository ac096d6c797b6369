"""Permuted blocks from a seed, so that an auditor with the seed can make the same list again.

The algorithm, in full, so that it can be written anew in any language (`ALGORITHM` names it):

- Random bytes of a stratum: HMAC-SHA256 with the seed as key over the text
  `<ALGORITHM>|<stratum>|<counter>` for counter 0, 1, 2, …, one after the other.
- A number below n: the next four bytes as a whole number, big end first; it is thrown away while it
  lies in the incomplete last run of n below 2^32, then taken modulo n.
- A block: its size is the number below the count of sizes, as an index into the sizes in ascending
  order. It begins with the arms in the order of the protocol, each as often as its share says, and
  is shuffled by Fisher and Yates: from the last place to the second, each is exchanged with the
  place whose index (from 0) is a number below its own index + 1.
- Blocks follow each other until there are at least as many places as asked for; the last is whole.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Final

from domain.errors import DomainError

ALGORITHM: Final = "permuted-blocks-hmac-sha256-1"
# what stands in the stratum of a study that does not stratify
UNDIVIDED: Final = "all"
_DRAW_BYTES: Final = 4
_DRAWS: Final = 1 << (8 * _DRAW_BYTES)


@dataclass(frozen=True, slots=True)
class Design:
    """The arms with their shares in the order of the protocol, and the sizes of blocks."""

    shares: tuple[tuple[str, int], ...]
    block_sizes: tuple[int, ...]

    @property
    def smallest_block(self) -> int:
        return sum(share for _arm, share in self.shares)


def check_design(design: Design) -> None:
    """Raises DomainError `block_size` for a size that the shares of the arms do not divide."""
    unit = design.smallest_block
    for size in design.block_sizes:
        if unit < 1 or size < 1 or size % unit:
            raise DomainError("block_size", size=size)


def stratum_of(factors: Sequence[str], facts: Mapping[str, str]) -> str:
    """The name of a stratum: `site=S01/kasabach_merritt=yes`."""
    return "/".join(f"{factor}={facts[factor]}" for factor in factors) or UNDIVIDED


def permuted_blocks(seed: bytes, stratum: str, design: Design, places: int) -> tuple[str, ...]:
    """The arms of a stratum in the order of its places: whole blocks, at least `places` of them.

    Raises DomainError `block_size`.
    """
    check_design(design)
    draws = _Draws(seed, stratum)
    arms: list[str] = []
    while len(arms) < places:
        arms.extend(_block(draws, design))
    return tuple(arms)


def commitment(parameters: Mapping[str, object], secret: bytes) -> str:
    """SHA-256 (hex) of all that made a list, the secret included: fixed when the list is made and
    checked when it is audited. The document is JSON with sorted keys and no blanks."""
    document = json.dumps(
        {**parameters, "secret": secret.hex()},
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
    )
    return hashlib.sha256(document.encode()).hexdigest()


class _Draws:
    """The random numbers of one stratum."""

    def __init__(self, seed: bytes, stratum: str) -> None:
        self._bytes = _stream(seed, stratum)

    def below(self, bound: int) -> int:
        usable = _DRAWS - _DRAWS % bound
        while True:
            drawn = int.from_bytes(bytes(next(self._bytes) for _ in range(_DRAW_BYTES)), "big")
            if drawn < usable:
                return drawn % bound


def _stream(seed: bytes, stratum: str) -> Iterator[int]:
    for counter in count():
        text = f"{ALGORITHM}|{stratum}|{counter}"
        yield from hmac.new(seed, text.encode(), hashlib.sha256).digest()


def _block(draws: _Draws, design: Design) -> Iterable[str]:
    sizes = sorted(design.block_sizes)
    times = sizes[draws.below(len(sizes))] // design.smallest_block
    block = [arm for arm, share in design.shares for _ in range(share * times)]
    for last in range(len(block) - 1, 0, -1):
        other = draws.below(last + 1)
        block[last], block[other] = block[other], block[last]
    return block
