"""Lesions, the tumour's course and drafts of the response, over the interface."""

import uuid
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from factories import a_clinician, sign_in_staff
from machine import Study, inputs_said
from results_of_a_child import the_visits


@pytest.fixture
def doctor(client: FlaskClient, study: Study, session: Session) -> FlaskClient:
    the_visits(session, study.child)
    account = a_clinician(session, study.site)
    session.commit()
    sign_in_staff(client, account)
    return client


def a_lesion(**changes: Any) -> dict[str, Any]:
    said = {
        "client_id": str(uuid.uuid4()),
        "name": "left thigh",
        "body_site": "leg",
        "is_deep": False,
        "noted_on": "2026-02-01",
    }
    return said | changes


def a_volume(on: str, ml: str) -> dict[str, Any]:
    return {
        "client_id": str(uuid.uuid4()),
        "measured_on": on,
        "lesion": "left thigh",
        "modality": "mri",
        "reader": "Dr Reader",
        "volume_ml": ml,
    }


def test_a_lesion_is_noted_once_and_listed(doctor: FlaskClient, study: Study) -> None:
    said = a_lesion()
    first = doctor.post(study.path("/lesions"), json=said)
    again = doctor.post(study.path("/lesions"), json=said)
    assert (first.status_code, again.status_code) == (201, 200), first.get_json()
    other = doctor.post(study.path("/lesions"), json=a_lesion())
    assert (other.status_code, other.get_json()["code"]) == (422, "lesion_known")
    assert doctor.get(study.path("/lesions")).get_json() == {"items": [first.get_json()]}


def test_the_course_keeps_every_digit(doctor: FlaskClient, study: Study) -> None:
    for on, ml in (("2026-02-01", "3"), ("2026-03-03", "1")):
        doctor.post(study.path("/volumes"), json=a_volume(on, ml))
    course = doctor.get(study.path("/tumour")).get_json()
    assert course["baseline_ml"] == "3"
    assert course["totals"][-1] == {
        "on": "2026-03-03",
        "lesion": None,
        "volume_ml": "1",
        "lost_percent": "66.7",
        "lost_fraction": "200/3",
        "measured_differently": False,
    }
    assert course["rule_version"] == "khe-sirolimus-v1"


def test_a_draft_shows_chart_and_rule(doctor: FlaskClient, study: Study) -> None:
    found = doctor.get(study.path("/assessments/month_1/draft")).get_json()
    assert found["proposal"]["category"] == "NE"
    assert found["inputs"]["platelets"] is None
    assert found["signed"] is None
    assert doctor.get(study.path("/assessments/moon/draft")).status_code == 404


def test_the_rule_is_tried_on_other_inputs_and_nothing_is_stored(
    doctor: FlaskClient, study: Study
) -> None:
    inputs = inputs_said() | {
        "platelets": "100",
        "fibrinogen": "2",
        "fibrinogen_baseline": "1",
        "volume_ml": "10",
        "volume_baseline_ml": "100",
        "skin_colour": "lighter",
        "firmness": "significantly_softer",
    }
    tried = doctor.post(study.path("/assessments/month_1/draft"), json={"inputs": inputs})
    assert tried.status_code == 200, tried.get_json()
    found = tried.get_json()
    assert found["proposal"]["category"] == "PR"
    assert {"code": "on_boundary", "domain": "platelets"} in found["proposal"]["flags"]
    assert found["needs_reason"] is True
    assert doctor.get(study.path("/assessments")).get_json() == {"items": []}
