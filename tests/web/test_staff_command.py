"""flask staff …: forgotten passwords, roles that end, people who leave."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner
from sqlalchemy import select
from sqlalchemy.orm import Session

from factories import a_site
from models.audit import AuditEntry

EMAIL = "li.wei@hospital.example"
PASSWORD = "correct horse battery"
OTHER_PASSWORD = "nine quiet lanterns"
Run = Callable[..., str]


@pytest.fixture
def run(app: Flask, session: Session) -> Run:
    """`flask staff` with these words; there is a prescriber at HX."""
    a_site(session, code="HX")
    session.commit()
    runner: FlaskCliRunner = app.test_cli_runner()

    def run(*words: str, code: int = 0) -> str:
        result = runner.invoke(args=["staff", *words])
        assert result.exit_code == code, result.output
        return result.output

    run("add", EMAIL, "--name", "Li Wei", "--locale", "en", "--password", PASSWORD)
    run("grant", EMAIL, "HX", "prescriber")
    return run


def sign_in(client: FlaskClient, run: Run, password: str = PASSWORD) -> bool:
    data = {"email": EMAIL, "password": password}
    if client.post("/staff/sign-in", data=data).status_code != 303:
        return False
    client.post("/staff/sign-in/code", data={"code": run("code", EMAIL).strip()})
    return is_in(client)


def is_in(client: FlaskClient) -> bool:
    return client.get("/clinic/").status_code == 200


def actions(session: Session) -> list[str]:
    return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def test_another_password_ends_sessions_and_is_the_only_one(client: FlaskClient, run: Run) -> None:
    assert sign_in(client, run)
    run("password", EMAIL, "--password", OTHER_PASSWORD)
    assert not is_in(client)
    data = {"email": EMAIL, "password": PASSWORD}
    assert client.post("/staff/sign-in", data=data).status_code == 422
    data = {"email": EMAIL, "password": OTHER_PASSWORD}
    assert client.post("/staff/sign-in", data=data).status_code == 303


def test_a_short_password_replaces_nothing(client: FlaskClient, run: Run) -> None:
    assert "12 characters" in run("password", EMAIL, "--password", "12345678901", code=1)
    assert sign_in(client, run)


def test_a_role_ends_and_can_be_given_again(run: Run) -> None:
    run("revoke", EMAIL, "HX", "prescriber")
    assert "no role" in run("list")
    run("grant", EMAIL, "HX", "prescriber")
    assert "prescriber at HX" in run("list")


@pytest.mark.parametrize(("site", "role"), [("HX", "monitor"), ("XX", "prescriber")])
def test_a_role_that_nobody_has_cannot_end(run: Run, site: str, role: str) -> None:
    assert f"is not {role} at {site}" in run("revoke", EMAIL, site, role, code=1)
    assert "prescriber at HX" in run("list")


def test_who_leaves_is_signed_out_and_stays_out(client: FlaskClient, run: Run) -> None:
    assert sign_in(client, run)
    run("close", EMAIL)
    assert not is_in(client)
    assert not sign_in(client, run)
    assert "closed" in run("list")


def test_closing_twice_is_closing_once(run: Run, session: Session) -> None:
    run("close", EMAIL)
    run("close", EMAIL)
    assert actions(session)[2:] == ["role_revoked", "account_closed"]


def test_every_change_leaves_a_trace(run: Run, session: Session) -> None:
    run("password", EMAIL, "--password", OTHER_PASSWORD)
    run("revoke", EMAIL, "HX", "prescriber")
    assert actions(session) == ["staff_added", "role_granted", "password_renewed", "role_revoked"]
