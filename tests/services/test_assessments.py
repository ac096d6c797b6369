import uuid
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from chart_of_a_child import NOW, VISIT, VISIT_ON, Hospital
from domain.response import Category
from domain.response_inputs import Firmness, ResponseInputs, SkinColour
from domain.response_score import Why
from factories import a_clinician, a_participant, as_actor
from models.assessment import Assessment
from models.audit import AuditEntry
from models.participant import Participant
from models.tumour import TreatmentKind
from results_of_a_child import KHE, the_visits
from services.actor import Actor
from services.assessment_record import is_intact
from services.assessments import SaidAssessment, assessments_of, draft, sign
from services.errors import ConflictError, RefusedError

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
