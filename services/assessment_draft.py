"""The assessment of a visit as the chart proposes it, before a clinician has said anything."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.protocol import Protocol
from domain.reported import in_study_unit
from domain.response import ResponseResult, assess
from domain.response_inputs import Firmness, ResponseInputs, SkinColour
from domain.response_views import (
    PlateletCount,
    SensitivityViews,
    durable_platelets,
    sensitivity_views,
)
from models.assessment import Assessment
from models.participant import Participant
from services.chart import Chart, Sample
from services.chart_reading import read_chart


@dataclass(frozen=True, slots=True)
class Draft:
    """What the chart offers for a visit, and what the rule makes of it. `signed` is the standing
    assessment of the visit, if there is one: a further one amends it."""

    chart: Chart
    inputs: ResponseInputs
    proposal: ResponseResult
    views: SensitivityViews
    signed: Assessment | None


def draft(
    session: Session,
    participant: Participant,
    visit_code: str,
    protocol: Protocol,
    *,
    now: datetime,
) -> Draft:
    """Prefill the assessment of a visit. Raises NotFoundError for a visit the child has not."""
    chart = read_chart(session, participant, visit_code, now)
    inputs = _inputs_of(chart, protocol)
    proposal, views = propose(inputs, chart, protocol)
    return Draft(chart, inputs, proposal, views, _standing(session, participant, visit_code))


def propose(
    inputs: ResponseInputs, chart: Chart, protocol: Protocol
) -> tuple[ResponseResult, SensitivityViews]:
    """The rule's category from these inputs, and the same with other eyes."""
    result = assess(inputs, protocol.response)
    counts = [
        PlateletCount(sample.on, sample.number)
        for sample in chart.platelet_counts
        if sample.number is not None
    ]
    transfused_on = [given.on for given in inputs.transfusions]
    window = (chart.visit.window_from, chart.visit.window_to)
    durable = durable_platelets(counts, transfused_on, window, protocol.response)
    return result, sensitivity_views(result.domains, durable)


def _standing(session: Session, participant: Participant, visit_code: str) -> Assessment | None:
    rows = session.scalars(
        select(Assessment).where(
            Assessment.participant_id == participant.id, Assessment.visit_code == visit_code
        )
    ).all()
    amended = {row.amends_id for row in rows}
    return next((row for row in rows if row.id not in amended), None)


def _inputs_of(chart: Chart, protocol: Protocol) -> ResponseInputs:
    """The chart's values as the rule takes them; lesions that differ are left to the reader."""
    visit = chart.visit
    today_counts = visit.window_from <= chart.today <= visit.window_to
    comparable = not chart.lesions_differ
    count, fibrinogen = chart.platelets, chart.fibrinogen
    count_then, fibrinogen_then = chart.platelets_baseline, chart.fibrinogen_baseline
    return ResponseInputs(
        assessed_on=chart.today if today_counts else min(visit.done_on or visit.on, chart.today),
        platelets=count.number if count else None,
        platelets_on=count.on if count else None,
        platelets_baseline=count_then.number if count_then else None,
        platelets_lower_limit=_lower_limit(count_then, protocol),
        platelets_applicable=True,
        fibrinogen=fibrinogen.number if fibrinogen else None,
        fibrinogen_on=fibrinogen.on if fibrinogen else None,
        fibrinogen_baseline=fibrinogen_then.number if fibrinogen_then else None,
        fibrinogen_applicable=True,
        volume_ml=chart.tumour.total_ml if comparable else None,
        volume_baseline_ml=chart.tumour_baseline.total_ml,
        volume_applicable=True,
        volume_method_changed=chart.tumour.differs_in("method", chart.tumour_baseline),
        modality_changed=chart.tumour.differs_in("modality", chart.tumour_baseline),
        skin_colour=_colour(chart),
        firmness=_firmness(chart),
        transfusions=chart.transfusions,
        rescue_therapy=chart.rescue,
    )


def _colour(chart: Chart) -> SkinColour | None:
    if chart.skin is not None:
        return chart.skin.colour
    return SkinColour.NOTHING_TO_SEE if chart.all_deep else None


def _firmness(chart: Chart) -> Firmness | None:
    if chart.skin is not None:
        return chart.skin.firmness
    return Firmness.NOTHING_TO_PALPATE if chart.all_deep else None


def _lower_limit(baseline: Sample | None, protocol: Protocol) -> Decimal | None:
    """The lower limit of normal printed with the baseline count, in the study's unit."""
    if baseline is None or baseline.row.reference_low is None:
        return None
    plan = protocol.lab(baseline.row.analyte)
    return in_study_unit(baseline.row.reference_low, baseline.row.unit, plan)
