"""Sending while the wire fails: nobody gets two, nobody gets none. In real time, in which the
stand-in for Twilio dates its messages."""

import io
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from loopback.twilio_faults import (
    Fault,
    cut_body,
    rate_limited,
    refused,
    reset,
    server_error,
    silence,
)
from loopback.twilio_server import TwilioServer
from messages_of_a_study import (
    PLAN,
    a_family_due,
    states,
)
from models.attention import Alert
from models.message import (
    ContactPreference,
    MessageState,
)
from notifications import dispatch
from notifications.console_sms import ConsoleSender
from notifications.line import Line
from plugins.app import FakeClock

LEASE = PLAN.lease_seconds


def plan_for_now(session: Session, line: Line, now: datetime, families: int = 1) -> None:
    for _ in range(families):
        a_family_due(session, now - timedelta(seconds=2))
    session.commit()
    dispatch.plan(line)


@pytest.mark.parametrize(
    "lost",
    [reset(accepted=True), silence(1.5, accepted=True), server_error(accepted=True), cut_body()],
    ids=["reset", "silence", "server error", "cut"],
)
def test_a_message_that_was_taken_although_the_answer_got_lost_is_not_sent_twice(
    session: Session,
    line: Line,
    clock: FakeClock,
    now: datetime,
    twilio_server: TwilioServer,
    lost: Fault,
) -> None:
    plan_for_now(session, line, now)
    twilio_server.fail_next(lost)
    dispatch.run_once(line)
    dispatch.run_once(line)
    assert states(session)[MessageState.SENDING] == 1
    clock.advance(seconds=LEASE)
    assert dispatch.run_once(line).looked_up == 1
    assert states(session)[MessageState.SENT] == 1
    assert len(twilio_server.accepted) == 1


@pytest.mark.parametrize(
    "lost",
    [reset(accepted=False), server_error(accepted=False)],
    ids=["reset", "server error"],
)
def test_a_message_that_was_not_taken_is_sent_after_a_look_up(
    session: Session,
    line: Line,
    clock: FakeClock,
    now: datetime,
    twilio_server: TwilioServer,
    lost: Fault,
) -> None:
    plan_for_now(session, line, now)
    twilio_server.fail_next(lost)
    dispatch.run_once(line)
    assert twilio_server.accepted == []
    clock.advance(seconds=LEASE)
    assert dispatch.run_once(line).sent == 1
    assert len(twilio_server.accepted) == 1


def test_nothing_is_sent_while_nobody_can_be_asked_and_the_doubt_is_shown_in_the_end(
    session: Session, line: Line, clock: FakeClock, now: datetime, twilio_server: TwilioServer
) -> None:
    plan_for_now(session, line, now)
    twilio_server.fail_next(reset(accepted=True))
    dispatch.run_once(line)
    twilio_server.fail_next_lookup(server_error(accepted=False), server_error(accepted=False))
    clock.advance(seconds=LEASE)
    assert dispatch.run_once(line).sent == 0
    assert states(session)[MessageState.SENDING] == 1
    clock.advance(hours=1)
    dispatch.run_once(line)
    assert states(session)[MessageState.IN_DOUBT] == 1
    assert len(twilio_server.accepted) == 1


def test_too_many_at_once_are_sent_after_the_pause_that_was_asked_for(
    session: Session, line: Line, clock: FakeClock, now: datetime, twilio_server: TwilioServer
) -> None:
    plan_for_now(session, line, now)
    twilio_server.fail_next(rate_limited("40"))
    assert dispatch.run_once(line).sent == 0
    clock.advance(seconds=39)
    assert dispatch.run_once(line).sent == 0
    clock.advance(seconds=1)
    assert dispatch.run_once(line).sent == 1


@pytest.mark.parametrize("code", [21211, 21614])
def test_a_number_that_is_none_is_told_to_the_clinic(
    session: Session, line: Line, now: datetime, twilio_server: TwilioServer, code: int
) -> None:
    plan_for_now(session, line, now)
    twilio_server.fail_next(refused(code))
    dispatch.run_once(line)
    assert states(session)[MessageState.FAILED] == 1
    (alert,) = session.scalars(select(Alert)).all()
    assert (alert.code, alert.facts["code"]) == ("phone_unreachable", str(code))


def test_an_opt_out_known_only_to_the_provider_becomes_ours(
    session: Session, line: Line, now: datetime, twilio_server: TwilioServer
) -> None:
    _, carer = a_family_due(session, now - timedelta(seconds=2))
    twilio_server.opted_out.add(carer.us_phone_number or "")
    session.commit()
    dispatch.plan(line)
    dispatch.run_once(line)
    session.rollback()
    (choice,) = session.scalars(select(ContactPreference)).all()
    assert (choice.phone, choice.wants_messages) == (carer.us_phone_number, False)


def test_a_sender_that_slept_through_its_lease_sends_nothing(
    session: Session, line: Line, clock: FakeClock, now: datetime, twilio_server: TwilioServer
) -> None:
    plan_for_now(session, line, now)
    # what is claimed now has too little time left when its turn comes
    asleep = replace(line, longest_send=timedelta(seconds=LEASE))
    dispatch.run_once(asleep)
    assert twilio_server.accepted == []
    clock.advance(seconds=LEASE)
    dispatch.run_once(line)
    assert len(twilio_server.accepted) == 1


def test_told_to_stop_it_claims_nothing_more(
    session: Session, line: Line, now: datetime, twilio_server: TwilioServer
) -> None:
    plan_for_now(session, line, now)
    assert dispatch.run_once(line, lambda: False).sent == 0
    assert states(session) == {MessageState.PLANNED: 3}


def test_what_was_sent_through_another_provider_is_not_looked_up_here(
    session: Session, line: Line, clock: FakeClock, now: datetime, twilio_server: TwilioServer
) -> None:
    plan_for_now(session, line, now)
    twilio_server.fail_next(reset(accepted=True))
    dispatch.run_once(line)
    terminal = io.StringIO()
    printing = replace(line, sender=ConsoleSender(terminal, clock))
    clock.advance(seconds=LEASE)
    dispatch.run_once(printing)
    assert terminal.getvalue() == ""
    assert states(session)[MessageState.SENDING] == 1
