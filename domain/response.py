"""The response to treatment: four domains → CR, PR, NR, REVIEW or NE, with flags (trial.md §6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from domain.protocol import ResponseRules
from domain.response_domains import score_domains
from domain.response_flags import Flag, raise_flags
from domain.response_inputs import ResponseDomain, ResponseInputs
from domain.response_score import DomainScore, DomainState


class Category(StrEnum):
    COMPLETE_RESPONSE = "CR"
    PARTIAL_RESPONSE = "PR"
    NO_RESPONSE = "NR"
    REVIEW = "REVIEW"
    NOT_EVALUABLE = "NE"


BY_LOWEST_SCORE = {
    2: Category.COMPLETE_RESPONSE,
    1: Category.PARTIAL_RESPONSE,
    0: Category.NO_RESPONSE,
}


@dataclass(frozen=True, slots=True)
class Overall:
    """`provisional`: no response already, though a domain is still missing."""

    category: Category
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class ResponseResult:
    """A proposal with its reasons; a clinician decides and signs."""

    category: Category
    provisional: bool
    domains: tuple[DomainScore, ...]
    flags: tuple[Flag, ...]

    @property
    def needs_reason(self) -> bool:
        """Flags demand a reason at sign-off; a review is decided by a person, who says why."""
        return bool(self.flags) or self.category is Category.REVIEW

    def domain(self, which: ResponseDomain) -> DomainScore:
        return {score.domain: score for score in self.domains}[which]


def assess(inputs: ResponseInputs, rules: ResponseRules) -> ResponseResult:
    """The response by the rule of the protocol. Never raises: what is unusable is missing."""
    domains = score_domains(inputs, rules)
    verdict = overall(domains)
    return ResponseResult(
        category=verdict.category,
        provisional=verdict.provisional,
        domains=domains,
        flags=raise_flags(inputs, domains, rules),
    )


def overall(domains: Sequence[DomainScore]) -> Overall:
    """The worst applicable domain decides.

    A contradiction comes before everything; a missing domain beats one that is not applicable
    and leaves nothing but "no response" to be said, and that provisionally.
    """
    states = {domain.state for domain in domains}
    scores = [domain.score for domain in domains if domain.score is not None]
    if DomainState.CONTRADICTORY in states:
        return Overall(Category.REVIEW)
    if DomainState.MISSING in states and DomainState.NONE in states:
        return Overall(Category.NO_RESPONSE, provisional=True)
    if DomainState.MISSING in states or not scores:
        return Overall(Category.NOT_EVALUABLE)
    return Overall(BY_LOWEST_SCORE[min(scores)])
