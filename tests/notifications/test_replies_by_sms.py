"""What families send back, and what becomes of it."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.entries import Channel, Outcome
from domain.protocol import Half
from factories import a_guardianship, a_participant, an_order
from loopback.twilio_server import TwilioServer
from loopback.twilio_webhooks import reply
from messages_of_a_study import (
    EVENING,
    MORNING,
    TODAY,
    a_family,
    a_trough_day,
    messages,
)
from models.account import Account
from models.audit import AuditEntry
from models.message import (
    InboundMessage,
    Message,
    MessageKind,
    MessageState,
)
from models.participant import Guardianship, Participant
from notifications import dispatch
from notifications.line import Line
from plugins.app import FakeClock
from services.preferences import wants_messages
from webhook_calls import INBOUND, OURS, STRANGER, TEXTS, answers, entries, says, send_the_reminder

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
