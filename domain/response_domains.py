"""The four domains of the response, each scored by itself (table in trial.md §6)."""

from decimal import Decimal
from fractions import Fraction

from domain.percent import percent_lost, shown_percent
from domain.protocol import Bound, ResponseRules
from domain.response_fibrinogen import score_fibrinogen
from domain.response_inputs import ResponseDomain, ResponseInputs
from domain.response_score import (
    DomainScore,
    DomainState,
    Quantity,
    Why,
    baseline_or_why,
    known_numbers,
    unscored,
    value_or_why,
)
from domain.response_skin import score_skin

PLATELETS_WHY = {
    DomainState.COMPLETE: Why.PLATELETS_COMPLETE,
    DomainState.PARTIAL: Why.PLATELETS_PARTIAL,
    DomainState.NONE: Why.PLATELETS_NONE,
}
VOLUME_WHY = {
    DomainState.COMPLETE: Why.VOLUME_COMPLETE,
    DomainState.PARTIAL: Why.VOLUME_PARTIAL,
    DomainState.NONE: Why.VOLUME_NONE,
}


def score_domains(inputs: ResponseInputs, rules: ResponseRules) -> tuple[DomainScore, ...]:
    """All four domains, in the order of the registry record."""
    return (
        score_platelets(inputs, rules),
        score_volume(inputs, rules),
        score_fibrinogen(inputs, rules),
        score_skin(inputs.skin_colour, inputs.firmness),
    )


def score_platelets(inputs: ResponseInputs, rules: ResponseRules) -> DomainScore:
    """Complete above the upper bound, partial above the lower; a tie falls to the worse side."""
    bound = rules.platelets
    numbers = known_numbers({Quantity.VALUE: inputs.platelets} | _bounds(bound))
    count = value_or_why(inputs.platelets, applicable=inputs.platelets_applicable)
    if isinstance(count, Why):
        return unscored(ResponseDomain.PLATELETS, count, numbers)
    state = _state(Fraction(count), bound)
    return DomainScore(
        ResponseDomain.PLATELETS,
        state,
        PLATELETS_WHY[state],
        numbers,
        on_boundary=_on_one_of(bound, Fraction(count)),
    )


def score_volume(inputs: ResponseInputs, rules: ResponseRules) -> DomainScore:
    """Reduction from baseline in exact percent; a bigger tumour is no response."""
    bound = rules.volume_reduction_percent
    known = {Quantity.VALUE: inputs.volume_ml, Quantity.BASELINE: inputs.volume_baseline_ml}
    volume = value_or_why(inputs.volume_ml, applicable=inputs.volume_applicable)
    if isinstance(volume, Why):
        return unscored(ResponseDomain.VOLUME, volume, known_numbers(known | _bounds(bound)))
    baseline = baseline_or_why(inputs.volume_baseline_ml)
    if isinstance(baseline, Why):
        return unscored(ResponseDomain.VOLUME, baseline, known_numbers(known | _bounds(bound)))
    reduction = percent_lost(baseline, volume)
    no_change = Decimal(0)
    limits = (bound.complete_above, bound.partial_above, no_change, -rules.progression_percent)
    state = _state(reduction, bound)
    shown = {Quantity.PERCENT_LOST: shown_percent(reduction, limits)}
    return DomainScore(
        ResponseDomain.VOLUME,
        state,
        Why.VOLUME_BIGGER if reduction < 0 else VOLUME_WHY[state],
        known_numbers(known | shown | _bounds(bound)),
        on_boundary=_on_one_of(bound, reduction),
    )


def _state(value: Fraction, bound: Bound) -> DomainState:
    if value > Fraction(bound.complete_above):
        return DomainState.COMPLETE
    return DomainState.PARTIAL if value > Fraction(bound.partial_above) else DomainState.NONE


def _on_one_of(bound: Bound, value: Fraction) -> bool:
    return value in (Fraction(bound.complete_above), Fraction(bound.partial_above))


def _bounds(bound: Bound) -> dict[Quantity, Decimal | None]:
    return {
        Quantity.COMPLETE_ABOVE: bound.complete_above,
        Quantity.PARTIAL_ABOVE: bound.partial_above,
    }
