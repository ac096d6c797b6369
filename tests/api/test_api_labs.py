"""Draft grades, limits of normal and tables of results over the interface."""

import uuid
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from machine import API, Study
from models.laboratory import LabImport, LabResult

Said = dict[str, Any]


def ranges(study: Study) -> str:
    return f"{API}/sites/{study.site.code}/reference-ranges"


def imports(study: Study) -> str:
    return f"{API}/sites/{study.site.code}/lab-imports"


def a_sample(*results: Said, on: str = "2026-03-03", **changes: Any) -> Said:
    said = {"client_id": str(uuid.uuid4()), "drawn_at": f"{on}T08:00:00+08:00"}
    return said | {"results": list(results)} | changes


def a_range(**changes: Any) -> Said:
    return {
        "client_id": str(uuid.uuid4()),
        "laboratory": "Central lab",
        "analyte": "neutrophils",
        "unit": "10*9/L",
        "from_days": 365,
        "to_days": 730,
        "low": "1.0",
        "high": "7.0",
        "valid_from_on": "2026-01-01",
    } | changes


def a_row(study: Study, **changes: Any) -> Said:
    return {
        "study_number": study.child.study_number,
        "drawn_at": "2026-03-03T08:10:00+08:00",
        "analyte": "platelets",
        "result": "74.9",
        "unit": "10*9/L",
        "reference_low": "125",
    } | changes


def test_drafts_come_with_their_numbers_and_rules(machine: FlaskClient, study: Study) -> None:
    platelets = {"analyte": "platelets", "result": "74.9", "unit": "10*9/L", "reference_low": "125"}
    stored = machine.post(study.path("/labs"), json=a_sample(platelets)).get_json()
    (item,) = machine.get(study.path("/labs/drafts")).get_json()["items"]
    assert item["result"] == stored["items"][0]["id"]
    (draft,) = item["drafts"]
    assert (draft["term"], draft["grade"], draft["least"], draft["most"]) == (
        "Platelet count decreased",
        "2",
        2,
        2,
    )
    assert draft["decided_by"] == {
        "basis": "bound",
        "grade": 2,
        "factor": "75",
        "number": "75",
        "unit": "10*9/L",
        "included": False,
        "holds": "yes",
    }
    assert (draft["ctcae_version"], draft["rule_version"]) == ("CTCAE 4.03", "khe-sirolimus-v1")
    assert draft["soc"] == "Investigations"


@pytest.mark.parametrize(
    ("result", "grade", "reason"),
    [
        ({"analyte": "platelets", "result": "100", "unit": "10*9/L"}, "0-1", None),
        ({"analyte": "alt", "result": "90", "unit": "U/L"}, None, "limit_missing"),
        ({"analyte": "triglycerides", "result": "150", "unit": "mg/dL"}, "1", None),
        ({"analyte": "triglycerides", "result": "1.71", "unit": "mmol/L"}, "1", None),
        ({"analyte": "triglycerides", "result": "1.70", "unit": "mmol/L"}, "0", None),
        ({"analyte": "urine_dipstick", "result": "3+", "unit": "{plus}"}, None, "not_printed"),
    ],
)
def test_spans_and_reasons_travel_too(
    machine: FlaskClient, study: Study, result: Said, grade: str | None, reason: str | None
) -> None:
    machine.post(study.path("/labs"), json=a_sample(result))
    (item,) = machine.get(study.path("/labs/drafts")).get_json()["items"]
    (draft,) = item["drafts"]
    assert (draft["grade"], draft["reason"]) == (grade, reason)


def test_corrected_calcium_comes_with_its_correction(machine: FlaskClient, study: Study) -> None:
    calcium = {"analyte": "calcium", "result": "1.80", "unit": "mmol/L", "reference_low": "2.1"}
    albumin = {"analyte": "albumin", "result": "30", "unit": "g/L"}
    machine.post(study.path("/labs"), json=a_sample(calcium, albumin))
    items = machine.get(study.path("/labs/drafts")).get_json()["items"]
    drafts = {draft["term"]: draft for item in items for draft in item["drafts"]}
    draft = drafts["Hypocalcemia"]
    assert (draft["grade"], draft["graded"]["value"]) == ("1", "2.00")
    assert draft["correction"] == {
        "slope": "0.02",
        "normal": "40",
        "by_analyte": "albumin",
        "by_unit": "g/L",
    }
    assert drafts["Hypoalbuminemia"]["correction"] is None


def test_limits_are_added_once_listed_and_used(machine: FlaskClient, study: Study) -> None:
    body = a_range()
    first, again = (machine.post(ranges(study), json=body) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert machine.get(ranges(study)).get_json() == {"items": [first.get_json()]}
    result = {"analyte": "neutrophils", "result": "1.2", "unit": "10*9/L"}
    said = a_sample(result, laboratory="Central lab")
    (row,) = machine.post(study.path("/labs"), json=said).get_json()["items"]
    assert (row["reference_low"], row["range_source"]) == ("1.0", "site")
    (item,) = machine.get(study.path("/labs/drafts")).get_json()["items"]
    (draft,) = item["drafts"]
    assert (draft["grade"], draft["flags"]) == ("0", ["beyond_adult_bound"])


def test_impossible_limits_are_refused(machine: FlaskClient, study: Study) -> None:
    answer = machine.post(ranges(study), json=a_range(to_days=365))
    assert (answer.status_code, answer.get_json()["code"]) == (422, "ages_reversed")


def test_another_site_is_not_found(machine: FlaskClient, study: Study) -> None:
    for path in (f"{API}/sites/NOWHERE/reference-ranges",):
        assert machine.get(path).status_code == 404
    rows = {"rows": [a_row(study)]}
    assert machine.post(f"{API}/sites/NOWHERE/lab-imports/preview", json=rows).status_code == 404


def test_rows_are_looked_at_and_stored(
    machine: FlaskClient, study: Study, session: Session
) -> None:
    rows = [a_row(study), a_row(study, analyte="fibrinogen", result="<0.5", unit="g/L")]
    rows[1]["reference_low"] = "2.0"
    look = machine.post(f"{imports(study)}/preview", json={"rows": rows})
    assert look.status_code == 200
    shown = look.get_json()
    assert [row["drafts"][0]["grade"] for row in shown["rows"]] == ["2", "4"]
    assert (shown["new"], shown["imported_before"]) == (2, None)
    assert session.query(LabResult).count() == 0
    body = {"client_id": str(uuid.uuid4()), "rows": rows}
    first, again = (machine.post(imports(study), json=body) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.get_json() == again.get_json()
    assert len(first.get_json()["results"]) == 2
    assert session.query(LabResult).count() == 2
    other = machine.post(imports(study), json=body | {"client_id": str(uuid.uuid4())})
    assert (other.status_code, other.get_json()["code"]) == (422, "file_before")


def test_every_wrong_row_is_named_and_none_is_stored(
    machine: FlaskClient, study: Study, session: Session
) -> None:
    rows = [
        a_row(study),
        a_row(study, analyte="wbc", result="many"),
        a_row(study, study_number="S99-999", unit="mg/dL"),
    ]
    body = {"client_id": str(uuid.uuid4()), "rows": rows}
    for path, sent in ((imports(study), body), (f"{imports(study)}/preview", {"rows": rows})):
        answer = machine.post(path, json=sent)
        assert answer.status_code == 422
        problem = answer.get_json()
        assert problem["code"] == "rows_wrong"
        codes = {
            path: [each["code"] for each in found] for path, found in problem["errors"].items()
        }
        assert codes == {
            "rows.1.result": ["not_a_result"],
            "rows.2.study_number": ["unknown_child"],
            "rows.2.unit": ["unknown_unit"],
        }
    assert (session.query(LabResult).count(), session.query(LabImport).count()) == (0, 0)


def test_two_thousand_rows_are_one_request(machine: FlaskClient, study: Study) -> None:
    rows = [a_row(study, study_number="S99-999")] * 2_000
    answer = machine.post(f"{imports(study)}/preview", json={"rows": rows})
    assert answer.get_json()["code"] == "rows_wrong"
