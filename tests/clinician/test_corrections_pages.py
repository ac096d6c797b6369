"""The investigator decides what families ask to have corrected."""

import uuid
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic_desk import sit_down
from domain.entries import Outcome
from domain.protocol import Half
from factories import a_carer, a_participant, an_order
from models.dose import CorrectionRequest, CorrectionState, DoseEntry
from models.participant import Participant
from models.site import StaffRole
from plugins.app import START


@pytest.fixture
def child(session: Session) -> Participant:
    return a_participant(session)


def a_request(session: Session, child: Participant) -> CorrectionRequest:
    request = CorrectionRequest(
        client_id=uuid.uuid4(),
        participant_id=child.id,
        slot_on=date(2026, 3, 5),
        half=Half.MORNING,
        outcome=Outcome.GIVEN,
        taken_at=START - timedelta(days=5),
        reason="forgot to write it down",
        asked_at=START,
        asked_by_id=a_carer(session, child).id,
    )
    session.add(request)
    session.flush()
    return request


def test_the_investigator_puts_a_correction_into_the_diary(
    app: Flask, client: FlaskClient, session: Session, child: Participant
) -> None:
    an_order(session, child)
    request = a_request(session, child)
    desk = sit_down(app, client, session, child, StaffRole.INVESTIGATOR)
    page = client.get("/clinic/corrections").get_data(as_text=True)
    assert "forgot to write it down" in page
    answer = desk.send(
        f"/corrections/{request.public_id}", {"state": "accepted", "reason": "plausible"}
    )
    assert answer.status_code == 303
    session.expire_all()
    assert request.state is CorrectionState.ACCEPTED
    assert session.scalars(select(DoseEntry)).one().slot_on == date(2026, 3, 5)
    after = client.get("/clinic/corrections").get_data(as_text=True)
    assert "forgot" not in after
    assert "Decided" in after
    assert "plausible" in after


def test_a_decision_without_a_reason_comes_back(
    app: Flask, client: FlaskClient, session: Session, child: Participant
) -> None:
    request = a_request(session, child)
    desk = sit_down(app, client, session, child, StaffRole.INVESTIGATOR)
    answer = desk.send(f"/corrections/{request.public_id}", {"state": "declined", "reason": ""})
    assert answer.status_code == 422
    session.expire_all()
    assert request.state is CorrectionState.ASKED


def test_a_coordinator_reads_a_request_and_does_not_decide(
    app: Flask, client: FlaskClient, session: Session, child: Participant
) -> None:
    request = a_request(session, child)
    desk = sit_down(app, client, session, child, StaffRole.COORDINATOR)
    page = desk.client.get("/clinic/corrections").get_data(as_text=True)
    assert "The investigator of the site decides." in page
    answer = desk.send(f"/corrections/{request.public_id}", {"state": "accepted", "reason": "x"})
    assert answer.status_code == 403


def test_requests_of_another_site_are_not_shown(
    app: Flask, client: FlaskClient, session: Session, child: Participant
) -> None:
    request = a_request(session, a_participant(session))
    desk = sit_down(app, client, session, child, StaffRole.INVESTIGATOR)
    assert "forgot" not in client.get("/clinic/corrections").get_data(as_text=True)
    answer = desk.send(f"/corrections/{request.public_id}", {"state": "accepted", "reason": "x"})
    assert answer.status_code == 404
