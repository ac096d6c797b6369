"""Orders over the interface: a person's is signed, a machine's waits."""

import uuid
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from factories import a_clinician, sign_in_staff
from machine import Study, is_problem
from models.order import DoseOrder
from models.participant import ParticipantStatus
from models.site import StaffRole


def an_order_said(**changes: Any) -> dict[str, Any]:
    """The next evening, a little more than the 0.36 mL of before."""
    said: dict[str, Any] = {
        "client_id": str(uuid.uuid4()),
        "from_slot": {"on": "2026-03-10", "half": "evening"},
        "reason": "level below range",
        "given_ml": "0.40",
    }
    return said | changes


def test_the_order_of_a_prescriber_is_signed(
    client: FlaskClient, study: Study, session: Session
) -> None:
    sign_in_staff(client, a_clinician(session, study.site, StaffRole.PRESCRIBER))
    order = client.post(study.path("/orders"), json=an_order_said()).get_json()
    assert order["signed_at"] == "2026-03-10T00:30:00Z"
    assert (order["given_ml"], order["prescribed_mg"], order["until_slot"]) == (
        "0.40",
        "0.40",
        None,
    )
    listed = client.get(study.path("/orders")).get_json()["items"]
    assert [row["given_ml"] for row in listed] == ["0.36", "0.40"]
    assert listed[-1] == order


def test_the_order_of_a_machine_waits_for_a_signature(machine: FlaskClient, study: Study) -> None:
    answer = machine.post(study.path("/orders"), json=an_order_said())
    assert (answer.status_code, answer.get_json()["signed_at"]) == (201, None)


def test_an_order_is_written_once(machine: FlaskClient, study: Study, session: Session) -> None:
    said = an_order_said()
    first = machine.post(study.path("/orders"), json=said)
    again = machine.post(study.path("/orders"), json=said)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.get_json() == again.get_json()
    other = machine.post(study.path("/orders"), json=said | {"given_ml": "0.38"})
    assert (other.status_code, other.get_json()["code"]) == (409, "conflict")
    assert session.query(DoseOrder).filter_by(participant_id=study.child.id).count() == 2


def test_a_guard_asks_until_it_is_confirmed(
    machine: FlaskClient, study: Study, session: Session
) -> None:
    said = an_order_said(given_ml="0.50")
    asked = machine.post(study.path("/orders"), json=said)
    assert (asked.status_code, asked.get_json()["code"]) == (409, "needs_confirmation")
    assert asked.get_json()["warnings"] == ["confirm_with_reason"]
    confirmed = said | {"confirmed": ["confirm_with_reason"]}
    assert machine.post(study.path("/orders"), json=confirmed).status_code == 201


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"given_ml": None}, "given_ml", "ml_or_mg"),
        ({"prescribed_mg": "0.4"}, "prescribed_mg", "ml_or_mg"),
        ({"reason": "  "}, "reason", "reason_needed"),
        ({"from_slot": {"on": "2026-03-09", "half": "morning"}}, "from_slot", "from_slot_passed"),
    ],
)
def test_an_order_that_makes_no_sense_is_refused(
    machine: FlaskClient, study: Study, change: dict[str, Any], field: str, code: str
) -> None:
    problem = machine.post(study.path("/orders"), json=an_order_said(**change)).get_json()
    assert (problem["status"], problem["field"], problem["code"]) == (422, field, code)


def test_a_coordinator_prescribes_nothing(
    client: FlaskClient, study: Study, session: Session
) -> None:
    sign_in_staff(client, a_clinician(session, study.site, StaffRole.COORDINATOR))
    assert client.post(study.path("/orders"), json=an_order_said()).status_code == 403


@pytest.mark.parametrize("below", ["/orders", "/holds", "/restarts"])
def test_nothing_is_ordered_for_a_child_who_left_the_study(
    client: FlaskClient, study: Study, session: Session, below: str
) -> None:
    sign_in_staff(client, a_clinician(session, study.site, StaffRole.PRESCRIBER))
    study.child.status = ParticipantStatus.WITHDRAWN
    said = an_order_said()
    body = said if below == "/orders" else {k: v for k, v in said.items() if k != "given_ml"}
    answer = client.post(study.path(below), json=body)
    assert is_problem(answer, 422, "study_over")
