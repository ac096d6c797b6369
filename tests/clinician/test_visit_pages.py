"""The plan of visits at the clinic: recorded, moved, added, and what has arrived."""

from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic_desk import Desk, hidden, sit_down
from factories import a_clinician, a_participant, an_order, as_actor
from models.participant import Participant
from models.site import Site, StaffRole
from models.visit import Visit, VisitState
from plugins.app import START
from results_of_a_child import KHE
from services.visits import plan


@pytest.fixture
def child(session: Session) -> Participant:
    child = a_participant(session)
    an_order(session, child)
    actor = as_actor(session, a_clinician(session, session.get_one(Site, child.site_id)))
    plan(session, actor, child, protocol=KHE, first_dose_on=date(2026, 2, 10), now=START)
    return child


@pytest.fixture
def desk(app: Flask, client: FlaskClient, session: Session, child: Participant) -> Desk:
    return sit_down(app, client, session, child, StaffRole.COORDINATOR)


def visit(session: Session, code: str) -> Visit:
    session.expire_all()
    return session.scalars(select(Visit).filter_by(code=code)).one()


def test_what_is_due_is_missing_once_the_visit_has_come(desk: Desk) -> None:
    page = desk.see("/visits")
    assert "due-missing" in page
    assert "due-awaited" in page
    assert "due-arrived" in page  # height and weight of the enrolment belong to the baseline
    assert "khe-sirolimus-v1" in page


def test_a_visit_on_another_day_is_done_and_flagged(desk: Desk, session: Session) -> None:
    path = f"/visits/{visit(session, 'month_1').public_id}/state"
    assert "It was missed" in desk.see(path)
    answer = desk.send(path, {"state": "done", "done_on": "2026-03-04"})
    assert answer.status_code == 303
    assert visit(session, "month_1").done_on == date(2026, 3, 4)
    assert "outside the window" in desk.see("/visits")


def test_a_missed_visit_needs_a_reason(desk: Desk, session: Session) -> None:
    path = f"/visits/{visit(session, 'month_1').public_id}/state"
    assert desk.send(path, {"state": "missed"}).status_code == 422
    assert desk.send(path, {"state": "missed", "reason": "snow"}).status_code == 303
    assert "snow" in desk.see("/visits")
    assert desk.send(path, {"state": "planned"}).status_code == 303
    assert visit(session, "month_1").state is VisitState.PLANNED


def test_moving_outside_of_the_window_warns(desk: Desk, session: Session) -> None:
    path = f"/visits/{visit(session, 'month_1').public_id}/move"
    said = {"client_id": hidden(desk.see(path), "client_id"), "on": "2026-03-20", "reason": "away"}
    answer = desk.client.post(desk.url(path), data=said, follow_redirects=True)
    page = answer.get_data(as_text=True)
    assert "The new day lies outside of the window of the plan." in page
    assert "moved: away" in " ".join(page.split())


def test_a_visit_outside_of_the_plan_is_added(desk: Desk, session: Session) -> None:
    form = desk.see("/visits/new")
    said = {
        "client_id": hidden(form, "client_id"),
        "purpose": "rash",
        "on": "2026-03-12",
        "due": ["photos", "blood_count"],
        "is_trough_day": "yes",
    }
    for _ in range(2):
        assert desk.send("/visits/new", said).status_code == 303
    row = visit(session, "extra_1")
    assert (row.due, row.is_trough_day) == (["level", "blood_count", "photos"], True)
    page = desk.see("/visits")
    assert "Unscheduled 1" in page
    assert "rash" in page


def test_an_added_visit_without_a_purpose_comes_back(desk: Desk) -> None:
    said = {"client_id": hidden(desk.see("/visits/new"), "client_id"), "on": "2026-03-12"}
    answer = desk.send("/visits/new", said, due=["photos"])
    assert answer.status_code == 422
    assert 'value="photos" checked' in " ".join(answer.get_data(as_text=True).split())


def test_the_calendar_file_is_private_and_silent(desk: Desk) -> None:
    answer = desk.client.get(desk.url("/visits/appointments.ics"))
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert "private" in answer.headers["Cache-Control"]
    text = answer.get_data(as_text=True)
    assert "SUMMARY:Appointment" in text
    assert desk.child.study_number not in text


def test_a_monitor_reads_the_plan_and_changes_nothing(
    app: Flask, client: FlaskClient, session: Session, child: Participant
) -> None:
    desk = sit_down(app, client, session, child, StaffRole.MONITOR)
    assert "Add a visit" not in desk.see("/visits")
    day = (START + timedelta(days=1)).date().isoformat()
    assert desk.send("/visits/new", {"on": day}).status_code == 403
