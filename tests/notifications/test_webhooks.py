"""Receipts as the provider delivers them: signed, twice, late and out of order."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import Settings
from domain.protocol import Half
from loopback.twilio_faults import reset
from loopback.twilio_server import TwilioServer
from loopback.twilio_webhooks import reply
from messages_of_a_study import (
    MORNING,
    PLAN,
    TODAY,
    a_family,
    messages,
)
from models.account import Account
from models.attention import Alert
from models.message import (
    ContactPreference,
    Message,
    MessageEvent,
    MessageState,
)
from models.participant import Participant
from notifications import dispatch
from notifications.line import Line
from plugins.app import FakeClock, make_settings
from webhook_calls import INBOUND, OURS, STRANGER, deliver, entries, says, send_the_reminder

# --- receipts -----------------------------------------------------------------------------------


def the_reminder(session: Session) -> Message:
    return messages(session, half=Half.MORNING, slot_on=TODAY)[0]


def receipt(
    client: FlaskClient, twilio: TwilioServer, status: str, code: int | None = None
) -> None:
    webhook = twilio.receipt(twilio.accepted[-1].sid, status, code)
    assert deliver(client, webhook) == 204


@pytest.mark.parametrize(
    ("statuses", "state"),
    [
        (["queued", "sent"], MessageState.SENT),
        (["sent", "delivered"], MessageState.DELIVERED),
        (["delivered", "sent", "delivered", "queued"], MessageState.DELIVERED),
        (["delivered", "undelivered"], MessageState.DELIVERED),
        (["undelivered", "delivered"], MessageState.UNDELIVERED),
        (["failed"], MessageState.FAILED),
        (["something new"], MessageState.SENT),
    ],
)
def test_receipts_only_move_forward(
    session: Session,
    client: FlaskClient,
    reminded: tuple[Participant, Account],
    twilio_server: TwilioServer,
    statuses: list[str],
    state: MessageState,
) -> None:
    for status in statuses:
        receipt(client, twilio_server, status)
    row = the_reminder(session)
    assert row.state is state
    events = select(MessageEvent).where(
        MessageEvent.message_id == row.id, MessageEvent.source == "callback"
    )
    assert len(session.scalars(events).all()) == (0 if state is MessageState.SENT else 1)


@pytest.mark.parametrize(("code", "unreachable"), [(30005, True), (30006, True), (30007, False)])
def test_a_receipt_can_say_that_nobody_has_this_number(
    session: Session,
    client: FlaskClient,
    reminded: tuple[Participant, Account],
    twilio_server: TwilioServer,
    code: int,
    unreachable: bool,
) -> None:
    receipt(client, twilio_server, "undelivered", code)
    carer = reminded[1]
    session.refresh(carer)
    assert the_reminder(session).error_code == str(code)
    assert carer.phone_unreachable_code == (str(code) if unreachable else None)
    assert len(session.scalars(select(Alert)).all()) == unreachable


def test_a_phone_that_was_off_is_tried_once_more_and_no_third_time(
    session: Session,
    client: FlaskClient,
    reminded: tuple[Participant, Account],
    line: Line,
    clock: FakeClock,
    twilio_server: TwilioServer,
) -> None:
    receipt(client, twilio_server, "undelivered", 30003)
    receipt(client, twilio_server, "undelivered", 30003)
    assert the_reminder(session).state is MessageState.PLANNED
    clock.advance(seconds=PLAN.retry_after_seconds[0])
    assert dispatch.run_once(line).sent == 1
    receipt(client, twilio_server, "undelivered", 30003)
    assert the_reminder(session).state is MessageState.UNDELIVERED
    assert len(twilio_server.accepted) == 2
    session.refresh(reminded[1])
    assert reminded[1].phone_unreachable_at is None


def test_a_receipt_settles_the_doubt_about_a_lost_answer(
    session: Session,
    client: FlaskClient,
    line: Line,
    clock: FakeClock,
    twilio_server: TwilioServer,
) -> None:
    clock.now = MORNING - timedelta(hours=2)
    a_family(session)
    twilio_server.fail_next(reset(accepted=True))
    send_the_reminder(session, line, clock)
    assert the_reminder(session).state is MessageState.SENDING
    receipt(client, twilio_server, "delivered")
    row = the_reminder(session)
    assert (row.state, row.provider_id) == (
        MessageState.DELIVERED,
        twilio_server.accepted[0].sid,
    )
    clock.advance(seconds=PLAN.lease_seconds)
    assert dispatch.run_once(line).looked_up == 0
    assert len(twilio_server.accepted) == 1


def test_a_receipt_of_an_unknown_message_changes_nothing(
    session: Session,
    client: FlaskClient,
    reminded: tuple[Participant, Account],
    twilio_server: TwilioServer,
) -> None:
    accepted = twilio_server.ledger.accept(
        {"To": STRANGER, "Body": "x", "StatusCallback": "https://study.example/sms/status"}
    )
    assert deliver(client, twilio_server.receipt(accepted.sid, "failed", 30005)) == 204
    assert the_reminder(session).state is MessageState.SENT


# --- doors --------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/sms/inbound", "/sms/status"])
def test_what_the_provider_did_not_sign_is_refused(
    session: Session, client: FlaskClient, reminded: tuple[Participant, Account], path: str
) -> None:
    genuine = reply(INBOUND, reminded[1].us_phone_number or "", OURS, "1", sid="SMx")
    form = dict(genuine.form)
    assert client.post(path, data=form).status_code == 403
    assert client.post(path, data=form | {"Body": "2"}, headers=genuine.headers).status_code == 403
    assert entries(session) == []


@pytest.mark.parametrize("path", ["/sms/inbound", "/sms/status"])
def test_fetching_an_address_never_logs_anything(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code in {403, 405}


def test_without_an_account_there_are_no_webhooks(
    new_app: Callable[[Settings], Flask], tmp_path: Path, database_url: str
) -> None:
    app = new_app(make_settings(tmp_path, database_url))
    webhook = reply(INBOUND, STRANGER, OURS, "1", sid="SMx")
    answer = app.test_client().post(
        "/sms/inbound", data=dict(webhook.form), headers=webhook.headers
    )
    assert answer.status_code == 404


def test_the_preference_of_the_provider_is_kept_once(
    session: Session, client: FlaskClient, reminded: tuple[Participant, Account]
) -> None:
    for _ in range(2):
        says(client, reminded[1].us_phone_number, "STOP")
    assert len(session.scalars(select(ContactPreference)).all()) == 1
