from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from chart_of_a_child import BEFORE, NOW, VISIT, VISIT_ON, Hospital
from domain.response import Category
from domain.response_flags import FlagCode
from domain.response_inputs import ResponseInputs, SkinColour
from domain.volume import Diameters, ellipsoid_ml
from factories import a_clinician, a_participant, as_actor
from models.participant import Participant
from models.tumour import TreatmentKind
from models.visit import Visit, VisitState
from results_of_a_child import KHE, a_panel, a_result, local, the_visits
from services.actor import Actor
from services.assessments import draft
from services.errors import NotFoundError
from services.labs import record_labs
from services.tumour import (
    Modality,
)

LATER = NOW + timedelta(days=1)


@pytest.fixture
def child(session: Session) -> Participant:
    child = a_participant(session)
    the_visits(session, child)
    return child


@pytest.fixture
def doctor(session: Session) -> Actor:
    return as_actor(session, a_clinician(session, display_name="Dr Wang"))


@pytest.fixture
def hospital(session: Session, doctor: Actor, child: Participant) -> Hospital:
    return Hospital(session, doctor, child)


def drafted(session: Session, child: Participant, code: str = VISIT) -> ResponseInputs:
    return draft(session, child, code, KHE, now=NOW).inputs


def test_the_chart_fills_in_everything_it_knows(
    session: Session, child: Participant, hospital: Hospital
) -> None:
    hospital.everything_better()
    offered = draft(session, child, VISIT, KHE, now=NOW)
    inputs = offered.inputs
    assert (inputs.platelets, inputs.platelets_on) == (Decimal(212), VISIT_ON)
    assert (inputs.platelets_baseline, inputs.platelets_lower_limit) == (Decimal(12), Decimal(125))
    assert (inputs.fibrinogen, inputs.fibrinogen_baseline) == (Decimal("2.6"), Decimal("0.9"))
    assert inputs.skin_colour is SkinColour.LIGHTER
    assert offered.proposal.category is Category.COMPLETE_RESPONSE
    assert offered.proposal.flags == ()


def test_exactly_eighty_percent_less_is_partial_and_flagged(
    session: Session, child: Participant, hospital: Hospital
) -> None:
    hospital.everything_better()
    hospital.volume(BEFORE, "100", measured_on=BEFORE)
    hospital.volume(VISIT_ON, "20")
    proposal = draft(session, child, VISIT, KHE, now=NOW).proposal
    assert proposal.category is Category.PARTIAL_RESPONSE
    assert FlagCode.ON_BOUNDARY in {flag.code for flag in proposal.flags}


def test_an_empty_chart_is_not_evaluable(session: Session, child: Participant) -> None:
    offered = draft(session, child, VISIT, KHE, now=NOW)
    assert offered.proposal.category is Category.NOT_EVALUABLE
    assert offered.inputs.transfusions == ()


@pytest.mark.parametrize(("off", "taken"), [(-8, False), (-7, True), (7, True), (8, False)])
def test_only_results_inside_the_window_of_the_visit_count(
    session: Session, doctor: Actor, child: Participant, off: int, taken: bool
) -> None:
    drawn_on = VISIT_ON + timedelta(days=off)
    said = a_panel(a_result(result="90"), drawn_at=local(drawn_on))
    record_labs(session, doctor, child, said, protocol=KHE, now=NOW + timedelta(days=30))
    assert (drafted(session, child).platelets is not None) is taken


def test_of_several_results_the_nearest_to_the_visit_counts(
    session: Session, child: Participant, hospital: Hospital
) -> None:
    hospital.lab(VISIT_ON - timedelta(days=5), "platelets", "80")
    hospital.lab(VISIT_ON - timedelta(days=1), "platelets", "90")
    assert drafted(session, child).platelets == 90


def test_the_day_a_visit_took_place_is_the_day_that_results_are_near_to(
    session: Session, child: Participant, hospital: Hospital
) -> None:
    came_on = VISIT_ON - timedelta(days=4)
    for on, count, length in ((came_on, "140", "15"), (VISIT_ON, "80", "90")):
        hospital.lab(on, "platelets", count)
        hospital.volume(on, length)
    visit = session.scalars(
        select(Visit).where(Visit.participant_id == child.id, Visit.code == VISIT)
    ).one()
    visit.state, visit.done_on = VisitState.DONE, came_on
    inputs = draft(session, child, VISIT, KHE, now=NOW + timedelta(days=30)).inputs
    assert (inputs.platelets, inputs.assessed_on) == (Decimal(140), came_on)
    assert inputs.volume_ml == ellipsoid_ml(Diameters(Decimal(15), Decimal(40), Decimal(30)))


def test_a_corrected_result_no_longer_counts(
    session: Session, doctor: Actor, child: Participant
) -> None:
    wrong = a_panel(a_result(result="900"), drawn_at=local(VISIT_ON))
    (row,), _ = record_labs(session, doctor, child, wrong, protocol=KHE, now=NOW)
    right = a_result(result="90", amends=row.public_id, amend_reason="a zero too many")
    said = a_panel(right, drawn_at=local(VISIT_ON))
    record_labs(session, doctor, child, said, protocol=KHE, now=NOW)
    assert drafted(session, child).platelets == 90


def test_a_result_below_its_limit_is_no_number(
    session: Session, child: Participant, hospital: Hospital
) -> None:
    hospital.lab(VISIT_ON, "fibrinogen", "<0.5")
    offered = draft(session, child, VISIT, KHE, now=NOW)
    assert offered.inputs.fibrinogen is None
    assert offered.chart.fibrinogen is not None
    assert offered.chart.fibrinogen.row.comparator == "<"


def test_the_baseline_is_the_last_result_before_treatment(
    session: Session, child: Participant, hospital: Hospital
) -> None:
    hospital.lab(BEFORE - timedelta(days=20), "platelets", "30")
    hospital.lab(BEFORE, "platelets", "12")
    hospital.lab(date(2026, 2, 3), "platelets", "14")  # the day of the first dose
    hospital.lab(date(2026, 2, 4), "platelets", "55")
    assert drafted(session, child).platelets_baseline == 14


def test_the_lower_limit_is_told_in_the_units_of_the_study(
    session: Session, child: Participant, hospital: Hospital
) -> None:
    limit = Decimal(125_000)
    hospital.lab(BEFORE, "platelets", "12000", unit="/uL", reference_low=limit)
    assert drafted(session, child).platelets_lower_limit == 125


def test_several_lesions_add_up_and_different_ones_are_not_compared(
    session: Session, child: Participant, hospital: Hospital
) -> None:
    for lesion in ("thigh", "calf"):
        hospital.volume(BEFORE, "100", lesion)
    hospital.volume(VISIT_ON, "50", "thigh")
    alone = draft(session, child, VISIT, KHE, now=NOW)
    assert alone.chart.lesions_differ
    assert alone.inputs.volume_ml is None
    hospital.volume(VISIT_ON, "50", "calf")
    both = drafted(session, child)
    assert both.volume_baseline_ml is not None
    assert both.volume_ml == both.volume_baseline_ml / 2


def test_another_modality_is_flagged(
    session: Session, child: Participant, hospital: Hospital
) -> None:
    hospital.volume(BEFORE, "100")
    hospital.volume(VISIT_ON, "15", modality=Modality.ULTRASOUND)
    inputs = drafted(session, child)
    assert inputs.modality_changed
    assert not inputs.volume_method_changed


def test_a_course_of_transfusions_counts_on_each_of_its_days(
    session: Session, child: Participant, hospital: Hospital
) -> None:
    hospital.lab(VISIT_ON, "platelets", "90")
    first = VISIT_ON - timedelta(days=20)
    hospital.treatment(TreatmentKind.PLATELETS, first, VISIT_ON - timedelta(days=7))
    offered = draft(session, child, VISIT, KHE, now=NOW)
    assert len(offered.inputs.transfusions) == 14
    assert FlagCode.TRANSFUSION in {flag.code for flag in offered.proposal.flags}


@pytest.mark.parametrize("kind", [TreatmentKind.PLATELETS, TreatmentKind.PLASMA])
@pytest.mark.parametrize(
    ("given_on", "durable"),
    [
        (VISIT_ON - timedelta(days=7), False),
        (VISIT_ON - timedelta(days=8), True),
        (BEFORE - timedelta(days=7), False),
        (BEFORE - timedelta(days=8), True),
    ],
)
def test_any_transfusion_before_either_count_spoils_durable_platelets(
    session: Session,
    child: Participant,
    hospital: Hospital,
    *,
    kind: TreatmentKind,
    given_on: date,
    durable: bool,
) -> None:
    hospital.everything_better()
    hospital.lab(BEFORE, "platelets", "150")
    hospital.treatment(kind, given_on)
    category = draft(session, child, VISIT, KHE, now=NOW).views.durable_platelets.category
    assert (category is Category.COMPLETE_RESPONSE) is durable


def test_a_rescue_therapy_since_baseline_is_told(
    session: Session, child: Participant, hospital: Hospital
) -> None:
    hospital.treatment(TreatmentKind.RESCUE, date(2026, 1, 1), date(2026, 1, 20))
    assert not drafted(session, child).rescue_therapy
    hospital.treatment(TreatmentKind.RESCUE, date(2026, 3, 1))
    assert drafted(session, child).rescue_therapy


def test_photos_come_in_pairs_of_the_same_view(
    session: Session, child: Participant, hospital: Hospital
) -> None:
    first = hospital.photo(BEFORE)
    hospital.photo(date(2026, 3, 1))
    hospital.photo(VISIT_ON, unusable_reason="blurred")
    newest = hospital.photo(VISIT_ON - timedelta(days=1))
    hospital.photo(VISIT_ON + timedelta(days=8))  # after the window
    (pair,) = draft(session, child, VISIT, KHE, now=NOW).chart.photos
    assert (pair.first.id, pair.newest.id) == (first.id, newest.id)


def test_another_childs_results_do_not_count(
    session: Session, child: Participant, doctor: Actor
) -> None:
    other = a_participant(session)
    the_visits(session, other)
    Hospital(session, doctor, other).everything_better()
    assert drafted(session, child).platelets is None


def test_a_visit_that_the_child_has_not_is_not_found(session: Session, child: Participant) -> None:
    with pytest.raises(NotFoundError):
        draft(session, child, "month_99", KHE, now=NOW)
