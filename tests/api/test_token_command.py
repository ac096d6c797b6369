"""flask token: made, listed and revoked at the command line; the secret is seen once."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner
from sqlalchemy.orm import Session

from machine import Study
from models.api_token import ApiToken
from models.audit import AuditEntry


@pytest.fixture
def command(app: Flask, session: Session, study: Study) -> FlaskCliRunner:
    session.commit()
    return app.test_cli_runner()


def create(command: FlaskCliRunner, site: str, *more: str) -> str:
    said = ("token", "create", "--site", site, "--name", "Lab link", *more)
    result = command.invoke(args=said)
    assert result.exit_code == 0, result.output
    return result.output


def test_the_printed_secret_opens_what_its_verbs_name(
    command: FlaskCliRunner, client: FlaskClient, study: Study
) -> None:
    printed = create(command, study.site.code, "--verbs", "doses:read, doses:write")
    secret = printed.split()[-1]
    assert re.fullmatch(r"sirolog_[\w-]{43}", secret)
    headers = {"Authorization": f"Bearer {secret}"}
    assert client.get(study.path("/diary"), headers=headers).status_code == 200
    assert client.get(study.path("/levels"), headers=headers).status_code == 403


def test_the_secret_is_kept_nowhere(
    command: FlaskCliRunner, study: Study, session: Session
) -> None:
    secret = create(command, study.site.code, "--verbs", "doses:read").split()[-1]
    row = session.query(ApiToken).order_by(ApiToken.id.desc()).limit(1).one()
    act = session.query(AuditEntry).filter_by(subject_id=row.id, action="token.created").one()
    kept = f"{vars(row)} {vars(act)}"
    assert secret not in kept
    assert secret.removeprefix("sirolog_") not in kept
    listed = command.invoke(args=("token", "list")).output
    assert str(row.public_id) in listed
    assert "Lab link" in listed
    assert secret not in listed


def test_a_revoked_token_is_over_at_once(
    command: FlaskCliRunner, client: FlaskClient, study: Study, session: Session
) -> None:
    printed = create(command, study.site.code, "--verbs", "doses:read")
    token_id, secret = printed.split()[0], printed.split()[-1]
    for _ in range(2):
        assert command.invoke(args=("token", "revoke", token_id)).exit_code == 0
    answer = client.get(study.path("/diary"), headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 401
    assert session.query(AuditEntry).filter_by(action="token.revoked").count() == 1
    assert "revoked" in command.invoke(args=("token", "list")).output


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (("--site", "NOWHERE", "--name", "x", "--verbs", "doses:read"), "no site NOWHERE"),
        (("--site", "{site}", "--name", "x", "--verbs", "everything"), "verbs are"),
        (("--site", "{site}", "--name", "x", "--verbs", "assessments:write"), "verbs are"),
        (("--site", "{site}", "--name", "x", "--verbs", " , "), "verbs are"),
        (("--site", "{site}", "--name", "x", "--verbs", "doses:read", "--days", "0"), "--days"),
    ],
)
def test_a_token_that_makes_no_sense_is_not_made(
    command: FlaskCliRunner, study: Study, session: Session, said: tuple[str, ...], words: str
) -> None:
    before = session.query(ApiToken).count()
    arguments = [part.replace("{site}", study.site.code) for part in said]
    result = command.invoke(args=("token", "create", *arguments))
    assert result.exit_code != 0
    assert words in result.output
    assert session.query(ApiToken).count() == before


def test_an_unknown_token_cannot_be_revoked(command: FlaskCliRunner) -> None:
    unknown = "5f0c7a52-0d6c-4a2b-9b1e-3f7f2d1c9a10"
    result = command.invoke(args=("token", "revoke", unknown))
    assert result.exit_code == 1
    assert "no token" in result.output
