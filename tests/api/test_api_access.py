"""Who may use the interface: the table is whole, and each token reaches only what it names."""

import uuid
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy.orm import Session

from api.access import NEEDS
from factories import (
    LONG_AGO,
    a_carer,
    a_clinician,
    a_guardianship,
    sign_in_carer,
    sign_in_staff,
)
from machine import API, Study, a_dose_said, a_token, bearing, is_problem
from models.api_token import ApiToken
from models.audit import AuditEntry
from models.dose import DoseEntry
from models.site import StaffRole
from plugins.app import FakeClock
from services.access import Permission
from services.actor import SYSTEM
from services.tokens import VERBS, revoke_token
from web.access import ENTRIES, Entry

BELOW = (
    "",
    "/diary",
    "/photos",
    "/orders",
    "/levels",
    "/labs",
    "/volumes",
    "/skin-findings",
    "/treatments",
    "/assessments",
    "/messages",
    "/readings",
)


def test_every_endpoint_says_what_it_needs(app: Flask) -> None:
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    ours = {name for name in endpoints if name.startswith("api.")}
    assert ours == NEEDS.keys()
    assert {name for name in ours if ENTRIES.get(name) is not Entry.API} == set()


def test_every_verb_that_a_machine_needs_is_one_that_a_token_may_have() -> None:
    of_people = {Permission.ASSESS, Permission.DECIDE, Permission.MANAGE_READINGS}
    assert {str(need.verb) for need in NEEDS.values()} - of_people == VERBS


@pytest.mark.parametrize("below", BELOW)
def test_nobody_gets_in_without_a_session_or_token(
    client: FlaskClient, study: Study, below: str
) -> None:
    answer = client.get(study.path(below))
    assert is_problem(answer, 401, "not_signed_in")
    assert answer.headers["WWW-Authenticate"].lower().startswith("bearer")


def test_a_write_without_any_proof_is_401_before_its_csrf_token(
    app: Flask, client: FlaskClient, study: Study
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    assert is_problem(client.post(study.path("/doses"), json={}), 401, "not_signed_in")


@pytest.mark.parametrize("below", BELOW)
def test_a_child_of_another_site_looks_like_none_at_all(
    machine: FlaskClient, study: Study, below: str
) -> None:
    foreign = machine.get(f"{API}/children/{study.stranger.public_id}{below}")
    absent = machine.get(f"{API}/children/{uuid.uuid4()}{below}")
    assert is_problem(foreign, 404, "not_found")
    assert foreign.get_json() == absent.get_json()
    assert machine.get(study.path(below)).status_code == 200


@pytest.mark.parametrize("secret", ["", "sirolog_", "sirolog_" + "a" * 43, "x" * 5000, "é"])
def test_a_secret_that_nobody_made_opens_nothing(
    client: FlaskClient, study: Study, secret: str
) -> None:
    answer = client.get(study.path(), headers={"Authorization": f"Bearer {secret}"})
    assert is_problem(answer, 401, "not_signed_in")


def test_a_revoked_token_opens_nothing(
    machine: FlaskClient, study: Study, session: Session, clock: FakeClock
) -> None:
    assert machine.get(study.path()).status_code == 200
    revoke_token(session, SYSTEM, study.token.row.public_id, now=clock.now)
    assert is_problem(machine.get(study.path()), 401, "not_signed_in")


def test_a_token_ends_at_its_very_moment(
    client: FlaskClient, study: Study, session: Session, clock: FakeClock
) -> None:
    headers = bearing(a_token(session, study.site, days=100))
    clock.now = LONG_AGO + timedelta(days=100) - timedelta(microseconds=1)
    assert client.get(study.path(), headers=headers).status_code == 200
    clock.now = LONG_AGO + timedelta(days=100)
    assert client.get(study.path(), headers=headers).status_code == 401


def test_a_session_beside_a_bad_token_does_not_count(
    client: FlaskClient, study: Study, session: Session
) -> None:
    sign_in_staff(client, a_clinician(session, study.site))
    headers = {"Authorization": "Bearer sirolog_wrong"}
    assert client.get(study.path(), headers=headers).status_code == 401


def test_a_token_does_only_what_its_verbs_name(
    client: FlaskClient, study: Study, session: Session
) -> None:
    reader = bearing(a_token(session, study.site, "doses:read"))
    assert client.get(study.path("/diary"), headers=reader).status_code == 200
    for below in ("", "/photos", "/orders", "/levels", "/assessments", "/messages"):
        assert is_problem(client.get(study.path(below), headers=reader), 403, "forbidden")
    answer = client.post(study.path("/doses"), json=a_dose_said(), headers=reader)
    assert is_problem(answer, 403, "forbidden")
    assert session.query(DoseEntry).count() == 0


def test_a_token_that_writes_need_not_read(
    client: FlaskClient, study: Study, session: Session
) -> None:
    writer = bearing(a_token(session, study.site, "doses:write"))
    answer = client.post(study.path("/doses"), json=a_dose_said(), headers=writer)
    assert answer.status_code == 201
    assert client.get(study.path("/diary"), headers=writer).status_code == 403


def test_what_a_machine_writes_names_the_machine(
    machine: FlaskClient, study: Study, session: Session
) -> None:
    machine.post(study.path("/doses"), json=a_dose_said())
    entry = session.query(DoseEntry).one()
    act = session.query(AuditEntry).filter_by(action="log_dose").one()
    assert entry.entered_by_id == study.token.row.account_id
    assert (act.actor_name, act.channel, entry.channel) == ("Laboratory link", "api", "api")


def test_no_machine_signs_an_assessment(machine: FlaskClient, study: Study) -> None:
    assert is_problem(machine.post(study.path("/assessments"), json={}), 403, "forbidden")


def test_the_use_of_a_token_is_noted_once_an_hour(
    machine: FlaskClient, study: Study, session: Session, clock: FakeClock
) -> None:
    def used() -> datetime | None:
        session.expire_all()
        return session.get_one(ApiToken, study.token.row.id).last_used_at

    first = clock.now
    machine.get(study.path())
    assert used() == first
    clock.advance(minutes=59)
    machine.get(study.path())
    assert used() == first
    clock.advance(minutes=1)
    machine.get(study.path())
    assert used() == clock.now


def test_a_carer_reaches_the_own_child_and_no_other(
    client: FlaskClient, study: Study, session: Session
) -> None:
    sign_in_carer(client, a_carer(session, of=study.child))
    assert client.get(study.path("/diary")).status_code == 200
    assert client.get(f"{API}/children/{study.stranger.public_id}/diary").status_code == 404


@pytest.mark.parametrize("below", ["/orders", "/levels", "/labs", "/assessments", "/messages"])
def test_a_carer_has_no_business_with_the_chart(
    client: FlaskClient, study: Study, session: Session, below: str
) -> None:
    sign_in_carer(client, a_carer(session, of=study.child))
    assert is_problem(client.get(study.path(below)), 403, "forbidden")


def test_a_carer_who_may_only_look_does_not_write(
    client: FlaskClient, study: Study, session: Session
) -> None:
    sign_in_carer(client, a_carer(session, of=study.child, may_log=False))
    assert client.get(study.path("/diary")).status_code == 200
    assert is_problem(client.post(study.path("/doses"), json=a_dose_said()), 403, "forbidden")
    assert session.query(DoseEntry).count() == 0


def test_a_carer_whose_tie_ended_sees_nothing(
    client: FlaskClient, study: Study, session: Session
) -> None:
    carer = a_carer(session)
    a_guardianship(session, carer, study.child, ended_at=LONG_AGO)
    sign_in_carer(client, carer)
    assert client.get(study.path("/diary")).status_code == 404
    assert client.get(f"{API}/children").get_json()["items"] == []


@pytest.mark.parametrize(
    ("role", "status"), [(StaffRole.MONITOR, 403), (StaffRole.COORDINATOR, 201)]
)
def test_staff_write_what_their_role_may(
    client: FlaskClient, study: Study, session: Session, role: StaffRole, status: int
) -> None:
    sign_in_staff(client, a_clinician(session, study.site, role))
    assert client.get(study.path("/diary")).status_code == 200
    assert client.post(study.path("/doses"), json=a_dose_said()).status_code == status


def test_staff_see_the_children_of_their_site_only(
    client: FlaskClient, study: Study, session: Session
) -> None:
    sign_in_staff(client, a_clinician(session, study.site))
    listed = client.get(f"{API}/children").get_json()["items"]
    assert [child["id"] for child in listed] == [str(study.child.public_id)]
    assert client.get(f"{API}/children/{study.stranger.public_id}").status_code == 404


def test_a_masked_reader_sees_no_child(client: FlaskClient, study: Study, session: Session) -> None:
    sign_in_staff(client, a_clinician(session, study.site, StaffRole.READER))
    assert is_problem(client.get(f"{API}/children"), 403, "forbidden")


def test_a_session_writes_only_with_its_csrf_token(
    app: Flask, client: FlaskClient, study: Study, session: Session
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    sign_in_carer(client, a_carer(session, of=study.child))
    answer = client.post(study.path("/doses"), json=a_dose_said())
    assert is_problem(answer, 400, "csrf")
    with client.session_transaction() as kept:
        kept["csrf_token"] = "what the page of this session was given"
        raw = kept["csrf_token"]
    token = URLSafeTimedSerializer(str(app.secret_key), salt="wtf-csrf-token").dumps(raw)
    headers = {"X-CSRFToken": token}
    assert client.post(study.path("/doses"), json=a_dose_said(), headers=headers).status_code == 201


def test_a_machine_needs_no_csrf_token(app: Flask, machine: FlaskClient, study: Study) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    assert machine.post(study.path("/doses"), json=a_dose_said()).status_code == 201
