"""The next dose over the interface: the same numbers as by hand, and orders that rest on them."""

import uuid
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from clinic_desk import PASSWORD
from factories import a_clinician, sign_in_staff
from machine import API, Study, is_problem
from models.participant import Participant
from models.site import StaffRole
from proposals_by_hand import BY_HAND, Case, a_measured_child, a_stored_level
from web.security import hash_password

D = Decimal


def path(child: Participant, below: str) -> str:
    return f"{API}/children/{child.public_id}{below}"


def an_answer(answered: object, **changes: Any) -> dict[str, Any]:
    said: dict[str, Any] = {
        "client_id": str(uuid.uuid4()),
        "from_slot": {"on": "2026-03-10", "half": "evening"},
        "reason": "below the range",
        "level": str(answered),
        "takes_proposal": True,
    }
    return said | changes


@pytest.mark.parametrize("case", BY_HAND, ids=lambda case: case.name)
def test_the_proposal_is_the_one_worked_out_by_hand(
    machine: FlaskClient, study: Study, session: Session, case: Case
) -> None:
    child = a_measured_child(session, case.arm, case.current, study.site)
    level = a_stored_level(session, child, case.level)
    answer = machine.get(path(child, "/proposal")).get_json()
    assert (answer["level"], answer["refusals"]) == (str(level.public_id), [])
    assert answer["rule_version"] == "khe-sirolimus-v1"
    dose = answer["proposal"]
    told = (dose["given_ml"], dose["at_low_end"]["given_ml"], dose["at_high_end"]["given_ml"])
    assert [D(ml) for ml in told] == [D(case.ml), D(case.low), D(case.high)]
    assert D(dose["by_formula_mg"]) == D(case.formula)
    assert D(dose["predicted_level"]) == D(case.predicted)


def test_every_refusal_is_told_by_its_code(
    machine: FlaskClient, study: Study, session: Session
) -> None:
    child = a_measured_child(session, "low", "0.40", study.site)
    a_stored_level(session, child, "8.0")
    said = {"client_id": str(uuid.uuid4()), "name": "酮康唑", "started_on": "2026-03-09"}
    assert machine.post(path(child, "/medicines"), json=said).status_code == 201
    answer = machine.get(path(child, "/proposal")).get_json()
    assert answer["proposal"] is None
    assert answer["refusals"] == ["in_range", "interacting_drug_open"]
    assert answer["interacting_medicines"] == ["酮康唑"]


def test_without_a_level_there_is_nothing_to_ask(
    machine: FlaskClient, study: Study, session: Session
) -> None:
    assert is_problem(machine.get(study.path("/proposal")), 422, "no_level")
    foreign = a_stored_level(session, study.stranger, "9.0")
    named = machine.get(study.path(f"/proposal?level={foreign.public_id}"))
    assert named.status_code == 404


def test_an_older_level_may_be_asked_for_by_name(
    machine: FlaskClient, study: Study, session: Session
) -> None:
    child = a_measured_child(session, "high", "0.40", study.site)
    older = a_stored_level(session, child, "9.0")
    later = older.drawn_at.replace(minute=10)
    a_stored_level(session, child, "16.0", drawn_at=later)
    answer = machine.get(path(child, f"/proposal?level={older.public_id}")).get_json()
    assert (answer["result"], answer["is_newest_level"]) == ("9.0", False)


def test_a_prescriber_takes_the_proposal_and_it_stays_with_the_order(
    client: FlaskClient, study: Study, session: Session
) -> None:
    child = a_measured_child(session, "low", "0.30", study.site)
    level = a_stored_level(session, child, "5.0")
    sign_in_staff(client, a_clinician(session, study.site, StaffRole.PRESCRIBER))
    said = an_answer(level.public_id)
    answer, again = (client.post(path(child, "/orders"), json=said) for _ in range(2))
    assert (answer.status_code, again.status_code) == (201, 200)
    order = answer.get_json()
    assert (order["given_ml"], order["prescribed_mg"], order["rounding_error_mg"]) == (
        "0.36",
        "0.3750",
        "-0.0150",
    )
    assert order["level"] == str(level.public_id)
    assert order["proposal"]["taken"] is True
    assert order["signed_at"] is not None
    assert client.get(path(child, "/orders")).get_json()["items"][-1] == order


def test_a_machine_only_drafts_what_the_formula_says(
    machine: FlaskClient, study: Study, session: Session
) -> None:
    child = a_measured_child(session, "low", "0.30", study.site)
    level = a_stored_level(session, child, "5.0")
    answer = machine.post(path(child, "/orders"), json=an_answer(level.public_id))
    assert (answer.status_code, answer.get_json()["signed_at"]) == (201, None)


@pytest.mark.parametrize(
    ("value", "changes", "code"),
    [
        ("8.0", {}, "no_dose_proposal"),
        ("5.0", {"given_ml": "0.38"}, "dose_proposal_changed"),
    ],
)
def test_what_is_not_proposed_is_refused(
    machine: FlaskClient,
    study: Study,
    session: Session,
    value: str,
    changes: dict[str, Any],
    code: str,
) -> None:
    child = a_measured_child(session, "low", "0.30", study.site)
    level = a_stored_level(session, child, value)
    answer = machine.post(path(child, "/orders"), json=an_answer(level.public_id, **changes))
    assert is_problem(answer, 422, code)


def test_a_prescriber_holds_and_restarts(
    client: FlaskClient, study: Study, session: Session
) -> None:
    sign_in_staff(client, a_clinician(session, study.site, StaffRole.PRESCRIBER))
    slot = {"on": "2026-03-10", "half": "evening"}
    hold = {"client_id": str(uuid.uuid4()), "from_slot": slot, "reason": "fever"}
    held = [client.post(study.path("/holds"), json=hold) for _ in range(2)]
    assert [answer.status_code for answer in held] == [201, 200]
    back = {"on": "2026-03-12", "half": "morning"}
    restart = {"client_id": str(uuid.uuid4()), "from_slot": back, "reason": "well again"}
    ended = [client.post(study.path("/restarts"), json=restart) for _ in range(2)]
    assert [answer.status_code for answer in ended] == [201, 200]
    first, second = held[0].get_json(), ended[0].get_json()
    assert (first["kind"], first["until_slot"]) == ("hold", None)
    assert (second["kind"], second["until_slot"], second["amends"]) == ("hold", back, first["id"])
    listed = client.get(study.path("/orders")).get_json()["items"]
    assert [row["kind"] for row in listed] == ["dose", "hold", "hold"]


def test_a_machine_holds_nothing(machine: FlaskClient, study: Study) -> None:
    slot = {"on": "2026-03-10", "half": "evening"}
    said = {"client_id": str(uuid.uuid4()), "from_slot": slot, "reason": "fever"}
    assert machine.post(study.path("/holds"), json=said).status_code == 403


def test_a_second_prescriber_signs_over_the_interface_with_a_password(
    app: Flask, client: FlaskClient, study: Study, session: Session
) -> None:
    with app.app_context():
        hashed = hash_password(PASSWORD)
    first, second = (
        a_clinician(session, study.site, StaffRole.PRESCRIBER, password=hashed) for _ in range(2)
    )
    session.commit()
    sign_in_staff(client, first)
    said = an_answer(None, level=None, takes_proposal=False, given_ml="0.75")
    said["confirmed"] = ["confirm_with_reason"]
    order = client.post(study.path("/orders"), json=said).get_json()
    assert (order["guards"], order["signed_at"]) == (
        ["confirm_with_reason", "second_signature"],
        None,
    )
    signature = study.path(f"/orders/{order['id']}/signature")
    mine = client.post(signature, json={"password": PASSWORD})
    assert is_problem(mine, 422, "second_person_needed")
    sign_in_staff(client, second)
    assert is_problem(client.post(signature, json={"password": "no"}), 422, "password_wrong")
    signed = client.post(signature, json={"password": PASSWORD})
    assert signed.status_code == 200
    assert signed.get_json()["signed_at"] is not None
    assert client.post(signature, json={"password": PASSWORD}).get_json() == signed.get_json()


def test_a_machine_signs_nothing(machine: FlaskClient, study: Study) -> None:
    said = an_answer(None, level=None, takes_proposal=False, given_ml="0.40")
    order = machine.post(study.path("/orders"), json=said).get_json()
    signature = study.path(f"/orders/{order['id']}/signature")
    assert machine.post(signature, json={"password": "x"}).status_code == 403
