"""Symptoms, adverse events, proposals and their numbers over the interface."""

import uuid
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from factories import a_carer, a_clinician, sign_in_carer, sign_in_staff
from machine import API, Study, a_token, bearing, is_problem
from models.adverse_event import AdverseEvent
from models.attention import Alert
from models.site import StaffRole
from models.symptom import SymptomReport

Said = dict[str, Any]
EVENTS, PROPOSALS = "/adverse-events", "/event-candidates"


def a_symptom_said(**changes: Any) -> Said:
    said = {"client_id": str(uuid.uuid4()), "kind": "fever", "severity": "mild"}
    return said | {"noticed_on": "2026-03-10", "celsius": "38.4"} | changes


def an_event_said(**changes: Any) -> Said:
    return {
        "client_id": str(uuid.uuid4()),
        "term": "Mucositis oral",
        "grade": 2,
        "verbatim": "sore mouth",
        "source": "clinic",
        "started_on": "2026-03-05",
        "relatedness": "possible",
        "action": "none",
        "outcome": "recovering",
    } | changes


@pytest.fixture
def event(machine: FlaskClient, study: Study) -> Said:
    kept: Said = machine.post(study.path(EVENTS), json=an_event_said()).get_json()
    return kept


def test_a_symptom_is_told_once_and_listed(
    machine: FlaskClient, study: Study, session: Session
) -> None:
    said = a_symptom_said(celsius="38.40")
    first = machine.post(study.path("/symptoms"), json=said)
    again = machine.post(study.path("/symptoms"), json=said)
    assert (first.status_code, again.status_code) == (201, 200)
    kept = first.get_json()
    assert kept == again.get_json()
    assert kept["celsius"] == "38.40"
    assert (kept["advice"], kept["advice_version"]) == ("fever", "khe-sirolimus-v1.en")
    assert kept["advice_text"].startswith("Fever of 38.0 °C or more")
    assert machine.get(study.path("/symptoms")).get_json()["items"] == [kept]
    assert session.scalars(select(Alert.code)).all() == ["fever"]
    changed = machine.post(study.path("/symptoms"), json=said | {"severity": "severe"})
    assert is_problem(changed, 409, "conflict")


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"kind": "hiccups"}, "not_a_choice", "kind"),
        ({"noticed_on": "2026-03-11"}, "in_the_future", "noticed_on"),
        ({"celsius": "45"}, "temperature_impossible", "celsius"),
        ({"kind": "rash"}, "only_for_fever", "celsius"),
    ],
)
def test_a_symptom_that_cannot_be_is_refused_beside_its_field(
    machine: FlaskClient, study: Study, change: Said, code: str, field: str
) -> None:
    answer = machine.post(study.path("/symptoms"), json=a_symptom_said(**change))
    assert is_problem(answer, 422, code)
    assert answer.get_json()["field"] == field


def test_a_mother_tells_of_her_own_child_alone(
    client: FlaskClient, study: Study, session: Session
) -> None:
    mother = a_carer(session, of=study.child)
    session.commit()
    sign_in_carer(client, mother)
    assert client.post(study.path("/symptoms"), json=a_symptom_said()).status_code == 201
    (row,) = session.scalars(select(SymptomReport))
    assert row.entered_by_id == mother.id
    stranger = f"{API}/children/{study.stranger.public_id}/symptoms"
    assert client.post(stranger, json=a_symptom_said()).status_code == 404
    for path in (EVENTS, PROPOSALS):
        assert client.get(study.path(path)).status_code == 403


def test_a_carer_who_may_only_look_tells_nothing(
    client: FlaskClient, study: Study, session: Session
) -> None:
    onlooker = a_carer(session, of=study.child, may_log=False)
    session.commit()
    sign_in_carer(client, onlooker)
    assert client.get(study.path("/symptoms")).status_code == 200
    assert client.post(study.path("/symptoms"), json=a_symptom_said()).status_code == 403


def test_a_masked_reader_sees_nothing(client: FlaskClient, study: Study, session: Session) -> None:
    reader = a_clinician(session, study.site, StaffRole.READER)
    session.commit()
    sign_in_staff(client, reader)
    for path in (EVENTS, PROPOSALS, "/symptoms"):
        assert client.get(study.path(path)).status_code == 403
    table = f"{API}/sites/{study.site.code}/adverse-events/table"
    assert client.get(table).status_code == 403


def test_a_symptom_is_corrected_by_another_row(machine: FlaskClient, study: Study) -> None:
    wrong = machine.post(study.path("/symptoms"), json=a_symptom_said(celsius="37.0")).get_json()
    assert wrong["advice"] is None
    said = a_symptom_said(celsius="39.5", amends=wrong["id"], amend_reason="misread")
    right = machine.post(study.path("/symptoms"), json=said).get_json()
    assert right["amends"] == wrong["id"]
    shown = {one["id"]: one for one in machine.get(study.path("/symptoms")).get_json()["items"]}
    assert shown[wrong["id"]]["superseded"]
    assert not shown[right["id"]]["superseded"]


def test_an_event_is_recorded_once_and_listed(
    machine: FlaskClient, study: Study, session: Session
) -> None:
    said = an_event_said()
    first = machine.post(study.path(EVENTS), json=said)
    again = machine.post(study.path(EVENTS), json=said)
    assert (first.status_code, again.status_code) == (201, 200)
    kept = first.get_json()
    assert kept["grades"] == [{"grade": 2, "since_on": "2026-03-05"}]
    assert kept["soc"] == "Gastrointestinal disorders"
    assert (kept["ctcae_version"], kept["is_serious"], kept["is_related"]) == ("4.03", False, True)
    assert machine.get(study.path(EVENTS)).get_json()["items"] == [kept]
    other = machine.post(study.path(EVENTS), json=said | {"grade": 3})
    assert is_problem(other, 409, "conflict")
    assert session.query(AdverseEvent).count() == 1


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"term": "Otitis media", "grade": 1}, "grade_not_in_term", "grade"),
        ({"term": "Sore mouth"}, "unknown_term", "term"),
        ({"ended_on": "2026-03-04"}, "ends_before_start", "ended_on"),
        ({"started_on": "2026-03-11"}, "in_the_future", "started_on"),
        ({"outcome": "fatal"}, "fatal_is_grade_5", "outcome"),
        ({"grade": 5}, "grade_5_is_fatal", "outcome"),
        ({"grade": 5, "outcome": "fatal"}, "death_is_serious", "serious_criteria"),
    ],
)
def test_an_event_that_cannot_be_is_refused_beside_its_field(
    machine: FlaskClient, study: Study, change: Said, code: str, field: str
) -> None:
    answer = machine.post(study.path(EVENTS), json=an_event_said(**change))
    assert is_problem(answer, 422, code)
    assert answer.get_json()["field"] == field


def test_a_death_is_serious_and_urgent(
    machine: FlaskClient, study: Study, session: Session
) -> None:
    said = an_event_said(grade=5, outcome="fatal", serious_criteria=["death"])
    assert machine.post(study.path(EVENTS), json=said).get_json()["is_serious"]
    assert session.scalars(select(Alert.code)).all() == ["serious_event"]


def test_an_event_gets_another_grade(machine: FlaskClient, study: Study, event: Said) -> None:
    path = study.path(f"{EVENTS}/{event['id']}/grades")
    said = {"grade": 3, "since_on": "2026-03-08"}
    assert machine.post(path, json=said).status_code == 201
    again = machine.post(path, json=said)
    assert again.status_code == 200
    assert (again.get_json()["grade"], again.get_json()["highest_grade"]) == (3, 3)
    early = machine.post(path, json={"grade": 1, "since_on": "2026-03-04"})
    assert is_problem(early, 422, "grade_before_start")
    assert early.get_json()["field"] == "since_on"
    replaced = machine.post(path, json={"grade": 4, "since_on": "2026-03-08"})
    assert is_problem(replaced, 422, "reason_needed")


def test_facts_change_with_old_and_new(machine: FlaskClient, study: Study, event: Said) -> None:
    path = study.path(f"{EVENTS}/{event['id']}/changes")
    said = {
        "client_id": str(uuid.uuid4()),
        "facts": {"ended_on": "2026-03-09", "outcome": "recovered"},
        "reason": "seen at the visit",
    }
    assert machine.post(path, json=said).status_code == 201
    kept = machine.post(path, json=said).get_json()
    (change,) = kept["changes"]
    assert change["old"] == {"ended_on": None, "outcome": "recovering"}
    assert change["new"] == {"ended_on": "2026-03-09", "outcome": "recovered"}
    back = said | {"client_id": str(uuid.uuid4()), "facts": {"ended_on": None}}
    assert machine.post(path, json=back).get_json()["ended_on"] is None


def test_an_event_of_another_child_is_not_found(machine: FlaskClient, study: Study) -> None:
    path = f"{API}/children/{study.stranger.public_id}{EVENTS}"
    assert machine.get(path).status_code == 404
    wrong = study.path(f"{EVENTS}/{uuid.uuid4()}/grades")
    assert machine.post(wrong, json={"grade": 3, "since_on": "2026-03-08"}).status_code == 404


@pytest.mark.parametrize(
    ("celsius", "hours", "grade"),
    [
        ("38.0", None, "1"),
        ("39.0", None, "1"),
        ("39.1", None, "2"),
        ("40.0", None, "2"),
        ("40.1", "24", "3"),
        ("40.1", "24.1", "4"),
    ],
)
def test_a_fever_is_proposed_with_its_grade(
    machine: FlaskClient, study: Study, celsius: str, hours: str | None, grade: str
) -> None:
    told = a_symptom_said(celsius=celsius, lasted_hours=hours)
    symptom = machine.post(study.path("/symptoms"), json=told).get_json()
    (one,) = machine.get(study.path(PROPOSALS)).get_json()["items"]
    assert (one["kind"], one["term"], one["grade"]) == ("symptom", "Fever", grade)
    assert (one["evidence_id"], one["decision"]) == (symptom["id"], None)
    assert one["symptom"]["celsius"] == celsius
    assert one["rule_version"] == "khe-sirolimus-v1"


def test_a_result_is_proposed_with_the_steps_of_its_grade(
    machine: FlaskClient, study: Study
) -> None:
    result = {"analyte": "triglycerides", "result": "1.71", "unit": "mmol/L"}
    said = {"client_id": str(uuid.uuid4()), "drawn_at": "2026-03-03T08:00:00+08:00"}
    machine.post(study.path("/labs"), json=said | {"results": [result]})
    (one,) = machine.get(study.path(PROPOSALS)).get_json()["items"]
    assert (one["kind"], one["term"], one["grade"]) == ("lab", "Hypertriglyceridemia", "1")
    assert one["result"]["value"] == "1.71"
    assert one["draft"]["steps"]


def test_a_proposal_is_decided_once(machine: FlaskClient, study: Study, event: Said) -> None:
    symptoms = [
        machine.post(study.path("/symptoms"), json=a_symptom_said(noticed_on=on)).get_json()["id"]
        for on in ("2026-03-08", "2026-03-09", "2026-03-10")
    ]
    path = study.path(f"{PROPOSALS}/decisions")

    def decide(symptom: str, choice: str, **said: Any) -> Any:
        body = {"client_id": str(uuid.uuid4()), "evidence_id": symptom, "choice": choice} | said
        answer = machine.post(path, json=body)
        assert machine.post(path, json=body).status_code == 200 or answer.status_code == 422
        return answer

    fever = an_event_said(term="Fever", grade=1)
    del fever["client_id"]
    new = decide(symptoms[0], "new", event=fever)
    assert new.status_code == 201
    join = decide(symptoms[1], "join", event_id=event["id"], grade=3, since_on="2026-03-09")
    none = decide(symptoms[2], "none", reason="vaccination")
    assert [each.get_json()["choice"] for each in (new, join, none)] == ["new", "join", "none"]
    assert join.get_json()["event"] == event["id"]
    again = decide(symptoms[2], "none", reason="changed my mind")
    assert is_problem(again, 422, "already_decided")
    shown = machine.get(study.path(PROPOSALS)).get_json()["items"]
    assert all(one["decision"] for one in shown)


def test_what_is_not_proposed_cannot_be_decided(machine: FlaskClient, study: Study) -> None:
    said = {"client_id": str(uuid.uuid4()), "evidence_id": str(uuid.uuid4()), "choice": "none"}
    path = study.path(f"{PROPOSALS}/decisions")
    assert machine.post(path, json=said | {"reason": "teething"}).status_code == 404


def test_children_are_counted_by_term_and_arm(
    machine: FlaskClient, study: Study, event: Said
) -> None:
    path = f"{API}/sites/{study.site.code}/adverse-events/table"
    total, line = machine.get(path).get_json()["items"]
    assert (total["term"], line["term"]) == (None, "Mucositis oral")
    for counts in (total, line):
        assert (counts["arm"], counts["children_in_arm"]) == ("high", 1)
        assert counts["by_grade"][1] == {"grade": 2, "children": 1}
        assert (counts["any_grade"], counts["grade_3_or_worse"]) == (1, 0)
        assert (counts["serious"], counts["related"]) == (0, 1)
    assert machine.get(f"{API}/sites/NOWHERE/adverse-events/table").status_code == 404
    unlikely = an_event_said(grade=3, relatedness="unlikely")
    machine.post(study.path(EVENTS), json=unlikely)
    worst = {
        related: machine.get(f"{path}?related={related}").get_json()["items"][0]["grade_3_or_worse"]
        for related in ("false", "true")
    }
    assert worst == {"false": 1, "true": 0}
    assert machine.get(f"{path}?related=perhaps").status_code == 422


def test_a_token_without_the_verb_records_nothing(
    client: FlaskClient, study: Study, session: Session
) -> None:
    token = a_token(session, study.site, "participants:read", "results:read")
    session.commit()
    headers = bearing(token)
    assert client.get(study.path(EVENTS), headers=headers).status_code == 200
    answer = client.post(study.path(EVENTS), json=an_event_said(), headers=headers)
    assert answer.status_code == 403
