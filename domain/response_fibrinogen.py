"""The third domain: fibrinogen in g/L (trial.md §6)."""

from decimal import Decimal
from fractions import Fraction

from domain.percent import percent_lost, shown_percent
from domain.protocol import ResponseRules
from domain.response_inputs import ResponseDomain, ResponseInputs
from domain.response_score import (
    DomainScore,
    DomainState,
    Number,
    Quantity,
    Why,
    baseline_or_why,
    known_numbers,
    unscored,
    value_or_why,
)


def score_fibrinogen(inputs: ResponseInputs, rules: ResponseRules) -> DomainScore:
    """Within the range is complete, whatever was lost; only outside does the loss decide."""
    healthy = rules.fibrinogen
    numbers = known_numbers(
        {
            Quantity.VALUE: inputs.fibrinogen,
            Quantity.BASELINE: inputs.fibrinogen_baseline,
            Quantity.RANGE_LOW: healthy.low,
            Quantity.RANGE_HIGH: healthy.high,
        }
    )
    level = value_or_why(inputs.fibrinogen, applicable=inputs.fibrinogen_applicable)
    if isinstance(level, Why):
        return unscored(ResponseDomain.FIBRINOGEN, level, numbers)
    at_end = level in (healthy.low, healthy.high)
    if healthy.contains(level):
        return DomainScore(
            ResponseDomain.FIBRINOGEN,
            DomainState.COMPLETE,
            Why.FIBRINOGEN_IN_RANGE,
            numbers,
            on_boundary=at_end,
        )
    baseline = baseline_or_why(inputs.fibrinogen_baseline)
    if isinstance(baseline, Why):
        return unscored(ResponseDomain.FIBRINOGEN, baseline, numbers)
    return _fibrinogen_by_loss(
        percent_lost(baseline, level), rules, numbers, at_end_of_range=at_end
    )


def _fibrinogen_by_loss(
    loss: Fraction, rules: ResponseRules, numbers: tuple[Number, ...], *, at_end_of_range: bool
) -> DomainScore:
    limit = rules.fibrinogen_partial_loss_below_percent
    if loss >= Fraction(limit):
        state, why = DomainState.NONE, Why.FIBRINOGEN_LARGE_LOSS
    elif loss > 0:
        state, why = DomainState.PARTIAL, Why.FIBRINOGEN_SMALL_LOSS
    else:
        state, why = DomainState.PARTIAL, Why.FIBRINOGEN_NO_LOSS
    percent = shown_percent(loss, (limit, Decimal(0)))
    shown = {Quantity.PERCENT_LOST: percent, Quantity.LOSS_BELOW: limit}
    return DomainScore(
        ResponseDomain.FIBRINOGEN,
        state,
        why,
        numbers + known_numbers(shown),
        on_boundary=at_end_of_range or loss == Fraction(limit),
    )
