"""A carer signs in with a code by SMS."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from config import Settings
from factories import a_carer, a_clinician
from models.account import Account, CodeAttempt
from models.message import Message, MessageKind, MessageState
from plugins.app import FakeClock

PHONE = "+8613800138000"
TYPED = "138 0013 8000"
ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def carer(session: Session) -> Account:
    # noise: another carer, and a member of staff who also has a phone
    a_carer(session)
    return a_carer(session, us_phone_number=PHONE)


def ask(client: FlaskClient, phone: str = TYPED, **more: str) -> TestResponse:
    return client.post("/sign-in", data={"phone": phone, **more}, headers=ENGLISH)


def enter(client: FlaskClient, code: str, **more: str) -> TestResponse:
    return client.post("/sign-in/code", data={"code": code, **more}, headers=ENGLISH)


def messages(session: Session) -> list[Message]:
    return list(session.scalars(select(Message).order_by(Message.id)))


def codes(session: Session) -> list[str]:
    found = [re.search(r"\b\d{6}\b", message.body or "") for message in messages(session)]
    return [match.group() for match in found if match]


def is_in(client: FlaskClient) -> bool:
    return client.get("/diary/").status_code == 200


def other_than(right: str) -> str:
    return f"{(int(right) + 1) % 1_000_000:06d}"


def test_the_code_of_the_sms_lets_the_carer_in(
    client: FlaskClient, session: Session, carer: Account
) -> None:
    assert ask(client).location == "/sign-in/code"
    (message,) = messages(session)
    assert (message.kind, message.state) == (MessageKind.SIGN_IN, MessageState.PLANNED)
    assert (message.phone, message.account_id) == (PHONE, carer.id)
    (code,) = codes(session)
    answer = enter(client, code)
    assert (answer.status_code, answer.location) == (303, "/diary/")
    assert is_in(client)


@pytest.mark.parametrize("spelling", ["{0} {1}", " {0}{1} ", "{0}-{1}"])
def test_blanks_in_the_code_do_no_harm(
    client: FlaskClient, session: Session, carer: Account, spelling: str
) -> None:
    ask(client)
    (code,) = codes(session)
    assert enter(client, spelling.format(code[:3], code[3:])).status_code == 303


def test_the_sms_speaks_the_carers_language_and_names_no_illness(
    client: FlaskClient, session: Session
) -> None:
    a_carer(session, us_phone_number=PHONE, locale="zh")
    ask(client)
    (message,) = messages(session)
    assert message.body is not None
    assert "验证码" in message.body
    assert "\n" not in message.body


@pytest.mark.parametrize(
    ("phone", "last_line"),
    [("+447400123456", "@study.example #{code}"), (PHONE, "{code}")],
)
def test_over_https_the_phone_can_fill_in_the_code_by_itself(
    new_app: Callable[[Settings], Flask],
    session: Session,
    settings: Settings,
    phone: str,
    last_line: str,
) -> None:
    """Where its network lets a message with an address pass."""
    a_carer(session, us_phone_number=phone)
    session.commit()
    ask(new_app(replace(settings, public_url="https://study.example")).test_client(), phone)
    (message,) = messages(session)
    (code,) = codes(session)
    assert message.body is not None
    assert ("\n\n@study.example #" in message.body) == last_line.startswith("@")
    assert last_line.format(code=code) in message.body


def test_a_code_works_once(client: FlaskClient, session: Session, carer: Account) -> None:
    ask(client)
    (code,) = codes(session)
    assert enter(client, code).status_code == 303
    client.post("/sign-out")
    with client.session_transaction() as cookie:
        cookie["sign_in_phone"] = PHONE
    assert enter(client, code).status_code == 422
    assert not is_in(client)


@pytest.mark.parametrize(("minutes", "status"), [(10, 422), (9.99, 303)])
def test_a_code_is_valid_for_ten_minutes(
    client: FlaskClient,
    session: Session,
    carer: Account,
    clock: FakeClock,
    minutes: float,
    status: int,
) -> None:
    ask(client)
    (code,) = codes(session)
    clock.advance(minutes=minutes)
    assert enter(client, code).status_code == status


def test_one_code_that_was_sent_is_one_code_that_works(
    app: Flask, client: FlaskClient, session: Session, carer: Account, clock: FakeClock
) -> None:
    """Not the ones of neighbouring half minutes, as Flask-Security would have it."""
    from web.security import datastore, totp

    ask(client)
    (sent,) = codes(session)
    with app.app_context():
        account = datastore.find_user(id=carer.id)
        secret = datastore.us_get_totp_secrets(account)["sms"]
        moments = [clock.now.replace(minute=minute) for minute in (28, 29, 31, 32)]
        neighbours = [code for code, _ in totp().codes_at(secret, moments)]
    clock.advance(minutes=1)
    for neighbour in {*neighbours} - {sent}:
        assert enter(client, neighbour).status_code == 422
    assert enter(client, sent).status_code == 303


def test_an_earlier_code_stays_valid_after_another_was_sent(
    client: FlaskClient, session: Session, carer: Account, clock: FakeClock
) -> None:
    ask(client)
    clock.advance(seconds=61)
    ask(client)
    first, second = codes(session)
    assert first != second
    assert enter(client, first).status_code == 303


def test_using_the_newer_code_ends_the_older(
    client: FlaskClient, session: Session, carer: Account, clock: FakeClock
) -> None:
    ask(client)
    clock.advance(seconds=61)
    ask(client)
    first, second = codes(session)
    assert enter(client, second).status_code == 303
    client.post("/sign-out")
    with client.session_transaction() as cookie:
        cookie["sign_in_phone"] = PHONE
    assert enter(client, first).status_code == 422


@pytest.mark.parametrize(("seconds", "sent"), [(59, 1), (60, 2)])
def test_another_code_is_sent_after_a_minute(
    client: FlaskClient,
    session: Session,
    carer: Account,
    clock: FakeClock,
    seconds: int,
    sent: int,
) -> None:
    ask(client)
    clock.advance(seconds=seconds)
    ask(client)
    assert len(messages(session)) == sent


def test_a_phone_gets_ten_codes_a_day(
    client: FlaskClient, session: Session, carer: Account, clock: FakeClock
) -> None:
    for _ in range(12):
        ask(client)
        clock.advance(minutes=2)
    assert len(messages(session)) == 10
    page = client.get("/sign-in/code", headers=ENGLISH).get_data(as_text=True)
    assert "No more codes today" in page
    clock.advance(hours=24)
    ask(client)
    assert len(messages(session)) == 11


def test_the_fifth_wrong_code_locks_for_a_quarter_of_an_hour(
    client: FlaskClient, session: Session, carer: Account, clock: FakeClock
) -> None:
    ask(client)
    (code,) = codes(session)
    for _ in range(5):
        assert enter(client, other_than(code)).status_code == 422
    assert enter(client, code).status_code == 429
    clock.advance(minutes=14, seconds=59)
    ask(client)
    assert enter(client, codes(session)[-1]).status_code == 429
    clock.advance(seconds=1)
    assert enter(client, codes(session)[-1]).status_code == 303


def test_a_new_code_or_a_new_browser_does_not_open_the_lock(
    client: FlaskClient,
    new_client: Callable[[], FlaskClient],
    session: Session,
    carer: Account,
    clock: FakeClock,
) -> None:
    ask(client)
    for _ in range(5):
        enter(client, other_than(codes(session)[0]))
    clock.advance(seconds=61)
    other = new_client()
    ask(other, "+86 138-0013-8000")
    assert enter(other, codes(session)[-1]).status_code == 429


def test_a_success_forgives_the_wrong_tries_before(
    client: FlaskClient, session: Session, carer: Account, clock: FakeClock
) -> None:
    for _ in range(2):
        ask(client)
        for _ in range(4):
            assert enter(client, other_than(codes(session)[-1])).status_code == 422
        assert enter(client, codes(session)[-1]).status_code == 303
        client.post("/sign-out")
        clock.advance(minutes=2)


@pytest.mark.parametrize("nonsense", ["", "12345", "1234567", "abcdef", "12345６7"])
def test_what_cannot_be_a_code_is_no_try(
    client: FlaskClient, session: Session, carer: Account, nonsense: str
) -> None:
    ask(client)
    for _ in range(6):
        assert enter(client, nonsense).status_code == 422
    assert enter(client, codes(session)[0]).status_code == 303


def test_full_width_digits_are_digits(
    client: FlaskClient, session: Session, carer: Account
) -> None:
    ask(client)
    (code,) = codes(session)
    wide = "".join(chr(ord(digit) - ord("0") + ord("０")) for digit in code)
    assert enter(client, wide).status_code == 303


def test_an_unknown_phone_is_answered_like_a_known_one_and_gets_nothing(
    client: FlaskClient, new_client: Callable[[], FlaskClient], session: Session, carer: Account
) -> None:
    known, unknown = client, new_client()

    def seen(browser: FlaskClient, phone: str) -> list[object]:
        first = ask(browser, phone)
        pages = [browser.get("/sign-in/code", headers=ENGLISH).get_data(as_text=True)]
        again = ask(browser, phone)
        pages.append(browser.get("/sign-in/code", headers=ENGLISH).get_data(as_text=True))
        wrong = [enter(browser, "000000") for _ in range(6)]
        pages.extend(answer.get_data(as_text=True) for answer in wrong)
        alike = [re.sub(r"\+861380013800\d|138001380\d{2}|value=\"[^\"]*\"", "", p) for p in pages]
        return [first.status_code, first.location, again.location, alike]

    assert seen(known, PHONE) == seen(unknown, "+8613800138001")
    assert [message.phone for message in messages(session)] == [PHONE]


def test_neither_staff_nor_a_former_carer_gets_a_code(
    client: FlaskClient, session: Session
) -> None:
    a_clinician(session, us_phone_number=PHONE)
    a_carer(session, us_phone_number="+8613800138001", active=False)
    ask(client, PHONE)
    ask(client, "+8613800138001")
    assert messages(session) == []


def test_the_table_of_tries_is_no_phone_book(
    client: FlaskClient, session: Session, carer: Account
) -> None:
    ask(client)
    (row,) = session.scalars(select(CodeAttempt))
    assert "138" not in row.subject_hash or PHONE[1:] not in row.subject_hash
    assert len(row.subject_hash) == 64


def test_a_number_that_cannot_be_one_is_told_at_once(client: FlaskClient, session: Session) -> None:
    answer = ask(client, "12345")
    assert answer.status_code == 422
    assert 'value="12345"' in answer.get_data(as_text=True)
    assert session.scalar(select(func.count()).select_from(CodeAttempt)) == 0


def test_the_page_of_the_code_needs_a_number_first(client: FlaskClient) -> None:
    assert client.get("/sign-in/code").location == "/sign-in"
    assert enter(client, "123456").location == "/sign-in"


def test_a_message_is_handed_over_only_after_the_commit(
    app: Flask, client: FlaskClient, session: Session, carer: Account
) -> None:
    seen: list[bool] = []

    def look(message_id: int) -> None:
        with Session(session.get_bind()) as other:
            seen.append(other.get(Message, message_id) is not None)

    app.extensions["sirolog"].send_now = look
    ask(client)
    assert seen == [True]


def test_the_carer_comes_back_to_the_page_that_asked(
    client: FlaskClient, session: Session, carer: Account
) -> None:
    door = client.get("/diary/?child=7")
    assert (door.status_code, door.location) == (303, "/sign-in?next=/diary/?child%3D7")
    ask(client, next="/diary/?child=7")
    answer = enter(client, codes(session)[0], next="/diary/?child=7")
    assert answer.location == "/diary/?child=7"


@pytest.mark.parametrize("evil", ["//evil.example", "https://evil.example", "/%09/evil.example"])
def test_no_other_site_is_a_page_to_come_back_to(
    client: FlaskClient, session: Session, carer: Account, evil: str
) -> None:
    assert "evil" not in ask(client, next=evil).location
    assert enter(client, codes(session)[0], next=evil).location == "/diary/"


def test_a_phone_stays_signed_in_while_it_is_used(
    client: FlaskClient, session: Session, carer: Account, clock: FakeClock
) -> None:
    ask(client)
    answer = enter(client, codes(session)[0])
    assert "Expires" in answer.headers["Set-Cookie"]
    for _ in range(4):
        clock.advance(days=89)
        assert is_in(client)
    clock.advance(days=91)
    assert not is_in(client)


def test_signing_out_ends_the_session(
    client: FlaskClient, session: Session, carer: Account
) -> None:
    ask(client)
    enter(client, codes(session)[0])
    assert client.post("/sign-out").location == "/sign-in"
    assert not is_in(client)
    with client.session_transaction() as cookie:
        assert PHONE not in str(dict(cookie))


def test_a_carer_who_is_no_longer_one_is_out_at_once(
    client: FlaskClient, session: Session, carer: Account
) -> None:
    ask(client)
    enter(client, codes(session)[0])
    assert is_in(client)
    carer.active = False
    assert not is_in(client)


def test_the_session_before_signing_in_does_not_live_on(
    client: FlaskClient, session: Session, carer: Account
) -> None:
    with client.session_transaction() as cookie:
        cookie["planted"] = "by somebody else"
    ask(client)
    enter(client, codes(session)[0])
    with client.session_transaction() as cookie:
        assert "planted" not in cookie
