"""The same assessment seen with other eyes: how far does the category hang on one domain?

Sensitivity views of trial.md §6. They stand beside the category and never replace it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from domain.percent import is_measurement
from domain.protocol import ResponseRules
from domain.response import Overall, overall
from domain.response_flags import transfused_before
from domain.response_inputs import ResponseDomain
from domain.response_score import DomainScore, DomainState, Why

LABS_AND_VOLUME = (ResponseDomain.PLATELETS, ResponseDomain.VOLUME, ResponseDomain.FIBRINOGEN)
VOLUME_ONLY = (ResponseDomain.VOLUME,)


@dataclass(frozen=True, slots=True)
class PlateletCount:
    """10⁹/L, on the local date of the sample."""

    on: date
    count: Decimal


@dataclass(frozen=True, slots=True)
class DurablePlatelets:
    """The two counts that bear each other out."""

    earlier: PlateletCount
    later: PlateletCount


@dataclass(frozen=True, slots=True)
class SensitivityViews:
    """`durable` are the two counts on which `durable_platelets` rests; None where there are none
    that bear each other out."""

    labs_and_volume: Overall
    volume_only: Overall
    durable_platelets: Overall
    durable: DurablePlatelets | None


def sensitivity_views(
    domains: Sequence[DomainScore], durable: DurablePlatelets | None
) -> SensitivityViews:
    """The overall rule over fewer domains, and with complete platelets only where durable."""
    return SensitivityViews(
        labs_and_volume=overall([d for d in domains if d.domain in LABS_AND_VOLUME]),
        volume_only=overall([d for d in domains if d.domain in VOLUME_ONLY]),
        durable_platelets=overall([_if_durable(d, durable) for d in domains]),
        durable=durable,
    )


def durable_platelets(
    counts: Iterable[PlateletCount],
    transfused_on: Sequence[date],
    window: tuple[date, date],
    rules: ResponseRules,
) -> DurablePlatelets | None:
    """Two counts above the complete bound, far enough apart, both untouched by a transfusion.

    The later one lies in the visit's `window` (first and last day included). Of several pairs the
    latest is taken; the order of `counts` does not matter. None when there is no such pair.
    """
    high = sorted(
        (
            count
            for count in counts
            if is_measurement(count.count)
            and count.count > rules.platelets.complete_above
            and not transfused_before(count.on, transfused_on, rules.transfusion_days)
        ),
        key=lambda count: count.on,
        reverse=True,
    )
    first_day, last_day = window
    for later in (count for count in high if first_day <= count.on <= last_day):
        for earlier in high:
            if later.on - earlier.on >= timedelta(rules.durable_days):
                return DurablePlatelets(earlier, later)
    return None


def _if_durable(score: DomainScore, durable: DurablePlatelets | None) -> DomainScore:
    """Complete platelets that nothing bears out count as partial in this view."""
    complete = score.domain is ResponseDomain.PLATELETS and score.state is DomainState.COMPLETE
    if durable is not None or not complete:
        return score
    return replace(score, state=DomainState.PARTIAL, why=Why.PLATELETS_NOT_DURABLE)
