import uuid
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.response import Category
from domain.response_flags import FlagCode
from domain.response_inputs import Firmness, ResponseInputs, SkinColour
from domain.response_score import Why
from domain.volume import Diameters
from factories import a_clinician, a_participant, as_actor
from models.assessment import Assessment
from models.audit import AuditEntry
from models.participant import Participant
from models.photo import Photo
from models.tumour import TreatmentKind
from results_of_a_child import KHE, a_panel, a_result, local, the_visits
from services.actor import Actor
from services.assessment_record import is_intact
from services.assessments import SaidAssessment, assessments_of, draft, sign
from services.errors import ConflictError, NotFoundError, RefusedError
from services.labs import record_labs
from services.tumour import (
    Entering,
    Modality,
    SaidSkin,
    SaidTreatment,
    SaidVolume,
    record_skin,
    record_treatment,
    record_volume,
)

VISIT = "month_3"
VISIT_ON = date(2026, 5, 3)
BEFORE = date(2026, 2, 1)
NOW = local(VISIT_ON, "14:00")
LATER = NOW + timedelta(days=1)


@pytest.fixture
def child(session: Session) -> Participant:
    child = a_participant(session)
    the_visits(session, child)
    return child


@pytest.fixture
def doctor(session: Session) -> Actor:
    return as_actor(session, a_clinician(session, display_name="Dr Wang"))


class Hospital:
    """Enters results for one child, all at NOW."""

    def __init__(self, session: Session, doctor: Actor, child: Participant) -> None:
        self.session, self.doctor, self.child = session, doctor, child
        self.entering = Entering(doctor, child, NOW)

    def lab(self, on: date, analyte: str, result: str, **changes: Any) -> None:
        unit = {"platelets": "10*9/L", "fibrinogen": "g/L"}[analyte]
        one = a_result(**({"analyte": analyte, "result": result, "unit": unit} | changes))
        said = a_panel(one, drawn_at=local(on))
        record_labs(self.session, self.doctor, self.child, said, protocol=KHE, now=NOW)

    def volume(self, on: date, length: str, lesion: str = "thigh", **changes: Any) -> None:
        sides = Diameters(Decimal(length), Decimal(40), Decimal(30))
        values: dict[str, Any] = {
            "client_id": uuid.uuid4(),
            "measured_on": on,
            "lesion": lesion,
            "modality": Modality.MRI,
            "reader": "Dr Reader",
            "diameters": sides,
        }
        record_volume(self.session, self.entering, SaidVolume(**(values | changes)), protocol=KHE)

    def skin(self, on: date, colour: SkinColour, firmness: Firmness) -> None:
        said = SaidSkin(client_id=uuid.uuid4(), examined_on=on, colour=colour, firmness=firmness)
        record_skin(self.session, self.entering, said)

    def treatment(self, kind: TreatmentKind, on: date, until: date | None = None) -> None:
        said = SaidTreatment(
            client_id=uuid.uuid4(), kind=kind, name=kind.value, started_on=on, ended_on=until
        )
        record_treatment(self.session, self.entering, said)

    def photo(self, on: date, view: str = "overview", **changes: Any) -> Photo:
        values: dict[str, Any] = {
            "client_id": uuid.uuid4(),
            "participant_id": self.child.id,
            "view": view,
            "body_site": "leg",
            "shown_on": on,
            "position_removed": True,
            "sha256": "0" * 64,
            "byte_count": 1,
            "media_type": "image/jpeg",
            "width": 4,
            "height": 3,
            "original_key": "o",
            "display_key": "d",
            "thumbnail_key": "t",
            "received_at": NOW,
            "uploaded_by_id": self.child.recorded_by_id,
            "channel": "page",
        }
        row = Photo(**(values | changes))
        self.session.add(row)
        self.session.flush()
        return row

    def everything_better(self) -> None:
        self.lab(BEFORE, "platelets", "12", reference_low=Decimal(125))
        self.lab(BEFORE, "fibrinogen", "0.9")
        self.volume(BEFORE, "100")
        self.lab(VISIT_ON, "platelets", "212")
        self.lab(VISIT_ON, "fibrinogen", "2.6")
        self.volume(VISIT_ON, "15")
        self.skin(VISIT_ON, SkinColour.LIGHTER, Firmness.SIGNIFICANTLY_SOFTER)


@pytest.fixture
def hospital(session: Session, doctor: Actor, child: Participant) -> Hospital:
    return Hospital(session, doctor, child)


def drafted(session: Session, child: Participant, code: str = VISIT) -> ResponseInputs:
    return draft(session, child, code, KHE, now=NOW).inputs


def an_assessment(inputs: ResponseInputs, **changes: Any) -> SaidAssessment:
    values: dict[str, Any] = {
        "client_id": uuid.uuid4(),
        "visit_code": VISIT,
        "inputs": inputs,
        "decided": Category.COMPLETE_RESPONSE,
    }
    return SaidAssessment(**(values | changes))


def signed(session: Session, doctor: Actor, child: Participant, said: SaidAssessment) -> Assessment:
    return sign(session, doctor, child, said, protocol=KHE, now=NOW)[0]


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


def test_a_signature_binds_what_was_signed(
    session: Session, doctor: Actor, child: Participant, hospital: Hospital
) -> None:
    hospital.everything_better()
    row = signed(session, doctor, child, an_assessment(drafted(session, child)))
    session.expire_all()
    assert (row.decided, row.proposed) == (Category.COMPLETE_RESPONSE, Category.COMPLETE_RESPONSE)
    assert (row.signed_name, row.rule_version) == ("Dr Wang", KHE.key)
    assert row.changes == []
    assert is_intact(row, child.public_id)
    row.decided = Category.PARTIAL_RESPONSE
    assert not is_intact(row, child.public_id)
    session.rollback()


def test_signing_leaves_a_trail(
    session: Session, doctor: Actor, child: Participant, hospital: Hospital
) -> None:
    hospital.everything_better()
    row = signed(session, doctor, child, an_assessment(drafted(session, child)))
    trail = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert trail is not None
    assert trail.action == "assessment.signed"
    assert trail.new is not None
    assert trail.new["content_hash"] == row.content_hash


def test_the_same_form_twice_is_signed_once(
    session: Session, doctor: Actor, child: Participant, hospital: Hospital
) -> None:
    hospital.everything_better()
    said = an_assessment(drafted(session, child))
    row = signed(session, doctor, child, said)
    again, new = sign(session, doctor, child, said, protocol=KHE, now=LATER)
    assert (again.id, new) == (row.id, False)
    with pytest.raises(ConflictError):
        signed(session, doctor, child, replace(said, decided=Category.PARTIAL_RESPONSE))


def test_what_differs_from_the_chart_needs_a_reason(
    session: Session, doctor: Actor, child: Participant, hospital: Hospital
) -> None:
    hospital.everything_better()
    changed = replace(drafted(session, child), platelets=Decimal(180))
    with pytest.raises(RefusedError) as refused:
        signed(session, doctor, child, an_assessment(changed))
    assert (refused.value.code, refused.value.field) == ("change_needs_reason", "platelets_reason")
    said = an_assessment(changed, change_reasons={"platelets": "recounted under the microscope"})
    row = signed(session, doctor, child, said)
    assert row.changes == [
        {
            "group": "platelets",
            "field": "platelets",
            "chart": "212",
            "said": "180",
            "reason": "recounted under the microscope",
        }
    ]


def test_a_flag_demands_a_reason(
    session: Session, doctor: Actor, child: Participant, hospital: Hospital
) -> None:
    hospital.everything_better()
    hospital.treatment(TreatmentKind.PLATELETS, VISIT_ON - timedelta(days=3))
    said = an_assessment(drafted(session, child))
    with pytest.raises(RefusedError) as refused:
        signed(session, doctor, child, said)
    assert (refused.value.code, refused.value.field) == ("reason_needed", "reason")
    row = signed(session, doctor, child, replace(said, reason="stable for three days since"))
    assert [flag["code"] for flag in row.proposal["flags"]] == ["transfusion"]


def test_a_decision_other_than_the_proposal_demands_a_reason(
    session: Session, doctor: Actor, child: Participant, hospital: Hospital
) -> None:
    hospital.everything_better()
    said = an_assessment(drafted(session, child), decided=Category.PARTIAL_RESPONSE)
    with pytest.raises(RefusedError, match="reason_needed"):
        signed(session, doctor, child, said)
    row = signed(session, doctor, child, replace(said, reason="new lesion on the knee"))
    assert (row.proposed, row.decided) == (Category.COMPLETE_RESPONSE, Category.PARTIAL_RESPONSE)


def test_a_contradiction_is_decided_by_a_person_with_a_reason(
    session: Session, doctor: Actor, child: Participant, hospital: Hospital
) -> None:
    hospital.everything_better()
    hospital.skin(VISIT_ON, SkinColour.LIGHTER, Firmness.HARDER)
    inputs = drafted(session, child)
    assert inputs.firmness is Firmness.HARDER
    said = an_assessment(inputs, decided=Category.REVIEW)
    with pytest.raises(RefusedError, match="reason_needed"):
        signed(session, doctor, child, said)
    row = signed(session, doctor, child, replace(said, reason="to the review board"))
    skin = next(d for d in row.proposal["domains"] if d["domain"] == "skin")
    assert skin["why"] == Why.SKIN_BETTER_AND_WORSE.value


def test_the_rule_is_asked_again_with_what_the_clinician_confirmed(
    session: Session, doctor: Actor, child: Participant, hospital: Hospital
) -> None:
    hospital.everything_better()
    changed = replace(drafted(session, child), platelets=Decimal(100))
    said = an_assessment(
        changed,
        change_reasons={"platelets": "clumped"},
        decided=Category.PARTIAL_RESPONSE,
        reason="on the boundary",
    )
    assert signed(session, doctor, child, said).proposed is Category.PARTIAL_RESPONSE


def test_a_second_assessment_of_a_visit_amends_the_first(
    session: Session, doctor: Actor, child: Participant, hospital: Hospital
) -> None:
    hospital.everything_better()
    inputs = drafted(session, child)
    first = signed(session, doctor, child, an_assessment(inputs))
    with pytest.raises(RefusedError, match="already_assessed"):
        signed(session, doctor, child, an_assessment(inputs))
    said = an_assessment(
        inputs, decided=Category.PARTIAL_RESPONSE, reason="seen again", amends=first.public_id
    )
    with pytest.raises(RefusedError, match="reason_needed"):
        signed(session, doctor, child, said)
    second = signed(session, doctor, child, replace(said, amend_reason="photo reviewed"))
    assert second.amends_id == first.id
    assert [row.id for row in assessments_of(session, child)] == [first.id, second.id]
    again = an_assessment(inputs, amends=first.public_id, amend_reason="x", reason="x")
    with pytest.raises(RefusedError, match="already_corrected"):
        signed(session, doctor, child, again)


def test_no_assessment_is_of_tomorrow(
    session: Session, doctor: Actor, child: Participant, hospital: Hospital
) -> None:
    hospital.everything_better()
    ahead = replace(drafted(session, child), assessed_on=VISIT_ON + timedelta(days=2))
    with pytest.raises(RefusedError, match="in_the_future"):
        signed(session, doctor, child, an_assessment(ahead))
