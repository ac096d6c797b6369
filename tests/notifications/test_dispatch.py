"""Sending through the real SDK to a Twilio on this machine: once each, whatever goes wrong."""

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import Settings, SettingsError
from domain.protocol import Half
from factories import a_carer, a_guardianship, a_participant, an_order
from loopback.twilio_faults import (
    rate_limited,
    refused,
)
from loopback.twilio_server import TwilioServer
from messages_of_a_study import (
    MORNING,
    PLAN,
    TODAY,
    a_family,
    a_family_due,
    a_trough_day,
    messages,
    states,
    told,
)
from models.message import (
    ContactPreference,
    Message,
    MessageKind,
    MessageState,
    NotifierBeat,
)
from notifications import dispatch
from notifications.heartbeat import Notifier
from notifications.line import Line
from plugins.app import FakeClock, make_settings
from services.drafts import Draft, enqueue
from web.parts import parts

LEASE = PLAN.lease_seconds


@pytest.fixture(autouse=True)
def early(clock: FakeClock) -> None:
    """Two hours before the morning slot."""
    clock.now = MORNING - timedelta(hours=2)


def plan_until_due(session: Session, line: Line, clock: FakeClock) -> None:
    session.commit()
    dispatch.plan(line)
    clock.now = MORNING + timedelta(seconds=5)


def sent_to(twilio: TwilioServer) -> Counter[str]:
    return Counter(message.to for message in twilio.accepted)


def test_each_carer_gets_the_reminder_once(
    session: Session, line: Line, clock: FakeClock, twilio_server: TwilioServer
) -> None:
    carers = [a_family(session)[1] for _ in range(30)]
    plan_until_due(session, line, clock)
    assert dispatch.run_once(line).sent == 30
    assert dispatch.run_once(line).sent == 0
    assert sent_to(twilio_server) == Counter({one.us_phone_number or "": 1 for one in carers})
    assert states(session) == {MessageState.SENT: 30, MessageState.PLANNED: 30}


def test_a_reminder_says_how_long_it_is_worth_and_where_receipts_go(
    session: Session, line: Line, clock: FakeClock, twilio_server: TwilioServer
) -> None:
    a_family(session)
    plan_until_due(session, line, clock)
    dispatch.run_once(line)
    (accepted,) = twilio_server.accepted
    (row,) = messages(session, half=Half.MORNING, slot_on=TODAY)
    assert accepted.fields["ValidityPeriod"] == str(60 * 60 - 5)
    assert accepted.fields["StatusCallback"] == (
        f"https://study.example/sms/status?message={row.public_id}"
    )
    assert (row.provider_id, row.body) == (accepted.sid, accepted.body)


def test_a_server_that_only_this_machine_can_reach_is_not_named_as_a_callback(line: Line) -> None:
    assert replace(line, public_url="http://127.0.0.1:8000").status_callback("x") is None
    assert replace(line, public_url="http://localhost").status_callback("x") is None


def test_nothing_goes_out_for_a_dose_that_is_logged_or_a_number_that_opted_out(
    session: Session, line: Line, clock: FakeClock, twilio_server: TwilioServer
) -> None:
    logged, _ = a_family(session)
    _, silent = a_family(session)
    _, reminded = a_family(session)
    plan_until_due(session, line, clock)
    told(session, logged, Half.MORNING)
    choice = ContactPreference(
        phone=silent.us_phone_number, wants_messages=False, at=clock.now, source="page"
    )
    session.add(choice)
    session.commit()
    dispatch.run_once(line)
    assert sent_to(twilio_server) == {reminded.us_phone_number: 1}


def test_two_languages_two_halves_and_a_trough_morning_have_their_own_words(
    session: Session, line: Line, clock: FakeClock, twilio_server: TwilioServer
) -> None:
    child, _ = a_family(session, locale="en")
    a_carer(session, of=child, locale="zh", us_phone_number="+8613800138000")
    a_trough_day(session, child, TODAY + timedelta(days=1))
    plan_until_due(session, line, clock)
    for hours in (0, 11, 12, 23, 24):
        clock.now = MORNING + timedelta(hours=hours, seconds=5)
        dispatch.plan(line)
        dispatch.run_once(line)
    words: dict[str, list[str]] = {}
    for message in twilio_server.accepted:
        words.setdefault(message.to[:3], []).append(message.body[:9])
    assert words["+85"] == ["Reminder:", "Tonight a", "Good even", "This morn"]
    assert words["+86"] == [
        "早上好，请完成今早",
        "今晚照常。明早请先",
        "晚上好，今晚的记录",
        "今早请先等待，预约",
    ]


def test_siblings_on_one_number_get_one_message(
    session: Session, line: Line, clock: FakeClock, twilio_server: TwilioServer
) -> None:
    _, carer = a_family(session)
    for _ in range(2):
        sibling = a_participant(session)
        an_order(session, sibling)
        a_guardianship(session, carer, sibling)
    plan_until_due(session, line, clock)
    dispatch.run_once(line)
    assert sent_to(twilio_server) == {carer.us_phone_number: 1}
    ends = [row.end_reason for row in messages(session, half=Half.MORNING, slot_on=TODAY)]
    assert ends == [None, "merged", "merged"]


# --- messages that cannot wait ------------------------------------------------------------------


def a_code(session: Session, now: datetime) -> Message:
    row = enqueue(
        session,
        Draft(
            key="code",
            kind=MessageKind.SIGN_IN,
            account=a_carer(session),
            body="Your code is 123456.",
            rule_version="sign-in-1",
            valid_for=timedelta(minutes=10),
        ),
        now,
    )
    session.commit()
    return row


def test_a_code_goes_out_at_once_and_is_forgotten(
    session: Session, app: Flask, line: Line, now: datetime, twilio_server: TwilioServer
) -> None:
    row = a_code(session, now)
    with app.app_context():
        parts().send_now(row.id)
    dispatch.run_once(line)
    assert [message.body for message in twilio_server.accepted] == ["Your code is 123456."]
    session.refresh(row)
    assert (row.state, row.body) == (MessageState.SENT, None)


def test_a_code_that_could_not_go_out_at_once_is_left_to_the_notifier(
    session: Session, line: Line, clock: FakeClock, now: datetime, twilio_server: TwilioServer
) -> None:
    row = a_code(session, now)
    twilio_server.fail_next(rate_limited(None))
    assert dispatch.send_now(line, row.id) is False
    clock.advance(seconds=PLAN.retry_after_seconds[0])
    assert dispatch.run_once(line).sent == 1
    assert len(twilio_server.accepted) == 1


# --- rounds -------------------------------------------------------------------------------------


def test_a_round_leaves_its_heartbeat(
    session: Session, line: Line, now: datetime, client: FlaskClient
) -> None:
    a_family_due(session, now - timedelta(seconds=2))
    session.commit()
    Notifier(line).run_once()
    session.rollback()
    (beat,) = session.scalars(select(NotifierBeat)).all()
    assert (beat.notifier, beat.planned, beat.sent) == (line.name, 3, 1)
    answer = client.get("/readyz").json
    assert answer is not None
    assert answer["notifier"] == "ok"


def test_without_an_account_messages_are_printed_and_kept(
    session: Session,
    new_app: Callable[[Settings], Flask],
    tmp_path: Path,
    database_url: str,
    now: datetime,
    capsys: pytest.CaptureFixture[str],
) -> None:
    _, carer = a_family_due(session, now - timedelta(seconds=2))
    session.commit()
    app = new_app(make_settings(tmp_path, database_url))
    result = app.test_cli_runner().invoke(args=["notifier", "--once"])
    assert result.exit_code == 0
    assert (carer.us_phone_number or "?") in capsys.readouterr().out
    rows = {row.state: row.provider for row in messages(session)}
    assert rows == {MessageState.SENT: "console", MessageState.PLANNED: None}


def test_a_time_out_that_outlasts_the_lease_is_a_mistake_in_the_settings(
    new_app: Callable[[Settings], Flask], settings: Settings
) -> None:
    with pytest.raises(SettingsError, match="TWILIO_TIMEOUT_SECONDS is too long"):
        new_app(replace(settings, twilio_timeout_seconds=LEASE // 2))


def test_no_number_and_no_text_reaches_the_log(
    session: Session,
    line: Line,
    now: datetime,
    twilio_server: TwilioServer,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    _, carer = a_family_due(session, now - timedelta(seconds=2))
    a_family_due(session, now - timedelta(seconds=2))
    session.commit()
    twilio_server.fail_next(refused(21211))
    Notifier(line).run_once()
    written = caplog.text + "".join(capsys.readouterr())
    assert (carer.us_phone_number or "")[1:] not in written
    assert "Reminder:" not in written
