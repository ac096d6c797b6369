"""What a masked reader may answer, and what the answers of a case come to."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Comparison(StrEnum):
    """One skin against another one: as a reader says it, the right picture against the left; once
    unmasked, the follow-up against the baseline."""

    LIGHTER = "lighter"
    SAME = "same"
    DARKER = "darker"
    CANNOT_SAY = "cannot_say"


# "cannot say" has no place between lighter and darker
ORDERED: Final = (Comparison.LIGHTER, Comparison.SAME, Comparison.DARKER)
FIRST, SECOND, THIRD = 1, 2, 3

_MIRRORED: Final[Mapping[Comparison, Comparison]] = {
    Comparison.LIGHTER: Comparison.DARKER,
    Comparison.DARKER: Comparison.LIGHTER,
}

# what was said by the seat of the reader; against the baseline
BySeat = Mapping[int, Comparison]


class CaseState(StrEnum):
    """How far a case is. Until it is unmasked nobody but the readers knows an answer."""

    WAITING = "waiting"
    # the first two do not settle it, and nobody is named as the third
    NEEDS_THIRD = "needs_third"
    COMPLETE = "complete"
    UNMASKED = "unmasked"


def against_baseline(said: Comparison, *, baseline_is_left: bool) -> Comparison:
    """The follow-up against the baseline, from "right against left"."""
    return said if baseline_is_left else _MIRRORED.get(said, said)


def needs_third(said: BySeat) -> bool:
    """Both have answered, and differently, or one of them cannot say."""
    if not {FIRST, SECOND} <= said.keys():
        return False
    return said[FIRST] is not said[SECOND] or Comparison.CANNOT_SAY in {said[FIRST], said[SECOND]}


def consensus(said: BySeat) -> Comparison | None:
    """What the case comes to: what the first two agree on, else what the third says. None until
    all answers that are needed are there."""
    if not {FIRST, SECOND} <= said.keys():
        return None
    return said.get(THIRD) if needs_third(said) else said[FIRST]
