"""What a reader must know beside the category (trial.md §6): flags never change it.

Flags about facts (growth, transfusion, fibrinogen) are raised even where a domain is said to be
not applicable: that word must not hide them.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

from domain.percent import is_baseline, is_measurement, percent_lost
from domain.protocol import ResponseRules
from domain.response_inputs import ResponseDomain, ResponseInputs, TransfusionKind
from domain.response_score import DomainScore, DomainState


class FlagCode(StrEnum):
    ON_BOUNDARY = "on_boundary"
    DOMAINS_APART = "domains_apart"
    NOT_APPLICABLE = "not_applicable"
    MISSING = "missing"
    FIBRINOGEN_HIGH = "fibrinogen_high"
    FIBRINOGEN_LOW_NOT_FALLEN = "fibrinogen_low_not_fallen"
    TRANSFUSION = "transfusion"
    PLATELETS_NORMAL_AT_BASELINE = "platelets_normal_at_baseline"
    RESCUE_THERAPY = "rescue_therapy"
    VOLUME_METHOD_CHANGED = "volume_method_changed"
    MODALITY_CHANGED = "modality_changed"
    PROGRESSION = "progression"


@dataclass(frozen=True, slots=True)
class Flag:
    """`domain` is the one it concerns; None for the assessment as a whole."""

    code: FlagCode
    domain: ResponseDomain | None = None


def raise_flags(
    inputs: ResponseInputs, domains: Sequence[DomainScore], rules: ResponseRules
) -> tuple[Flag, ...]:
    """Every flag that holds."""
    return (
        *_of_scores(domains, rules),
        *_of_platelets(inputs, rules),
        *_of_volume(inputs, rules),
        *_of_fibrinogen(inputs, rules),
        *_of_transfusions(inputs, rules),
        *([Flag(FlagCode.RESCUE_THERAPY)] if inputs.rescue_therapy else []),
    )


def transfused_before(sample_on: date, transfused_on: Iterable[date], days: int) -> bool:
    """Was there one on the day of the sample or up to `days` days before (that day included)?"""
    return any(timedelta(0) <= sample_on - on <= timedelta(days) for on in transfused_on)


def _of_scores(domains: Sequence[DomainScore], rules: ResponseRules) -> Iterator[Flag]:
    for domain in domains:
        if domain.on_boundary:
            yield Flag(FlagCode.ON_BOUNDARY, domain.domain)
        if domain.state is DomainState.NOT_APPLICABLE:
            yield Flag(FlagCode.NOT_APPLICABLE, domain.domain)
        if domain.state is DomainState.MISSING:
            yield Flag(FlagCode.MISSING, domain.domain)
    scores = [domain.score for domain in domains if domain.score is not None]
    if scores and max(scores) - min(scores) >= rules.domains_apart:
        yield Flag(FlagCode.DOMAINS_APART)


def _of_platelets(inputs: ResponseInputs, rules: ResponseRules) -> Iterator[Flag]:
    baseline, limit = inputs.platelets_baseline, inputs.platelets_lower_limit
    if not is_measurement(baseline):
        return
    normal = baseline >= limit if is_measurement(limit) else baseline > rules.normal_platelets_above
    if normal:
        yield Flag(FlagCode.PLATELETS_NORMAL_AT_BASELINE, ResponseDomain.PLATELETS)


def _of_volume(inputs: ResponseInputs, rules: ResponseRules) -> Iterator[Flag]:
    baseline, volume = inputs.volume_baseline_ml, inputs.volume_ml
    if inputs.volume_method_changed:
        yield Flag(FlagCode.VOLUME_METHOD_CHANGED, ResponseDomain.VOLUME)
    if inputs.modality_changed:
        yield Flag(FlagCode.MODALITY_CHANGED, ResponseDomain.VOLUME)
    if not is_baseline(baseline) or not is_measurement(volume):
        return
    growth = -percent_lost(baseline, volume)
    if growth >= Fraction(rules.progression_percent):
        yield Flag(FlagCode.PROGRESSION, ResponseDomain.VOLUME)


def _of_fibrinogen(inputs: ResponseInputs, rules: ResponseRules) -> Iterator[Flag]:
    level, baseline = inputs.fibrinogen, inputs.fibrinogen_baseline
    if not is_measurement(level):
        return
    if rules.fibrinogen.is_above(level):
        yield Flag(FlagCode.FIBRINOGEN_HIGH, ResponseDomain.FIBRINOGEN)
    fallen = not is_measurement(baseline) or level < baseline
    if rules.fibrinogen.is_below(level) and not fallen:
        yield Flag(FlagCode.FIBRINOGEN_LOW_NOT_FALLEN, ResponseDomain.FIBRINOGEN)


def _of_transfusions(inputs: ResponseInputs, rules: ResponseRules) -> Iterator[Flag]:
    """Platelets given lift the platelet count; the plasma products lift fibrinogen."""
    lifts_platelets = [t.on for t in inputs.transfusions if t.kind is TransfusionKind.PLATELETS]
    lifts_fibrinogen = [
        t.on for t in inputs.transfusions if t.kind is not TransfusionKind.PLATELETS
    ]
    platelets_on = inputs.platelets_on or inputs.assessed_on
    fibrinogen_on = inputs.fibrinogen_on or inputs.assessed_on
    if transfused_before(platelets_on, lifts_platelets, rules.transfusion_days):
        yield Flag(FlagCode.TRANSFUSION, ResponseDomain.PLATELETS)
    if transfused_before(fibrinogen_on, lifts_fibrinogen, rules.transfusion_days):
        yield Flag(FlagCode.TRANSFUSION, ResponseDomain.FIBRINOGEN)
