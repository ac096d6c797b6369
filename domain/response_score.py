"""The score of one domain with its why: what a page needs to explain it."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from domain.percent import is_baseline, is_measurement
from domain.response_inputs import Firmness, ResponseDomain, SkinColour


class DomainState(StrEnum):
    COMPLETE = "complete"
    PARTIAL = "partial"
    NONE = "none"
    MISSING = "missing"
    NOT_APPLICABLE = "not_applicable"
    CONTRADICTORY = "contradictory"


SCORES: Mapping[DomainState, int] = {
    DomainState.COMPLETE: 2,
    DomainState.PARTIAL: 1,
    DomainState.NONE: 0,
}


class Why(StrEnum):
    """The sentence that explains a state; `numbers` and `findings` fill it."""

    PLATELETS_COMPLETE = "platelets_above_complete_bound"
    PLATELETS_PARTIAL = "platelets_above_partial_bound"
    PLATELETS_NONE = "platelets_not_above_partial_bound"
    PLATELETS_NOT_DURABLE = "platelets_not_durable"
    VOLUME_COMPLETE = "volume_reduced_beyond_complete_bound"
    VOLUME_PARTIAL = "volume_reduced_beyond_partial_bound"
    VOLUME_NONE = "volume_not_reduced_beyond_partial_bound"
    VOLUME_BIGGER = "volume_bigger"
    FIBRINOGEN_IN_RANGE = "fibrinogen_in_range"
    FIBRINOGEN_SMALL_LOSS = "fibrinogen_out_of_range_small_loss"
    FIBRINOGEN_NO_LOSS = "fibrinogen_out_of_range_no_loss"
    FIBRINOGEN_LARGE_LOSS = "fibrinogen_out_of_range_large_loss"
    SKIN_BETTER = "skin_better"
    SKIN_UNCHANGED = "skin_unchanged"
    SKIN_WORSE = "skin_worse"
    SKIN_BETTER_AND_WORSE = "skin_better_and_worse"
    SKIN_NOTHING_TO_JUDGE = "skin_nothing_to_judge"
    COLOUR_MISSING = "colour_missing"
    FIRMNESS_MISSING = "firmness_missing"
    COLOUR_AND_FIRMNESS_MISSING = "colour_and_firmness_missing"
    VALUE_MISSING = "value_missing"
    VALUE_IMPOSSIBLE = "value_impossible"
    BASELINE_MISSING = "baseline_missing"
    BASELINE_IMPOSSIBLE = "baseline_impossible"
    SAID_NOT_APPLICABLE = "said_not_applicable"


class Quantity(StrEnum):
    """What a number in the explanation is. Bounds are those of the protocol at the time."""

    VALUE = "value"
    BASELINE = "baseline"
    PERCENT_LOST = "percent_lost"
    COMPLETE_ABOVE = "complete_above"
    PARTIAL_ABOVE = "partial_above"
    RANGE_LOW = "range_low"
    RANGE_HIGH = "range_high"
    LOSS_BELOW = "loss_below"


@dataclass(frozen=True, slots=True)
class Number:
    """Units: 10⁹/L (platelets), g/L (fibrinogen), mL (volume), % (percent lost and its bounds)."""

    what: Quantity
    amount: Decimal


@dataclass(frozen=True, slots=True)
class DomainScore:
    """`on_boundary`: the value stands exactly on a bound that decided the state."""

    domain: ResponseDomain
    state: DomainState
    why: Why
    numbers: tuple[Number, ...] = ()
    findings: tuple[SkinColour | Firmness, ...] = ()
    on_boundary: bool = False

    @property
    def score(self) -> int | None:
        """2 complete, 1 partial, 0 none; None when the domain has no score."""
        return SCORES.get(self.state)

    def number(self, what: Quantity) -> Decimal | None:
        return {number.what: number.amount for number in self.numbers}.get(what)


def value_or_why(value: Decimal | None, *, applicable: bool) -> Decimal | Why:
    """The value to score, or why there is none."""
    if not applicable:
        return Why.SAID_NOT_APPLICABLE
    if value is None:
        return Why.VALUE_MISSING
    return value if is_measurement(value) else Why.VALUE_IMPOSSIBLE


def baseline_or_why(value: Decimal | None) -> Decimal | Why:
    """The baseline to take percentages of, or why there is none."""
    if value is None:
        return Why.BASELINE_MISSING
    return value if is_baseline(value) else Why.BASELINE_IMPOSSIBLE


def unscored(domain: ResponseDomain, why: Why, numbers: tuple[Number, ...]) -> DomainScore:
    """A domain without a score: the clinician's "not applicable", else missing."""
    declared = why is Why.SAID_NOT_APPLICABLE
    state = DomainState.NOT_APPLICABLE if declared else DomainState.MISSING
    return DomainScore(domain, state, why, numbers)


def known_numbers(quantities: Mapping[Quantity, Decimal | None]) -> tuple[Number, ...]:
    """Those that are known; NaN is left out, as it is not even equal to itself."""
    return tuple(
        Number(what, amount)
        for what, amount in quantities.items()
        if amount is not None and amount.is_finite()
    )
