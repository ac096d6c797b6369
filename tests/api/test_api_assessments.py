"""Assessments over the interface: signed by a person who proves it, read by machines."""

import uuid
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from chart_of_a_child import NOW, VISIT, Hospital
from factories import a_clinician, as_actor, sign_in_staff
from machine import Study, inputs_said
from models.assessment import Assessment
from models.site import StaffRole
from plugins.app import FakeClock
from results_of_a_child import the_visits
from web.security import hash_password

PASSWORD = " correct horse battery "


def an_assessment_said(**changes: Any) -> dict[str, Any]:
    """Nothing is known, so nothing can be evaluated; said at the visit after two weeks."""
    said: dict[str, Any] = {
        "client_id": str(uuid.uuid4()),
        "visit_code": "month_1",
        "inputs": inputs_said(),
        "decided": "NE",
        "reason": "no results came in time",
        "password": PASSWORD,
    }
    return said | changes


@pytest.fixture
def doctor(app: Flask, client: FlaskClient, study: Study, session: Session) -> FlaskClient:
    the_visits(session, study.child)
    with app.app_context():
        hashed = hash_password(PASSWORD)
    account = a_clinician(session, study.site, password=hashed, display_name="Dr Wang")
    session.commit()
    sign_in_staff(client, account)
    return client


def test_an_assessment_is_signed_once_and_listed(
    doctor: FlaskClient, study: Study, session: Session
) -> None:
    said = an_assessment_said()
    first = doctor.post(study.path("/assessments"), json=said)
    again = doctor.post(study.path("/assessments"), json=said)
    assert (first.status_code, again.status_code) == (201, 200), first.get_json()
    signed = first.get_json()
    assert (signed["proposed"], signed["decided"]) == ("NE", "NE")
    assert (signed["signed_name"], signed["signed_at"]) == ("Dr Wang", "2026-03-10T00:30:00Z")
    assert signed["inputs"]["platelets"] is None
    assert session.query(Assessment).count() == 1
    assert doctor.get(study.path("/assessments")).get_json() == {"items": [signed]}


def test_half_a_character_is_nobodys_password(
    doctor: FlaskClient, study: Study, session: Session
) -> None:
    answer = doctor.post(study.path("/assessments"), json=an_assessment_said(password="\ud800"))
    assert answer.status_code == 422
    assert answer.get_json()["errors"]["password"][0]["code"] == "not_text"
    assert session.query(Assessment).count() == 0


@pytest.mark.parametrize("password", ["not the one", PASSWORD.strip()])
def test_nothing_is_signed_without_the_password_as_it_is(
    doctor: FlaskClient, study: Study, session: Session, password: str
) -> None:
    answer = doctor.post(study.path("/assessments"), json=an_assessment_said(password=password))
    problem = answer.get_json()
    assert (answer.status_code, problem["code"]) == (422, "password_wrong")
    assert problem["field"] == "password"
    assert password not in answer.get_data(as_text=True)
    assert session.query(Assessment).count() == 0


def test_after_a_while_the_code_is_asked_too(
    doctor: FlaskClient, study: Study, clock: FakeClock
) -> None:
    clock.advance(minutes=30)
    problem = doctor.post(study.path("/assessments"), json=an_assessment_said()).get_json()
    assert (problem["status"], problem["field"], problem["code"]) == (422, "code", "code_wrong")


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"visit_code": "month_99"}, 404, "not_found"),
        ({"reason": None}, 422, "reason_needed"),
        ({"inputs": inputs_said(platelets="120")}, 422, "change_needs_reason"),
        ({"inputs": inputs_said(assessed_on="2026-03-12")}, 422, "in_the_future"),
    ],
)
def test_an_assessment_that_cannot_be_is_not_signed(
    doctor: FlaskClient,
    study: Study,
    session: Session,
    change: dict[str, Any],
    status: int,
    code: str,
) -> None:
    answer = doctor.post(study.path("/assessments"), json=an_assessment_said(**change))
    assert (answer.status_code, answer.get_json()["code"]) == (status, code)
    assert session.query(Assessment).count() == 0


def test_a_changed_input_is_kept_with_its_reason(doctor: FlaskClient, study: Study) -> None:
    said = an_assessment_said(
        inputs=inputs_said(platelets="120.0"), change_reasons={"platelets": "told by phone"}
    )
    signed = doctor.post(study.path("/assessments"), json=said).get_json()
    assert [(c["field"], c["said"], c["reason"]) for c in signed["changes"]] == [
        ("platelets", "120.0", "told by phone")
    ]


def test_leaving_an_input_out_is_not_calling_it_missing(doctor: FlaskClient, study: Study) -> None:
    inputs = inputs_said()
    del inputs["volume_ml"]
    answer = doctor.post(study.path("/assessments"), json=an_assessment_said(inputs=inputs))
    assert answer.status_code == 422
    assert answer.get_json()["errors"]["inputs.volume_ml"][0]["code"] == "required"


def test_a_coordinator_signs_nothing(client: FlaskClient, study: Study, session: Session) -> None:
    sign_in_staff(client, a_clinician(session, study.site, StaffRole.COORDINATOR))
    answer = client.post(study.path("/assessments"), json=an_assessment_said())
    assert answer.status_code == 403


def test_what_a_draft_offers_is_taken_back_as_it_is(
    doctor: FlaskClient, study: Study, session: Session, clock: FakeClock
) -> None:
    clock.now = NOW
    person = a_clinician(session, study.site)
    sign_in_staff(doctor, person)
    Hospital(session, as_actor(session, person), study.child).everything_better()
    draft = study.path(f"/assessments/{VISIT}/draft")
    offered = doctor.get(draft).get_json()
    assert offered["inputs"]["volume_ml"] == "9.424777960769379714"
    answer = doctor.post(draft, json={"inputs": offered["inputs"]})
    assert answer.status_code == 200, answer.get_json()
    assert answer.get_json() == offered
