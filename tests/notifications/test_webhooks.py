"""Replies and receipts as the provider delivers them: signed, twice, late and out of order."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import Settings
from domain.entries import Channel, Outcome
from domain.protocol import Half
from factories import a_guardianship, a_participant, an_order
from loopback.twilio_faults import reset
from loopback.twilio_server import TwilioServer
from loopback.twilio_webhooks import SignedForm, reply
from messages_of_a_study import (
    EVENING,
    MORNING,
    PLAN,
    PROTOCOLS,
    TODAY,
    a_family,
    a_trough_day,
    messages,
)
from models.account import Account
from models.attention import Alert
from models.audit import AuditEntry
from models.dose import DoseEntry
from models.message import (
    ContactPreference,
    InboundMessage,
    Message,
    MessageEvent,
    MessageKind,
    MessageState,
)
from models.participant import Guardianship, Participant
from notifications import dispatch
from notifications.line import Line
from plugins.app import FakeClock, make_settings
from services.preferences import wants_messages

OURS = "+15005550006"
INBOUND = "https://study.example/sms/inbound"
STRANGER = "+85291234567"
TEXTS = PROTOCOLS["khe-sirolimus-v1"]
_sids = count(1)


@pytest.fixture
def reminded(session: Session, line: Line, clock: FakeClock) -> tuple[Participant, Account]:
    """A family whose morning reminder went out a minute ago."""
    clock.now = MORNING - timedelta(hours=2)
    child, carer = a_family(session)
    send_the_reminder(session, line, clock)
    return child, carer


def send_the_reminder(session: Session, line: Line, clock: FakeClock) -> None:
    session.commit()
    dispatch.plan(line)
    clock.now = MORNING + timedelta(seconds=5)
    dispatch.run_once(line)
    clock.advance(minutes=1)


def deliver(client: FlaskClient, webhook: SignedForm) -> int:
    answer = client.post(
        webhook.url.removeprefix("https://study.example"),
        data=dict(webhook.form),
        headers=webhook.headers,
    )
    return answer.status_code


def says(client: FlaskClient, phone: str | None, text: str, sid: str | None = None) -> None:
    sid = sid or f"SMin{next(_sids):030d}"
    assert deliver(client, reply(INBOUND, phone or "", OURS, text, sid=sid)) == 200


def entries(session: Session) -> Sequence[DoseEntry]:
    return session.scalars(select(DoseEntry).order_by(DoseEntry.id)).all()


def answers(session: Session) -> list[str | None]:
    return [row.body for row in messages(session, kind=MessageKind.ANSWER)]


# --- replies ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "outcome", "answer"),
    [
        ("1", Outcome.GIVEN, "reply_given_ack"),
        (" １。", Outcome.GIVEN, "reply_given_ack"),
        ("已服", Outcome.GIVEN, "reply_given_ack"),
        ("2", Outcome.MISSED, "reply_missed_ack"),
        ("漏服", Outcome.MISSED, "reply_missed_ack"),
    ],
)
def test_a_digit_puts_the_reminded_dose_into_the_diary(
    session: Session,
    client: FlaskClient,
    reminded: tuple[Participant, Account],
    twilio_server: TwilioServer,
    text: str,
    outcome: Outcome,
    answer: str,
) -> None:
    child, carer = reminded
    says(client, carer.us_phone_number, text)
    (entry,) = entries(session)
    assert (entry.participant_id, entry.slot_on, entry.half) == (child.id, TODAY, Half.MORNING)
    assert (entry.outcome, entry.channel, entry.entered_by_id) == (outcome, Channel.SMS, carer.id)
    # nobody said when, and no time is made up
    assert entry.taken_at is None
    assert twilio_server.accepted[-1].body == TEXTS.text(answer, "en")
    (row,) = session.scalars(select(InboundMessage)).all()
    (answered,) = messages(session, kind=MessageKind.ANSWER)
    assert (row.dose_entry_id, row.answer_id) == (entry.id, answered.id)
    assert session.get_one(Message, row.answers_id).kind is MessageKind.DOSE
    assert answered.state is MessageState.SENT


def test_the_answer_to_the_provider_says_nothing_by_itself(
    client: FlaskClient, reminded: tuple[Participant, Account]
) -> None:
    webhook = reply(INBOUND, reminded[1].us_phone_number or "", OURS, "1", sid="SMx")
    answer = client.post("/sms/inbound", data=dict(webhook.form), headers=webhook.headers)
    assert answer.mimetype == "text/xml"
    assert answer.text.endswith("<Response/>")


def test_the_same_reply_delivered_twice_is_one_reply(
    session: Session, client: FlaskClient, reminded: tuple[Participant, Account]
) -> None:
    for _ in range(2):
        says(client, reminded[1].us_phone_number, "1", sid="SMtwice")
    assert len(entries(session)) == 1
    assert len(answers(session)) == 1


def test_a_digit_answers_the_last_reminder(
    session: Session,
    client: FlaskClient,
    reminded: tuple[Participant, Account],
    line: Line,
    clock: FakeClock,
) -> None:
    clock.now = EVENING + timedelta(seconds=5)
    dispatch.run_once(line)
    says(client, reminded[1].us_phone_number, "1")
    assert [entry.half for entry in entries(session)] == [Half.EVENING]


def test_one_that_spoke_for_two_children_is_asked_back(
    session: Session, client: FlaskClient, line: Line, clock: FakeClock
) -> None:
    clock.now = MORNING - timedelta(hours=2)
    _, carer = a_family(session)
    sibling = a_participant(session)
    an_order(session, sibling)
    a_guardianship(session, carer, sibling)
    send_the_reminder(session, line, clock)
    says(client, carer.us_phone_number, "1")
    assert entries(session) == []
    assert answers(session) == [TEXTS.text("reply_ask_back", "en")]


def test_a_message_that_asked_to_wait_cannot_be_answered_by_a_digit(
    session: Session,
    client: FlaskClient,
    reminded: tuple[Participant, Account],
    line: Line,
    clock: FakeClock,
) -> None:
    a_trough_day(session, reminded[0], TODAY + timedelta(days=1))
    session.commit()
    dispatch.plan(line)
    clock.now = EVENING - timedelta(minutes=59)
    dispatch.run_once(line)
    says(client, reminded[1].us_phone_number, "1")
    assert entries(session) == []
    assert answers(session) == [TEXTS.text("reply_nothing_open", "en")]


def test_without_a_reminder_there_is_nothing_to_answer(
    session: Session, client: FlaskClient
) -> None:
    _, carer = a_family(session)
    says(client, carer.us_phone_number, "1")
    assert answers(session) == [TEXTS.text("reply_nothing_open", "en")]


def test_a_carer_who_may_only_read_writes_nothing(
    session: Session, client: FlaskClient, reminded: tuple[Participant, Account]
) -> None:
    session.scalars(select(Guardianship)).one().may_log = False
    says(client, reminded[1].us_phone_number, "1")
    assert entries(session) == []
    assert answers(session) == [TEXTS.text("reply_nothing_open", "en")]


def test_a_reply_after_more_than_a_day_is_left_to_the_page(
    session: Session,
    client: FlaskClient,
    reminded: tuple[Participant, Account],
    clock: FakeClock,
) -> None:
    clock.now = MORNING + timedelta(hours=24, minutes=1)
    says(client, reminded[1].us_phone_number, "1")
    assert entries(session) == []
    assert answers(session) == [TEXTS.text("reply_nothing_open", "en")]


@pytest.mark.parametrize("text", ["STOP", "stop texting me", "退订", "TD", "t"])
def test_stop_ends_the_reminders_and_start_brings_them_back(
    session: Session,
    client: FlaskClient,
    reminded: tuple[Participant, Account],
    line: Line,
    clock: FakeClock,
    text: str,
) -> None:
    phone = reminded[1].us_phone_number or ""
    says(client, phone, text)
    assert not wants_messages(session, phone)
    clock.now = EVENING + timedelta(seconds=5)
    dispatch.run_once(line)
    assert messages(session, half=Half.EVENING)[0].end_reason == "opted_out"
    says(client, phone, "START")
    assert wants_messages(session, phone)
    assert answers(session) == [TEXTS.text("stopped", "en"), TEXTS.text("started", "en")]
    dispatch.plan(line)
    assert dispatch.run_once(line).sent == 1
    acts = session.scalars(select(AuditEntry).where(AuditEntry.action == "choose_messages"))
    assert [act.actor_id for act in acts] == [reminded[1].id] * 2


@pytest.mark.parametrize(("text", "answer"), [("HELP", "help"), ("???", "reply_unclear")])
def test_help_and_riddles_are_answered_in_the_carers_language(
    session: Session, client: FlaskClient, text: str, answer: str
) -> None:
    _, carer = a_family(session, locale="zh")
    says(client, carer.us_phone_number, text)
    assert answers(session) == [TEXTS.text(answer, "zh")]


def test_two_machines_that_answer_each_other_fall_silent(
    session: Session, client: FlaskClient, clock: FakeClock
) -> None:
    _, carer = a_family(session)
    for _ in range(10):
        says(client, carer.us_phone_number, "I am on holiday")
        clock.advance(seconds=10)
    assert len(answers(session)) == 6
    clock.advance(hours=1)
    says(client, carer.us_phone_number, "HELP")
    assert len(answers(session)) == 7


def test_a_stranger_gets_no_answer_and_leaves_no_text(
    session: Session, client: FlaskClient, twilio_server: TwilioServer
) -> None:
    a_family(session)
    says(client, STRANGER, "1 my name is Wang")
    (row,) = session.scalars(select(InboundMessage)).all()
    assert (row.account_id, row.body) == (None, "")
    assert twilio_server.requests == []
    assert entries(session) == []


def test_a_stranger_who_wants_no_messages_is_believed(
    session: Session, client: FlaskClient
) -> None:
    says(client, STRANGER, "STOP")
    assert not wants_messages(session, STRANGER)
    assert answers(session) == []


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
