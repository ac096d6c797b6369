"""Sizes and medicines over the interface."""

import uuid
from typing import Any

import pytest
from flask.testing import FlaskClient

from machine import Study, is_problem


def a_size_said(**changes: Any) -> dict[str, Any]:
    """100 cm and 12.96 kg are 0.6 m²."""
    said: dict[str, Any] = {
        "client_id": str(uuid.uuid4()),
        "measured_on": "2026-03-10",
        "height_cm": "100.0",
        "weight_kg": "12.96",
    }
    return said | changes


def a_medicine_said(**changes: Any) -> dict[str, Any]:
    said: dict[str, Any] = {
        "client_id": str(uuid.uuid4()),
        "name": "Fluconazole 50 mg",
        "started_on": "2026-03-01",
    }
    return said | changes


def test_a_size_is_recorded_once_and_reviews_the_dose(machine: FlaskClient, study: Study) -> None:
    said = a_size_said()
    first, again = (machine.post(study.path("/measurements"), json=said) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    size = first.get_json()
    assert (size["bsa_m2"], size["bsa_formula"]) == ("0.60", "mosteller")
    found = machine.get(study.path("/measurements")).get_json()
    assert [row["weight_kg"] for row in found["items"]] == ["12.96", "10.5"]
    # 0.36 mg are now 0.6 mg/m²
    assert (found["review"]["is_due"], found["review"]["mg_per_m2_now"]) == (True, "0.6")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"height_cm": "1000"}, "height_not_plausible"),
        ({"weight_kg": "0.4"}, "weight_not_plausible"),
        ({"measured_on": "2026-03-11"}, "measured_on_impossible"),
    ],
)
def test_an_impossible_size_is_refused(
    machine: FlaskClient, study: Study, changes: dict[str, Any], code: str
) -> None:
    answer = machine.post(study.path("/measurements"), json=a_size_said(**changes))
    assert is_problem(answer, 422, code)


def test_a_medicine_is_recognised_and_ends_by_a_correction(
    machine: FlaskClient, study: Study
) -> None:
    first = machine.post(study.path("/medicines"), json=a_medicine_said()).get_json()
    assert (first["code"], first["effect"]) == ("fluconazole", "moderate_inhibitor")
    assert (first["level_from"], first["level_to"]) == ("2026-03-08", "2026-03-15")
    ended = a_medicine_said(ended_on="2026-03-09", amends=first["id"], amend_reason="stopped")
    assert machine.post(study.path("/medicines"), json=ended).status_code == 201
    (standing,) = machine.get(study.path("/medicines")).get_json()["items"]
    assert (standing["ended_on"], standing["stops_formula"]) == ("2026-03-09", True)


def test_an_unknown_name_is_told_as_unknown(machine: FlaskClient, study: Study) -> None:
    answer = machine.post(study.path("/medicines"), json=a_medicine_said(name="Prednisolone"))
    found = answer.get_json()
    assert (found["code"], found["effect"], found["stops_formula"]) == (None, None, False)


def test_a_medicine_cannot_end_before_it_begins(machine: FlaskClient, study: Study) -> None:
    said = a_medicine_said(ended_on="2026-02-28")
    assert is_problem(machine.post(study.path("/medicines"), json=said), 422, "ends_before_start")
