"""The worklist as JSON: reading it, and what a person may do there."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from factories import PROTOCOL_KEY, a_carer, a_clinician, sign_in_carer, sign_in_staff
from machine import API, Study, a_token, bearing, is_problem
from models.account import Account
from models.attention import Alert, Urgency
from models.participant import Participant
from models.site import StaffRole
from plugins.app import START

WORKLIST = f"{API}/worklist"


@pytest.fixture
def alert(session: Session, study: Study) -> Alert:
    a_carer(session, study.child)
    return an_alert(session, study.child)


def an_alert(session: Session, child: Participant) -> Alert:
    alert = Alert(
        key=f"platelets_falling:{child.id}:1",
        site_id=child.site_id,
        participant_id=child.id,
        code="platelets_falling",
        urgency=Urgency.SAME_DAY,
        facts={"result": "85", "before": "140"},
        raised_at=START - timedelta(hours=1),
        rule_version=PROTOCOL_KEY,
    )
    session.add(alert)
    session.commit()
    return alert


@pytest.fixture
def gao(app: Flask, client: FlaskClient, session: Session, study: Study) -> Account:
    """An investigator who is signed in at this client."""
    person = a_clinician(session, study.site, display_name="Dr Gao")
    session.commit()
    sign_in_staff(client, person)
    return person


def items(client: FlaskClient, query: str = "") -> list[dict[str, Any]]:
    answer = client.get(f"{WORKLIST}{query}")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found: list[dict[str, Any]] = answer.get_json()["items"]
    return [item for item in found if item["code"] == "platelets_falling"]


def test_a_machine_reads_what_waits_at_its_site(
    machine: FlaskClient, session: Session, study: Study, alert: Alert
) -> None:
    an_alert(session, study.stranger)
    assert items(machine) == [
        {
            "key": alert.key,
            "child": str(study.child.public_id),
            "study_number": study.child.study_number,
            "site": study.site.code,
            "code": "platelets_falling",
            "kind": "clinical",
            "urgency": "same_day",
            "since": (START - timedelta(hours=1)).isoformat().replace("+00:00", "Z"),
            "facts": {"result": "85", "before": "140"},
            "rule_version": PROTOCOL_KEY,
            "may_be_answered": True,
            "assigned_to": None,
            "assigned_at": None,
            "escalations": 0,
            "escalated_at": None,
        }
    ]


@pytest.mark.usefixtures("alert")
@pytest.mark.parametrize(
    ("query", "count"),
    [("?urgency=same_day", 1), ("?urgency=urgent", 0), ("?kind=reachability", 0), ("?site=X", 0)],
)
def test_the_list_is_narrowed(machine: FlaskClient, query: str, count: int) -> None:
    assert len(items(machine, query)) == count


def test_an_unknown_filter_is_refused(machine: FlaskClient) -> None:
    assert machine.get(f"{WORKLIST}?urgency=soon").status_code == 422
    assert machine.get(f"{WORKLIST}?colour=red").status_code == 422


@pytest.mark.usefixtures("gao")
def test_a_person_takes_a_matter_hands_it_over_and_it_is_answered(
    client: FlaskClient, session: Session, study: Study, alert: Alert
) -> None:
    wu = a_clinician(session, study.site, StaffRole.COORDINATOR, display_name="Nurse Wu")
    session.commit()
    matters = study.path("/matters")
    key = {"key": alert.key}
    assert client.post(f"{matters}/take", json=key).status_code == 200
    over = key | {"to": str(wu.public_id), "note": "please call"}
    assert client.post(f"{matters}/hand-over", json=over).status_code == 200
    assert items(client)[0]["assigned_to"] == "Nurse Wu"
    assert client.post(f"{matters}/note", json=key | {"note": "called"}).status_code == 200
    done = client.post(f"{matters}/acknowledge", json=key | {"outcome": "family_called"})
    assert done.get_json()["outcome"] == "family_called"
    steps = [step["step"] for step in done.get_json()["steps"]]
    assert steps == ["taken", "handed_over", "noted", "acknowledged"]
    assert items(client) == []
    again = client.post(f"{matters}/acknowledge", json=key | {"outcome": "not_so"})
    assert is_problem(again, 422, "already_acknowledged")
    opened = client.post(f"{matters}/reopen", json=key | {"note": "falls again"})
    assert opened.get_json()["acknowledged_at"] is None
    assert len(items(client)) == 1


@pytest.mark.usefixtures("gao")
def test_a_stranger_is_given_no_matter(
    client: FlaskClient, session: Session, study: Study, alert: Alert
) -> None:
    for to in (str(a_clinician(session).public_id), str(uuid.uuid4())):
        session.commit()
        said = {"key": alert.key, "to": to}
        answer = client.post(f"{study.path('/matters')}/hand-over", json=said)
        assert is_problem(answer, 422, "not_a_colleague")
    listed = client.get(study.path("/colleagues")).get_json()["items"]
    assert "Dr Gao" in [one["name"] for one in listed]


@pytest.mark.usefixtures("gao")
def test_a_matter_of_another_child_is_not_found(
    client: FlaskClient, session: Session, study: Study
) -> None:
    other = an_alert(session, study.stranger)
    for path in (study.path("/matters"), f"{API}/children/{study.stranger.public_id}/matters"):
        answer = client.post(f"{path}/take", json={"key": other.key})
        assert answer.status_code == 404


@pytest.mark.parametrize("act", ["acknowledge", "take", "note"])
def test_no_machine_answers_for_a_person(
    machine: FlaskClient, study: Study, alert: Alert, act: str
) -> None:
    said = {"key": alert.key, "note": "x", "outcome": "not_so"}
    path = f"{study.path('/matters')}/{act}"
    assert machine.post(path, json=said).status_code == 403


def test_families_and_strangers_read_no_worklist(
    client: FlaskClient, session: Session, study: Study
) -> None:
    assert client.get(WORKLIST).status_code == 401
    narrow = a_token(session, study.site, "doses:read")
    session.commit()
    assert client.get(WORKLIST, headers=bearing(narrow)).status_code == 403
    sign_in_carer(client, a_carer(session, of=study.child))
    assert client.get(WORKLIST).status_code == 403


@pytest.mark.usefixtures("gao")
def test_a_review_makes_everything_old(client: FlaskClient, study: Study) -> None:
    before = client.get(f"{WORKLIST}/new").get_json()["items"]
    assert [one["reviewed_at"] for one in before] == [None]
    said = {"client_id": str(uuid.uuid4())}
    marked = client.post(study.path("/reviewed"), json=said)
    assert marked.status_code == 200
    (after,) = client.get(f"{WORKLIST}/new").get_json()["items"]
    assert after["reviewed_at"] == marked.get_json()["reviewed_at"]
    assert (after["mishaps"], after["levels"], after["messages"]) == (0, 0, 0)
