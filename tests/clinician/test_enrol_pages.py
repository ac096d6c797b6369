"""A child is registered in two pages: facts, and what follows from them."""

import html
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from clinic_desk import Desk, new_id, sit_down
from factories import a_participant
from models.participant import Participant
from models.site import Site, StaffRole
from plugins.app import FakeClock


@pytest.fixture
def desk(app: Flask, client: FlaskClient, session: Session) -> Desk:
    return sit_down(app, client, session, a_participant(session))


def facts(session: Session, desk: Desk, **changes: Any) -> dict[str, Any]:
    said = {
        "client_id": new_id(),
        "site": session.get_one(Site, desk.child.site_id).code,
        "study_number": "s9-001",
        "call_name": "Lele",
        "born_on": "2025-01-20",
        "sex": "female",
        "kasabach_merritt": "yes",
        "enrolled_on": "2026-03-10",
        "height_cm": "80",
        "weight_kg": "10.5",
        "measured_on": "2026-03-10",
        "time_zone": "Asia/Shanghai",
        "morning": "08:00",
        "evening": "20:00",
        "step": "enrol",
    }
    return said | changes


def children(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Participant)) or 0


def enrolled(session: Session) -> Participant:
    return session.scalars(select(Participant).filter_by(study_number="S9-001")).one()


def test_the_check_page_shows_the_dose_of_each_arm_and_writes_nothing(
    session: Session, desk: Desk
) -> None:
    answer = desk.client.post("/clinic/enrol", data=facts(session, desk, step="check"))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    for expected in (
        "0.38\N{NO-BREAK SPACE}mL",
        "0.3864",
        "−0.0064",
        "0.4830",
        "Mosteller",
        "0.3381",
    ):
        assert expected in page
    assert children(session) == 1


def test_what_the_check_page_carries_enrols_the_child(session: Session, desk: Desk) -> None:
    page = desk.client.post("/clinic/enrol", data=facts(session, desk, step="check"))
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text)
    carried = {name: html.unescape(value) for name, value in found if name != "csrf_token"}
    answer = desk.client.post("/clinic/enrol", data=carried | {"step": "enrol"})
    child = enrolled(session)
    assert answer.status_code == 303
    assert answer.location.endswith(f"/clinic/participants/{child.public_id}/admission")
    assert child.kasabach_merritt


def test_the_same_form_twice_is_one_child(session: Session, desk: Desk) -> None:
    said = facts(session, desk)
    codes = [desk.client.post("/clinic/enrol", data=said).status_code for _ in range(2)]
    assert codes == [303, 303]
    assert children(session) == 2


def test_the_same_id_with_other_facts_is_a_conflict(session: Session, desk: Desk) -> None:
    said = facts(session, desk)
    desk.client.post("/clinic/enrol", data=said)
    assert desk.client.post("/clinic/enrol", data=said | {"sex": "male"}).status_code == 409


@pytest.mark.parametrize("step", ["check", "enrol"])
@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"study_number": ""}, "study_number"),
        ({"study_number": "Lele Wang"}, "study_number"),
        ({"height_cm": "8"}, "height_cm"),
        ({"weight_kg": "heavy"}, "weight_kg"),
        ({"evening": "16:00"}, "evening"),
        ({"sex": ""}, "sex"),
    ],
)
def test_a_slip_comes_back_with_what_was_typed(
    session: Session, desk: Desk, step: str, change: dict[str, str], field: str
) -> None:
    said = facts(session, desk, step=step, **change)
    answer = desk.client.post("/clinic/enrol", data=said)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert f'href="#field-{field}"' in page
    assert said["client_id"] in page
    assert 'value="Lele"' in page
    assert children(session) == 1


def test_something_can_be_changed_after_the_check(session: Session, desk: Desk) -> None:
    answer = desk.client.post("/clinic/enrol", data=facts(session, desk, step="change"))
    assert answer.status_code == 200
    assert 'value="10.5"' in answer.get_data(as_text=True)
    assert children(session) == 1


def test_another_site_is_not_found(session: Session, desk: Desk) -> None:
    elsewhere = session.get_one(Site, a_participant(session).site_id)
    answer = desk.client.post("/clinic/enrol", data=facts(session, desk, site=elsewhere.code))
    assert answer.status_code == 404


def test_a_monitor_does_not_enrol(app: Flask, client: FlaskClient, session: Session) -> None:
    monitor = sit_down(app, client, session, a_participant(session), StaffRole.MONITOR)
    assert client.get("/clinic/enrol").status_code == 403
    assert client.post("/clinic/enrol", data=facts(session, monitor)).status_code == 403
    assert children(session) == 1


def test_under_six_months_the_page_warns(session: Session, desk: Desk) -> None:
    for born_on, warned in (("2025-09-11", True), ("2025-09-10", False)):
        said = facts(session, desk, step="check", born_on=born_on)
        page = desk.client.post("/clinic/enrol", data=said).get_data(as_text=True)
        assert ("Under 6 months" in page) is warned


def test_the_day_offered_is_the_one_on_the_sites_wall(
    app: Flask, client: FlaskClient, session: Session, clock: FakeClock
) -> None:
    clock.now = datetime(2026, 3, 10, 22, 0, tzinfo=UTC)  # six in the morning there
    desk = sit_down(app, client, session, a_participant(session))
    page = desk.client.get("/clinic/enrol").get_data(as_text=True)
    assert page.count('value="2026-03-11"') == 2
