"""Who may enter the study, and how the arm is found: what a protocol says before any dose."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Factor(StrEnum):
    """What a study may stratify by; the codes of `RandomisationRules.strata`."""

    SITE = "site"
    KASABACH_MERRITT = "kasabach_merritt"


class CriterionKind(StrEnum):
    """An inclusion criterion must hold, an exclusion criterion must not."""

    INCLUSION = "inclusion"
    EXCLUSION = "exclusion"


@dataclass(frozen=True, slots=True)
class RandomisationRules:
    """Permuted blocks: `block_sizes` are drawn at random, `ratio` is the share of each arm (by its
    code), and every combination of `strata` has blocks of its own."""

    block_sizes: tuple[int, ...]
    ratio: Mapping[str, int]
    strata: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Criterion:
    """One question, answered yes or no. `under_years`: the answer must fit the date of birth."""

    code: str
    kind: str
    words: Mapping[str, str]
    under_years: int | None


@dataclass(frozen=True, slots=True)
class EligibilityRules:
    """The criteria in the order in which they are asked."""

    criteria: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class ConsentDocument:
    """A version of the information sheet that may be signed."""

    code: str
    label: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ConsentRules:
    """The first of `documents` is the one in use; the others still count. From `assent_from_years`
    the child is asked too, from `own_consent_from_years` a person consents alone."""

    documents: tuple[ConsentDocument, ...]
    assent_from_years: int
    own_consent_from_years: int
