"""Levels, laboratory results, volumes, skin findings and treatments over the interface."""

import uuid
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from machine import Study
from models.laboratory import LabResult, Level
from models.tumour import SkinFinding, Treatment, TumourVolume

Said = dict[str, Any]


def a_level_said(**changes: Any) -> Said:
    said = {"client_id": str(uuid.uuid4()), "drawn_at": "2026-03-03T08:00:00+08:00"}
    return said | {"value": "11.20"} | changes


def labs_said(*results: Said, **changes: Any) -> Said:
    said = {"client_id": str(uuid.uuid4()), "drawn_at": "2026-03-03T08:00:00+08:00"}
    return said | {"results": list(results) or [platelets_said()]} | changes


def platelets_said(**changes: Any) -> Said:
    return {"analyte": "platelets", "result": "45", "unit": "10*9/L"} | changes


def a_volume_said(**changes: Any) -> Said:
    return {
        "client_id": str(uuid.uuid4()),
        "measured_on": "2026-03-03",
        "lesion": "left thigh",
        "modality": "mri",
        "reader": "Dr Wu",
        "diameters": {"length_mm": "60", "width_mm": "50.5", "height_mm": "40"},
    } | changes


def a_finding_said(**changes: Any) -> Said:
    said = {"client_id": str(uuid.uuid4()), "examined_on": "2026-03-03"}
    return said | {"colour": "lighter", "firmness": "slightly_softer"} | changes


def a_transfusion_said(**changes: Any) -> Said:
    said = {"client_id": str(uuid.uuid4()), "started_on": "2026-03-03"}
    return said | {"kind": "cryoprecipitate", "name": "2 units"} | changes


KINDS = [
    ("/levels", a_level_said, Level),
    ("/labs", labs_said, LabResult),
    ("/volumes", a_volume_said, TumourVolume),
    ("/skin-findings", a_finding_said, SkinFinding),
    ("/treatments", a_transfusion_said, Treatment),
]
each_kind = pytest.mark.parametrize(
    ("below", "said", "table"), KINDS, ids=[below[1:] for below, _, _ in KINDS]
)


@each_kind
def test_a_result_is_recorded_once_and_listed(
    machine: FlaskClient, study: Study, session: Session, below: str, said: Any, table: Any
) -> None:
    body = said()
    first = machine.post(study.path(below), json=body)
    again = machine.post(study.path(below), json=body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.get_json() == again.get_json()
    assert session.query(table).count() == 1
    kept = first.get_json().get("items", [first.get_json()])
    assert machine.get(study.path(below)).get_json()["items"] == kept


@each_kind
def test_the_same_id_with_other_content_is_a_conflict(
    machine: FlaskClient, study: Study, session: Session, below: str, said: Any, table: Any
) -> None:
    body = said()
    machine.post(study.path(below), json=body)
    name = {"/levels": "value", "/labs": "laboratory"}.get(below, "amends")
    change: Said = {"value": "12"} if name == "value" else {"laboratory": "Fudan"}
    if below == "/volumes":
        change = {"lesion": "right thigh"}
    elif below == "/skin-findings":
        change = {"colour": "darker"}
    elif below == "/treatments":
        change = {"kind": "plasma"}
    answer = machine.post(study.path(below), json=body | change)
    assert (answer.status_code, answer.get_json()["code"]) == (409, "conflict")
    assert answer.get_json()["first"] != answer.get_json()["offered"]
    assert session.query(table).count() == 1


@each_kind
def test_a_correction_names_what_it_corrects(
    machine: FlaskClient, study: Study, below: str, said: Any, table: Any
) -> None:
    if below == "/labs":
        first = machine.post(study.path(below), json=labs_said()).get_json()["items"][0]
        why = {"amends": first["id"], "amend_reason": "typing slip"}
        body = labs_said(platelets_said(result="54", **why))
    else:
        first = machine.post(study.path(below), json=said()).get_json()
        body = said(amends=first["id"], amend_reason="typing slip")
    assert machine.post(study.path(below), json=body).status_code == 201
    listed = machine.get(study.path(below)).get_json()["items"]
    assert [row["amends"] for row in listed] == [None, first["id"]]


@each_kind
def test_a_correction_of_another_childs_row_is_not_found(
    machine: FlaskClient, study: Study, session: Session, below: str, said: Any, table: Any
) -> None:
    why = {"amends": str(uuid.uuid4()), "amend_reason": "typing slip"}
    body = labs_said(platelets_said(**why)) if below == "/labs" else said(**why)
    assert machine.post(study.path(below), json=body).status_code == 404
    assert session.query(table).count() == 0


def test_a_level_keeps_every_digit_that_was_reported(machine: FlaskClient, study: Study) -> None:
    level = machine.post(study.path("/levels"), json=a_level_said()).get_json()
    assert (level["value"], level["below_loq"]) == ("11.20", None)
    assert level["drawn_at"] == "2026-03-03T00:00:00Z"


def test_a_level_below_quantification_has_no_value(machine: FlaskClient, study: Study) -> None:
    said = a_level_said(value=None, below_loq="2.0")
    level = machine.post(study.path("/levels"), json=said).get_json()
    assert (level["value"], level["below_loq"]) == (None, "2.0")


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"value": None}, "value", "not_a_level"),
        ({"value": "99999"}, "value", "out_of_range"),
        ({"drawn_at": "2026-03-11T08:00:00+08:00"}, "drawn_at", "in_the_future"),
        ({"last_dose_at": "2026-03-02T20:00:00+08:00"}, "last_dose_told_by", "told_needs_both"),
    ],
)
def test_a_level_that_cannot_be_is_refused_by_the_name_of_its_field(
    machine: FlaskClient, study: Study, session: Session, change: Said, field: str, code: str
) -> None:
    answer = machine.post(study.path("/levels"), json=a_level_said(**change))
    problem = answer.get_json()
    assert (answer.status_code, problem["field"], problem["code"]) == (422, field, code)
    assert session.query(Level).count() == 0


def test_a_panel_is_kept_whole_or_not_at_all(
    machine: FlaskClient, study: Study, session: Session
) -> None:
    bad = {"analyte": "fibrinogen", "result": "much", "unit": "g/L"}
    answer = machine.post(study.path("/labs"), json=labs_said(platelets_said(), bad))
    assert (answer.status_code, answer.get_json()["field"]) == (422, "fibrinogen")
    assert session.query(LabResult).count() == 0


def test_a_result_beyond_a_limit_keeps_its_sign(machine: FlaskClient, study: Study) -> None:
    answer = machine.post(study.path("/labs"), json=labs_said(platelets_said(result="<10")))
    (row,) = answer.get_json()["items"]
    assert (row["comparator"], row["value"]) == ("<", "10")


@pytest.mark.parametrize(("count", "status"), [(0, 422), (1, 201), (101, 422)])
def test_a_panel_has_some_results_and_not_endless_ones(
    machine: FlaskClient, study: Study, count: int, status: int
) -> None:
    said = labs_said() | {"results": [platelets_said()] * count}
    answer = machine.post(study.path("/labs"), json=said)
    assert answer.status_code == status
    if status == 422:
        assert answer.get_json()["errors"]["results"][0]["code"] == "too_many"


def test_the_error_in_a_list_says_in_which_item(machine: FlaskClient, study: Study) -> None:
    said = labs_said(platelets_said(), platelets_said(unit=5))
    errors = machine.post(study.path("/labs"), json=said).get_json()["errors"]
    assert list(errors) == ["results.1.unit"]


def test_a_volume_is_computed_unrounded(machine: FlaskClient, study: Study) -> None:
    volume = machine.post(study.path("/volumes"), json=a_volume_said()).get_json()
    assert volume["method"] == "ellipsoid"
    assert volume["volume_ml"].startswith("63.4601")
    assert len(volume["volume_ml"]) > 10


def test_a_slice_sum_is_kept_as_read(machine: FlaskClient, study: Study) -> None:
    said = a_volume_said(diameters=None, volume_ml="21.40")
    volume = machine.post(study.path("/volumes"), json=said).get_json()
    assert (volume["method"], volume["volume_ml"]) == ("slice_sum", "21.40")
