"""flask site …: hospitals come in on the command line."""

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import AuditEntry
from models.site import Site

WORDS = {"--protocol": "khe-sirolimus-v1", "--phone": "028 8542 2114"}


@pytest.fixture
def runner(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


def add(
    runner: FlaskCliRunner, code: str = "HX", name: str = "West China", **changes: str
) -> tuple[int, str]:
    words = WORDS | {f"--{option}": value for option, value in changes.items()}
    options = [word for pair in words.items() for word in pair]
    result = runner.invoke(args=["site", "add", code, name, *options])
    return result.exit_code, result.output


def test_a_site_is_added_with_its_phone_in_one_form(
    runner: FlaskCliRunner, session: Session
) -> None:
    code, output = add(runner)
    assert code == 0, output
    (site,) = session.scalars(select(Site))
    assert (site.code, site.name, site.time_zone) == ("HX", "West China", "Asia/Shanghai")
    assert (site.clinic_phone, site.protocol_key) == ("+862885422114", "khe-sirolimus-v1")
    assert not site.is_made_up


def test_adding_a_site_leaves_a_trace(runner: FlaskCliRunner, session: Session) -> None:
    add(runner)
    (entry,) = session.scalars(select(AuditEntry))
    assert (entry.action, entry.subject, entry.site_id) == ("site_added", "site", entry.subject_id)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"code": "H"}, "2 to 8"),
        ({"code": "ABCDEFGHI"}, "2 to 8"),
        ({"code": "hx"}, "capital"),
        ({"name": " "}, "1 to 120"),
        ({"zone": "Asia/Chengdu"}, "no such time zone"),
        ({"protocol": "khe-sirolimus-v9"}, "only khe-sirolimus-v1"),
        ({"phone": "12"}, "not a phone number"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_added(
    runner: FlaskCliRunner, session: Session, changes: dict[str, str], said: str
) -> None:
    code, output = add(runner, **changes)
    assert (code, said in output) == (1, True), output
    assert session.scalars(select(Site)).all() == []


def test_a_code_is_given_once(runner: FlaskCliRunner) -> None:
    add(runner)
    assert add(runner)[0] == 1


def test_sites_are_listed(runner: FlaskCliRunner) -> None:
    add(runner)
    listed = runner.invoke(args=["site", "list"]).output
    assert listed == "HX  West China  Asia/Shanghai  khe-sirolimus-v1  +862885422114\n"


def test_a_site_follows_another_protocol_from_now_on(app: Flask, session: Session) -> None:
    runner = app.test_cli_runner()
    add(runner)
    parts = app.extensions["sirolog"]
    (first,) = parts.protocols.values()
    parts.protocols = {"khe-sirolimus-v1": first, "khe-sirolimus-v2": first}
    result = runner.invoke(args=["site", "follow", "HX", "khe-sirolimus-v2"])
    assert result.exit_code == 0, result.output
    assert session.scalars(select(Site.protocol_key)).one() == "khe-sirolimus-v2"
    entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None
    assert (entry.old, entry.new) == (
        {"protocol": "khe-sirolimus-v1"},
        {"protocol": "khe-sirolimus-v2"},
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [(("XX", "khe-sirolimus-v1"), "no site XX"), (("HX", "khe-sirolimus-v9"), "no such protocol")],
)
def test_only_a_known_site_follows_a_known_protocol(
    runner: FlaskCliRunner, session: Session, words: tuple[str, str], said: str
) -> None:
    add(runner)
    result = runner.invoke(args=["site", "follow", *words])
    assert (result.exit_code, said in result.output) == (1, True)
    assert session.scalars(select(Site.protocol_key)).one() == "khe-sirolimus-v1"
