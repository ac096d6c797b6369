"""Staff sign in with a password and the code of an app, and prove it again before a signature."""

import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from factories import a_carer, a_site
from models.account import Account
from models.audit import AuditEntry
from models.site import StaffGrant, StaffRole
from plugins.app import FakeClock
from services.errors import RefusedError
from web.signin import needs_code, reauthenticated

EMAIL = "li.wei@hospital.example"
PASSWORD = "correct horse battery"
ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def runner(app: Flask, session: Session) -> FlaskCliRunner:
    session.commit()
    return app.test_cli_runner()


def run(runner: FlaskCliRunner, *words: str, code: int = 0) -> str:
    result = runner.invoke(args=["staff", *words])
    assert result.exit_code == code, result.output
    return result.output


@pytest.fixture
def shown(runner: FlaskCliRunner) -> str:
    """What the terminal shows when a member of staff is added."""
    return run(runner, "add", EMAIL, "--name", "Li Wei", "--locale", "en", "--password", PASSWORD)


@pytest.fixture
def clinician(shown: str, session: Session) -> Account:
    return session.scalars(select(Account).where(Account.email == EMAIL)).one()


@pytest.fixture
def current(app: Flask, clinician: Account) -> Callable[[], str]:
    """The code that the person's phone shows now."""
    return lambda: run(app.test_cli_runner(), "code", EMAIL).strip()


def first(client: FlaskClient, password: str = PASSWORD, **more: str) -> TestResponse:
    data = {"email": EMAIL, "password": password, **more}
    return client.post("/staff/sign-in", data=data, headers=ENGLISH)


def second(client: FlaskClient, code: str, **more: str) -> TestResponse:
    return client.post("/staff/sign-in/code", data={"code": code, **more}, headers=ENGLISH)


def is_in(client: FlaskClient) -> bool:
    return client.get("/clinic/").status_code == 200


def other_than(right: str) -> str:
    return f"{(int(right) + 500_000) % 1_000_000:06d}"


def recovery_codes(shown: str) -> list[str]:
    return re.findall(r"\b[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}\b", shown)


def test_password_and_code_let_the_clinician_in(
    client: FlaskClient, current: Callable[[], str]
) -> None:
    assert first(client).location == "/staff/sign-in/code"
    answer = second(client, current())
    assert (answer.status_code, answer.location) == (303, "/clinic/")
    assert is_in(client)


def test_the_password_alone_lets_nobody_in(client: FlaskClient, clinician: Account) -> None:
    first(client)
    assert not is_in(client)


def test_the_code_is_not_asked_before_the_password(
    client: FlaskClient, current: Callable[[], str]
) -> None:
    assert second(client, current()).location == "/staff/sign-in"
    assert not is_in(client)


@pytest.mark.parametrize(("seconds", "asked"), [(300, True), (301, False)])
def test_the_code_must_come_within_five_minutes(
    client: FlaskClient, clinician: Account, clock: FakeClock, seconds: int, asked: bool
) -> None:
    first(client)
    clock.advance(seconds=seconds)
    assert (client.get("/staff/sign-in/code").status_code == 200) is asked


def test_upper_case_and_blanks_in_the_address_do_no_harm(
    client: FlaskClient, clinician: Account
) -> None:
    assert first(client, email=f" {EMAIL.upper()} ").status_code == 303


@pytest.mark.parametrize(
    "tried",
    [{"password": "wrong"}, {"email": "nobody@hospital.example"}, {"email": "carer@x.example"}],
)
def test_a_wrong_address_and_a_wrong_password_are_answered_alike(
    client: FlaskClient, clinician: Account, session: Session, tried: dict[str, str]
) -> None:
    a_carer(session, email="carer@x.example", password=clinician.password)
    answer = first(client, **tried)
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert "E-mail address or password is not right." in text
    assert PASSWORD not in text


def test_a_code_of_the_app_works_once(
    client: FlaskClient, new_client: Callable[[], FlaskClient], current: Callable[[], str]
) -> None:
    code = current()
    first(client)
    assert second(client, code).status_code == 303
    other = new_client()
    first(other)
    assert second(other, code).status_code == 422
    assert not is_in(other)


@pytest.mark.parametrize(("seconds", "status"), [(30, 303), (60, 422)])
def test_a_phone_may_be_half_a_minute_slow(
    client: FlaskClient,
    current: Callable[[], str],
    clock: FakeClock,
    seconds: int,
    status: int,
) -> None:
    code = current()
    first(client)
    clock.advance(seconds=seconds)
    assert second(client, code).status_code == status


def test_five_wrong_passwords_lock_for_a_quarter_of_an_hour(
    client: FlaskClient, clinician: Account, clock: FakeClock
) -> None:
    for _ in range(5):
        assert first(client, "wrong").status_code == 422
    assert first(client).status_code == 429
    clock.advance(minutes=15)
    assert first(client).status_code == 303


def test_five_wrong_codes_lock_even_with_the_password_given_in_between(
    client: FlaskClient, current: Callable[[], str], clock: FakeClock
) -> None:
    for _ in range(5):
        first(client)
        assert second(client, other_than(current())).status_code == 422
    assert second(client, current()).status_code == 429
    clock.advance(minutes=15)
    first(client)
    assert second(client, current()).status_code == 303


def test_a_recovery_code_stands_in_for_the_phone_once(client: FlaskClient, shown: str) -> None:
    codes = recovery_codes(shown)
    assert len(set(codes)) == 8
    first(client)
    assert second(client, codes[3].upper()).status_code == 303
    client.post("/sign-out")
    first(client)
    assert second(client, codes[3]).status_code == 422
    assert second(client, codes[4]).status_code == 303


def test_secrets_do_not_lie_open_in_the_database(clinician: Account, shown: str) -> None:
    (secret,) = re.findall(r"secret=([A-Z2-7]+)", shown)
    assert secret not in (clinician.tf_totp_secret or "")
    assert PASSWORD not in (clinician.password or "")
    assert not set(recovery_codes(shown)) & set(clinician.mf_recovery_codes or [])


@pytest.mark.parametrize(("minutes", "still"), [(60, True), (61, False)])
def test_an_idle_desk_is_signed_out_after_an_hour(
    client: FlaskClient,
    current: Callable[[], str],
    clock: FakeClock,
    minutes: int,
    still: bool,
) -> None:
    first(client)
    second(client, current())
    clock.advance(minutes=minutes)
    assert is_in(client) is still


def test_a_session_ends_after_twelve_hours_even_in_use(
    client: FlaskClient, current: Callable[[], str], clock: FakeClock
) -> None:
    first(client)
    answer = second(client, current())
    assert "Expires" not in answer.headers["Set-Cookie"]
    for _ in range(24):
        clock.advance(minutes=30)
        assert is_in(client)
    clock.advance(minutes=1)
    assert not is_in(client)


def test_signing_out_shows_the_staffs_own_door(
    client: FlaskClient, current: Callable[[], str]
) -> None:
    first(client)
    second(client, current())
    assert client.post("/sign-out").location == "/staff/sign-in"
    assert not is_in(client)


def test_the_clinician_comes_back_to_the_page_that_asked(
    client: FlaskClient, current: Callable[[], str]
) -> None:
    assert client.get("/clinic/?sort=name").location == "/staff/sign-in?next=/clinic/?sort%3Dname"
    first(client, next="/clinic/?sort=name")
    assert second(client, current(), next="/clinic/?sort=name").location == "/clinic/?sort=name"


# --- before a signature


@pytest.fixture
def at_the_desk(
    app: Flask, client: FlaskClient, current: Callable[[], str], session: Session
) -> Iterator[None]:
    """A request of the signed-in clinician."""
    first(client)
    second(client, current())
    session.commit()
    with client.session_transaction() as cookie:
        content = dict(cookie)
    with app.test_request_context(method="POST"):
        from flask import session as request_session

        request_session.update(content)
        yield


def test_right_after_signing_in_the_password_is_enough(at_the_desk: None, clock: FakeClock) -> None:
    clock.advance(minutes=15)
    assert not needs_code()
    assert reauthenticated(password=PASSWORD) == clock.now


@pytest.mark.parametrize("password", ["", "wrong"])
def test_no_signature_without_the_password(at_the_desk: None, password: str) -> None:
    with pytest.raises(RefusedError, match="password_wrong") as refused:
        reauthenticated(password=password)
    assert refused.value.field == "password"


def test_later_the_code_is_asked_too_and_lasts_a_while(
    at_the_desk: None, clock: FakeClock, current: Callable[[], str]
) -> None:
    clock.advance(minutes=15, seconds=1)
    assert needs_code()
    with pytest.raises(RefusedError, match="code_wrong") as refused:
        reauthenticated(password=PASSWORD, code=other_than(current()))
    assert refused.value.field == "code"
    reauthenticated(password=PASSWORD, code=current())
    assert not needs_code()


def test_guessing_at_a_signature_locks_like_guessing_at_the_door(
    at_the_desk: None, client: FlaskClient
) -> None:
    for _ in range(5):
        with pytest.raises(RefusedError, match="password_wrong"):
            reauthenticated(password="wrong")
    with pytest.raises(RefusedError, match="locked"):
        reauthenticated(password=PASSWORD)
    assert first(client).status_code == 429


# --- the command line


def test_a_new_member_of_staff_is_audited_and_may_nothing_yet(
    clinician: Account, session: Session
) -> None:
    (entry,) = session.scalars(select(AuditEntry))
    assert (entry.action, entry.subject_id, entry.actor_id) == ("staff_added", clinician.id, None)
    assert session.scalars(select(StaffGrant)).all() == []


def test_an_address_is_used_once(runner: FlaskCliRunner, clinician: Account) -> None:
    words = ("add", EMAIL.upper(), "--name", "Other", "--password", PASSWORD)
    assert "somebody has the address" in run(runner, *words, code=1)


def test_a_short_password_is_refused(runner: FlaskCliRunner) -> None:
    words = ("add", EMAIL, "--name", "Li Wei", "--password", "12345678901")
    assert "12 characters" in run(runner, *words, code=1)


def test_a_role_is_granted_once(
    runner: FlaskCliRunner, clinician: Account, session: Session
) -> None:
    a_site(session, code="HX")
    session.commit()
    for _ in range(2):
        run(runner, "grant", EMAIL, "HX", "prescriber")
    (granted,) = session.scalars(select(StaffGrant))
    assert (granted.account_id, granted.role) == (clinician.id, StaffRole.PRESCRIBER)
    assert "no site" in run(runner, "grant", EMAIL, "XX", "prescriber", code=1)
    assert "no member of staff" in run(runner, "grant", "x@y.example", "HX", "monitor", code=1)


def test_a_new_phone_ends_the_old_ones_codes_and_sessions(
    client: FlaskClient, runner: FlaskCliRunner, current: Callable[[], str]
) -> None:
    first(client)
    second(client, current())
    run(runner, "totp", EMAIL)
    assert not is_in(client)


def test_current_codes_are_not_printed_in_production(
    app: Flask, runner: FlaskCliRunner, clinician: Account
) -> None:
    from dataclasses import replace

    from config import Environment

    parts = app.extensions["sirolog"]
    parts.settings = replace(parts.settings, env=Environment.PRODUCTION)
    assert "not in production" in run(runner, "code", EMAIL, code=1)
