"""Visits, days in hospital, sheets of doses, corrections and adherence through the interface."""

import uuid
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from factories import a_carer, a_clinician, as_actor, sign_in_carer, sign_in_staff
from machine import Study, is_problem
from models.site import StaffRole
from plugins.app import START
from results_of_a_child import KHE
from services.visits import plan


@pytest.fixture
def planned(session: Session, study: Study) -> None:
    """Day 14 of a first dose on 24 February is today, 10 March 2026."""
    actor = as_actor(session, a_clinician(session, study.site))
    first = date(2026, 2, 24)
    plan(session, actor, study.child, protocol=KHE, first_dose_on=first, now=START)
    session.commit()


def visits(client: FlaskClient, study: Study) -> dict[str, dict[str, Any]]:
    items = client.get(study.path("/visits")).get_json()["items"]
    return {item["code"]: item for item in items}


@pytest.mark.usefixtures("planned")
def test_a_visit_shows_its_window_and_what_is_still_missing(
    machine: FlaskClient, study: Study
) -> None:
    found = visits(machine, study)
    day_14 = found["day_14"]
    assert (day_14["on"], day_14["window_from"], day_14["window_to"]) == (
        "2026-03-10",
        "2026-03-08",
        "2026-03-13",
    )
    assert (day_14["trough_day"], day_14["outside_window"]) == (True, False)
    arrivals = {one["due"]: one for one in day_14["arrivals"]}
    assert arrivals["level"] == {"due": "level", "arrived": False, "missing": [], "on": None}
    assert arrivals["coagulation"]["missing"] == ["fibrinogen", "aptt", "inr"]


@pytest.mark.usefixtures("planned")
@pytest.mark.parametrize(
    ("drawn_at", "arrived"),
    [
        ("2026-03-07T15:59:00Z", False),
        ("2026-03-07T16:00:00Z", True),
        ("2026-03-09T23:30:00Z", True),
    ],
)
def test_a_level_drawn_in_the_window_has_arrived(
    machine: FlaskClient, study: Study, drawn_at: str, arrived: bool
) -> None:
    """The window begins on 8 March in Shanghai, at 16:00 UTC of the day before."""
    said = {"client_id": str(uuid.uuid4()), "drawn_at": drawn_at, "value": "11.2"}
    assert machine.post(study.path("/levels"), json=said).status_code == 201
    level = next(a for a in visits(machine, study)["day_14"]["arrivals"] if a["due"] == "level")
    assert level["arrived"] is arrived


@pytest.mark.usefixtures("planned")
def test_some_of_the_results_are_some_of_what_is_due(machine: FlaskClient, study: Study) -> None:
    said = {
        "client_id": str(uuid.uuid4()),
        "drawn_at": "2026-03-09T23:30:00Z",
        "results": [{"analyte": "fibrinogen", "result": "2.4", "unit": "g/L"}],
    }
    assert machine.post(study.path("/labs"), json=said).status_code == 201
    arrivals = {a["due"]: a for a in visits(machine, study)["day_14"]["arrivals"]}
    assert arrivals["coagulation"] == {
        "due": "coagulation",
        "arrived": False,
        "missing": ["aptt", "inr"],
        "on": "2026-03-10",
    }


@pytest.mark.usefixtures("planned")
def test_a_visit_is_moved_marked_and_planned_again(machine: FlaskClient, study: Study) -> None:
    visit = visits(machine, study)["day_14"]["id"]
    move = {"on": "2026-03-14", "reason": "snow"}
    moved = machine.post(study.path(f"/visits/{visit}/move"), json=move).get_json()
    assert (moved["on"], moved["outside_window"], moved["reason"]) == ("2026-03-14", True, "snow")
    assert moved["window_to"] == "2026-03-13"
    state = study.path(f"/visits/{visit}/state")
    assert is_problem(machine.post(state, json={"state": "done"}), 422, "visit_not_yet")
    done = machine.post(state, json={"state": "done", "done_on": "2026-03-10"}).get_json()
    assert (done["state"], done["done_on"], done["outside_window"]) == ("done", "2026-03-10", False)
    back = machine.post(state, json={"state": "planned"}).get_json()
    assert (back["state"], back["done_on"]) == ("planned", None)


@pytest.mark.usefixtures("planned")
def test_a_visit_outside_of_the_plan_is_added_once(machine: FlaskClient, study: Study) -> None:
    said = {
        "client_id": str(uuid.uuid4()),
        "purpose": "rash",
        "on": "2026-03-12",
        "due": ["photos"],
        "trough_day": True,
    }
    first = machine.post(study.path("/visits"), json=said)
    assert (first.status_code, first.get_json()["code"]) == (201, "extra_1")
    assert first.get_json()["due"] == ["level", "photos"]
    assert machine.post(study.path("/visits"), json=said).status_code == 200
    other = said | {"purpose": "fever"}
    assert machine.post(study.path("/visits"), json=other).status_code == 409


def a_stay(machine: FlaskClient, study: Study, **said: Any) -> dict[str, Any]:
    body = {"client_id": str(uuid.uuid4()), "from_on": "2026-03-05", **said}
    answer = machine.post(study.path("/stays"), json=body)
    assert answer.status_code == 201, answer.get_json()
    stay: dict[str, Any] = answer.get_json()
    return stay


def a_sheet(*slots: str, **said: Any) -> dict[str, Any]:
    lines = [{"slot": {"on": slot[:10], "half": slot[11:]}, "outcome": "given"} for slot in slots]
    return {
        "client_id": str(uuid.uuid4()),
        "source": "ward_chart",
        "lines": lines,
    } | said


def test_the_wards_chart_fills_a_stay_and_nothing_outside_of_it(
    client: FlaskClient, session: Session, study: Study
) -> None:
    nurse = a_clinician(session, study.site, StaffRole.COORDINATOR)
    session.commit()
    sign_in_staff(client, nurse)
    sheet = a_sheet("2026-03-05-morning", "2026-03-05-evening")
    path = study.path("/doses/sheet")
    assert is_problem(client.post(path, json=sheet), 422, "needs_investigator")
    a_stay(client, study, until_on="2026-03-06")
    outside = a_sheet("2026-03-06-evening", "2026-03-07-morning")
    assert is_problem(client.post(path, json=outside), 422, "needs_investigator")
    told = a_sheet("2026-03-06-evening", source="phone_call")
    assert is_problem(client.post(path, json=told), 422, "needs_investigator")
    assert client.get(study.path("/diary?from=2026-03-05&to=2026-03-07")).get_json()["slots"][0][
        "status"
    ] == ("unknown")
    answer = client.post(path, json=sheet)
    assert answer.status_code == 201
    entry = answer.get_json()["items"][0]["entry"]
    assert (entry["channel"], entry["source"], entry["taken_at"]) == ("clinic", "ward_chart", None)
    assert client.post(path, json=sheet).status_code == 200


def test_what_stands_there_is_corrected_only_with_a_reason(
    client: FlaskClient, session: Session, study: Study
) -> None:
    doctor = a_clinician(session, study.site)
    session.commit()
    sign_in_staff(client, doctor)
    path = study.path("/doses/sheet")
    slot = "2026-03-05-morning"
    assert client.post(path, json=a_sheet(slot)).status_code == 201
    wrong = a_sheet(slot)
    wrong["lines"][0]["outcome"] = "missed"
    assert is_problem(client.post(path, json=wrong), 422, "reason_needed")
    answer = client.post(path, json=wrong | {"reason": "misread"})
    assert answer.get_json()["items"][0]["status"] == "missed"
    other = "2026-03-05-evening"
    assert client.post(path, json=a_sheet(other)).status_code == 201
    out = a_sheet(other, reason="another child")
    out["lines"][0]["outcome"] = "retracted"
    assert client.post(path, json=out).get_json()["items"][0]["status"] == "unknown"


def test_a_family_asks_for_a_second_dose_and_the_investigator_lets_it_in(
    client: FlaskClient, session: Session, study: Study
) -> None:
    doctor, mother = a_clinician(session, study.site), a_carer(session, study.child)
    session.commit()
    slot = {"on": "2026-03-05", "half": "morning"}
    asked = {
        "client_id": str(uuid.uuid4()),
        "slot": slot,
        "outcome": "given",
        "taken_at": "2026-03-05T02:00:00Z",
        "second_dose": True,
        "reason": "grandma gave it too",
    }
    sign_in_staff(client, doctor)
    line = {"slot": slot, "outcome": "given", "taken_at": "2026-03-05T00:00:00Z"}
    sheet = a_sheet(source="phone_call") | {"lines": [line]}
    assert client.post(study.path("/doses/sheet"), json=sheet).status_code == 201
    sign_in_carer(client, mother)
    request = client.post(study.path("/corrections"), json=asked)
    assert (request.status_code, request.get_json()["second_dose"]) == (201, True)
    decision = study.path(f"/corrections/{request.get_json()['id']}/decision")
    said = {"accepted": True, "reason": "fits the bottle"}
    assert client.post(decision, json=said).status_code == 403
    sign_in_staff(client, doctor)
    decided = client.post(decision, json=said).get_json()
    assert (decided["state"], decided["entry"] is not None) == ("accepted", True)
    day = client.get(study.path("/diary?from=2026-03-05&to=2026-03-05")).get_json()
    state = day["slots"][0]
    assert (state["status"], len(state["entries"])) == ("doubled", 2)


def test_adherence_leaves_days_in_hospital_out_and_shows_its_numbers(
    client: FlaskClient, session: Session, study: Study
) -> None:
    """Eight slots from 5 to 8 March, two of them in hospital. Of the six others the sheet knows
    three: given, half of it, missed."""
    doctor = a_clinician(session, study.site)
    session.commit()
    sign_in_staff(client, doctor)
    a_stay(client, study, until_on="2026-03-05")
    sheet = a_sheet("2026-03-06-morning", "2026-03-06-evening", "2026-03-07-morning")
    sheet["lines"][0]["taken_at"] = "2026-03-06T02:00:00Z"
    sheet["lines"][1] |= {"outcome": "partial", "given_ml": "0.18"}
    sheet["lines"][2]["outcome"] = "missed"
    assert client.post(study.path("/doses/sheet"), json=sheet).status_code == 201
    found = client.get(study.path("/adherence?from=2026-03-05&to=2026-03-08")).get_json()
    assert (found["label"], found["inpatient_on"]) == ("reported", ["2026-03-05"])
    assert found["rule_version"] == "khe-sirolimus-v1"
    prompt, same_day, everything = found["readings"]
    assert everything["worst_case"]["taking"] == {"part": "1.5", "whole": 6, "fraction": "0.25"}
    assert everything["observed"]["taking"] == {"part": "1.5", "whole": 3, "fraction": "0.5"}
    assert everything["observed"]["correct_days"] == {"part": "0", "whole": 2, "fraction": "0"}
    assert [t["share"]["part"] for t in everything["timing"]] == ["0", "1", "1"]
    assert [t["main"] for t in everything["timing"]] == [False, True, False]
    assert len(everything["unknown"]) == 3
    assert everything["worst_case"]["holidays"] == [
        [
            {"on": "2026-03-07", "half": "morning"},
            {"on": "2026-03-07", "half": "evening"},
            {"on": "2026-03-08", "half": "morning"},
            {"on": "2026-03-08", "half": "evening"},
        ]
    ]
    assert everything["observed"]["holidays"] == []
    for narrow in (prompt, same_day):
        assert narrow["worst_case"]["taking"] == {"part": "0", "whole": 6, "fraction": "0"}
        assert narrow["observed"]["taking"] == {"part": "0", "whole": 0, "fraction": None}
