"""A child registered, checked, consented for, randomised and ended by a program."""

import uuid
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from children_at_the_door import FITTING, a_list
from factories import a_carer, a_clinician, as_actor, sign_in_carer
from machine import API, Study, a_child_said, a_token, bearing, is_problem, text_of

ANSWERS = {code: answer.value for code, answer in FITTING.items()}
FIRST_SLOT = {"on": "2026-03-10", "half": "evening"}


@pytest.fixture
def sealed(session: Session, study: Study) -> Study:
    """The study with a list for the machine's site."""
    actor = as_actor(session, a_clinician(session, study.site))
    a_list(session, actor, study.site)
    return study


def an_id() -> str:
    return str(uuid.uuid4())


def a_check(**answers: str) -> dict[str, Any]:
    said = {"client_id": an_id(), "checked_on": "2026-03-10"}
    return said | {"answers": ANSWERS | answers}


def a_consent(**changes: Any) -> dict[str, Any]:
    said = {
        "client_id": an_id(),
        "kind": "consent",
        "document_version": "ICF-1.0",
        "given_by": "Ms Lin",
        "relation": "mother",
        "given_on": "2026-03-09",
    }
    return said | changes


def a_start(**changes: Any) -> dict[str, Any]:
    return {"client_id": an_id(), "first_slot": FIRST_SLOT} | changes


def registered(machine: FlaskClient, study: Study) -> str:
    """The address of a new child."""
    child = machine.post(f"{API}/children", json=a_child_said(study.site)).get_json()
    assert child["arm"] is None
    return f"{API}/children/{child['id']}"


def test_a_child_comes_in_step_by_step(machine: FlaskClient, sealed: Study) -> None:
    child = registered(machine, sealed)
    before = machine.get(f"{child}/randomisation").get_json()
    assert before == {
        "stratum": f"site={sealed.site.code}/kasabach_merritt=yes",
        "has_list": True,
        "obstacles": ["eligibility_missing", "consent_missing"],
        "allocation": None,
    }
    refused = machine.post(f"{child}/randomisation", json=a_start())
    assert is_problem(refused, 422, "eligibility_missing")
    check = machine.post(f"{child}/eligibility", json=a_check())
    assert (check.status_code, check.get_json()["is_eligible"]) == (201, True)
    assert machine.post(f"{child}/consents", json=a_consent()).status_code == 201
    start = a_start()
    made = machine.post(f"{child}/randomisation", json=start)
    again = machine.post(f"{child}/randomisation", json=start)
    assert (made.status_code, again.status_code) == (201, 200)
    assert made.get_json() == again.get_json() == machine.get(f"{child}/randomisation").get_json()
    allocation = made.get_json()["allocation"]
    assert (allocation["number"], allocation["method"]) == ("L1-0001", "block")
    assert machine.get(child).get_json()["arm"] == allocation["arm"]


def test_a_check_says_which_criteria_failed(machine: FlaskClient, sealed: Study) -> None:
    child = registered(machine, sealed)
    machine.post(f"{child}/eligibility", json=a_check())
    machine.post(f"{child}/eligibility", json=a_check(allergy="yes", khe="no"))
    newest, older = machine.get(f"{child}/eligibility").get_json()["items"]
    assert (newest["is_eligible"], newest["failed"]) == (False, ["khe", "allergy"])
    assert (older["is_eligible"], older["rule_version"]) == (True, "khe-sirolimus-v1")
    refused = machine.post(f"{child}/randomisation", json=a_start())
    assert is_problem(refused, 422, "not_eligible")


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ({code: ANSWERS[code] for code in ANSWERS if code != "khe"}, "required"),
        (ANSWERS | {"weather": "yes"}, "unknown_criterion"),
        (ANSWERS | {"khe": "maybe"}, "fields"),
        (ANSWERS | {"child": "no"}, "answer_contradicts_age"),
    ],
)
def test_answers_that_do_not_fit_are_refused(
    machine: FlaskClient, sealed: Study, answers: dict[str, str], code: str
) -> None:
    child = registered(machine, sealed)
    answer = machine.post(f"{child}/eligibility", json=a_check() | {"answers": answers})
    assert is_problem(answer, 422, code)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"given_on": "2026-03-11"}, "in_the_future"),
        ({"document_version": "ICF-0.1"}, "consent_version_unknown"),
        ({"relation": "self"}, "guardian_must_consent"),
        ({"kind": "assent_not_possible"}, "reason_needed"),
        ({"kind": "withdrawn", "note": "No"}, "no_consent_to_withdraw"),
    ],
)
def test_a_consent_that_cannot_be_is_refused(
    machine: FlaskClient, sealed: Study, change: dict[str, str], code: str
) -> None:
    child = registered(machine, sealed)
    assert is_problem(machine.post(f"{child}/consents", json=a_consent(**change)), 422, code)


def test_no_answer_holds_the_name_of_who_signed(machine: FlaskClient, sealed: Study) -> None:
    child = registered(machine, sealed)
    made = machine.post(f"{child}/consents", json=a_consent())
    shown = machine.get(f"{child}/consents")
    assert shown.get_json()["items"][0]["document_version"] == "ICF-1.0"
    assert "Lin" not in text_of([made.get_json(), shown.get_json()])


def test_without_a_list_the_envelope_is_sent(machine: FlaskClient, study: Study) -> None:
    child = registered(machine, study)
    machine.post(f"{child}/eligibility", json=a_check())
    machine.post(f"{child}/consents", json=a_consent())
    assert is_problem(machine.post(f"{child}/randomisation", json=a_start()), 422, "no_list")
    said = a_start(envelope={"number": "R-041", "arm": "low"})
    made = machine.post(f"{child}/randomisation", json=said).get_json()
    assert made["allocation"]["method"] == "envelope"
    other = a_start(envelope={"number": "R-041", "arm": "high"})
    assert machine.post(f"{child}/randomisation", json=other).status_code == 409


def test_a_child_without_an_arm_has_no_order(machine: FlaskClient, sealed: Study) -> None:
    child = registered(machine, sealed)
    said = {
        "client_id": an_id(),
        "from_slot": FIRST_SLOT,
        "given_ml": "0.38",
        "reason": "Starting dose",
    }
    assert is_problem(machine.post(f"{child}/orders", json=said), 422, "not_allocated")
    assert machine.get(f"{child}/diary").status_code == 200


def test_the_part_in_the_study_ends_once(machine: FlaskClient, study: Study) -> None:
    said = {"status": "withdrawn", "ended_on": "2026-03-10", "reason": "Moved away"}
    first, again = (machine.post(study.path("/end"), json=said) for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 200)
    shown = machine.get(study.path()).get_json()
    assert [shown[name] for name in ("status", "ended_on", "ended_reason")] == list(said.values())
    other = machine.post(study.path("/end"), json=said | {"reason": "Other"})
    assert other.status_code == 409
    dose = {"client_id": an_id(), "entered_at": "2026-03-10T08:30:00+08:00", "just_now": True}
    assert is_problem(machine.post(study.path("/doses"), json=dose), 422, "diary_closed")


def test_a_study_ends_in_one_of_two_ways(machine: FlaskClient, study: Study) -> None:
    said = {"status": "active", "ended_on": "2026-03-10", "reason": "x"}
    assert is_problem(machine.post(study.path("/end"), json=said), 422, "not_a_choice")


def test_the_lists_show_counts_and_no_arm(machine: FlaskClient, sealed: Study) -> None:
    shown = machine.get(f"{API}/randomisation").get_json()
    assert [line["used"] for line in shown["strata"]] == [0, 0]
    assert all(line["left"] == line["places"] >= 8 for line in shown["strata"])
    assert len(shown["lists"][0]["commitment"]) == 64
    assert "high" not in text_of(shown)


@pytest.mark.parametrize(
    ("verb", "path", "said"),
    [
        ("participants:write", "/randomisation", a_start()),
        ("randomisation:write", "/eligibility", a_check()),
        ("randomisation:write", "/consents", a_consent()),
        ("participants:read", "/end", {}),
    ],
)
def test_each_step_needs_its_own_verb(
    client: FlaskClient,
    study: Study,
    session: Session,
    verb: str,
    path: str,
    said: dict[str, Any],
) -> None:
    headers = bearing(a_token(session, study.site, verb))
    assert client.post(study.path(path), json=said, headers=headers).status_code == 403


def test_families_see_none_of_it(client: FlaskClient, study: Study, session: Session) -> None:
    sign_in_carer(client, a_carer(session, of=study.child))
    for path in ("/eligibility", "/consents", "/randomisation"):
        assert client.get(study.path(path)).status_code == 403
