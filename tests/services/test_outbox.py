"""Claiming and recording: never twice, never too late, never against the facts."""

from collections.abc import Callable, Iterator
from datetime import time, timedelta
from typing import Any

import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from domain.entries import Outcome as Said
from domain.orders import OrderKind
from domain.protocol import Half
from factories import a_carer, a_guardianship, a_participant, an_order
from messages_of_a_study import (
    MORNING,
    PLAN,
    PROTOCOLS,
    TODAY,
    a_family,
    a_trough_day,
    blood_taken,
    messages,
    told,
)
from models.account import Account
from models.engine import prepare_sqlite
from models.message import Message, MessageKind, MessageState
from models.participant import DaySchedule, Guardianship, Participant
from outbox_steps import BEFORE, DUE, LEASE, OTHER, WHO, claim, first, keep, plan, sms, trail
from services import outbox, preferences
from services.drafts import Draft, enqueue
from services.outcomes import Outcome, Refused, Sent, Unavailable
from services.preferences import ChoiceSource


@pytest.fixture
def second(database_url: str) -> Iterator[Session]:
    """The session of another process."""
    engine = create_engine(database_url)
    prepare_sqlite(engine)
    with Session(engine, expire_on_commit=False) as session:
        yield session
    engine.dispose()


def test_only_what_is_due_is_claimed_and_only_once(session: Session) -> None:
    a_family(session)
    plan(session)
    assert claim(session, MORNING - timedelta(seconds=1)) == ()
    (taken,) = claim(session, MORNING)
    row = first(session)
    assert (row.state, row.claimed_by, row.attempts) == (MessageState.SENDING, taken.token, 1)
    assert row.lease_until == MORNING + LEASE
    assert claim(session) == ()


def test_two_processes_share_what_is_due(session: Session, second: Session) -> None:
    for _ in range(5):
        a_family(session)
    plan(session)
    here = outbox.claim(session, PROTOCOLS, WHO, limit=2, now=DUE).claims
    if session.get_bind().dialect.name == "sqlite":
        session.commit()  # one writer at a time: the other waits for this commit
    there = outbox.claim(second, PROTOCOLS, OTHER, limit=100, now=DUE).claims
    session.commit()
    second.commit()
    assert (len(here), len(there)) == (2, 3)
    assert not {one.id for one in here} & {other.id for other in there}


def test_a_sent_message_keeps_the_providers_name_for_it(session: Session) -> None:
    a_family(session)
    plan(session)
    (taken,) = claim(session)
    assert keep(session, taken, Sent(sms())) == 1
    row = first(session)
    assert (row.state, row.provider, row.provider_id) == (
        MessageState.SENT,
        "twilio",
        sms().provider_id,
    )
    assert (row.sent_at, row.lease_until) == (DUE, None)
    assert trail(session, row) == [("sending", None), ("sent", None)]


# --- what makes a planned reminder unwanted -----------------------------------------------------


def logged(session: Session, child: Participant, carer: Account) -> None:
    told(session, child, Half.MORNING)


def said_missed(session: Session, child: Participant, carer: Account) -> None:
    told(session, child, Half.MORNING, outcome=Said.MISSED)


def held(session: Session, child: Participant, carer: Account) -> None:
    no_dose = {"prescribed_mg": None, "given_ml": None, "signed_at": BEFORE}
    an_order(session, child, kind=OrderKind.HOLD, from_on=TODAY, **no_dose)


def stopped(session: Session, child: Participant, carer: Account) -> None:
    no_dose = {"prescribed_mg": None, "given_ml": None, "signed_at": BEFORE}
    an_order(session, child, kind=OrderKind.STOP, from_on=TODAY, **no_dose)


def opted_out(session: Session, child: Participant, carer: Account) -> None:
    phone = carer.us_phone_number or ""
    preferences.choose(session, phone, wants=False, source=ChoiceSource.PAGE, now=BEFORE)


def tie_ended(session: Session, child: Participant, carer: Account) -> None:
    session.scalars(select(Guardianship)).one().ended_at = BEFORE


def trough_planned(session: Session, child: Participant, carer: Account) -> None:
    a_trough_day(session, child, TODAY)


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        (logged, "already_logged"),
        (said_missed, "already_logged"),
        (held, "on_hold"),
        (stopped, "not_prescribed"),
        (opted_out, "opted_out"),
        (tie_ended, "tie_ended"),
        (trough_planned, "waits_for_blood"),
    ],
)
def test_what_happened_since_planning_cancels_a_reminder(
    session: Session, happens: Callable[[Session, Participant, Account], None], reason: str
) -> None:
    child, carer = a_family(session)
    plan(session)
    happens(session, child, carer)
    assert claim(session) == ()
    row = first(session)
    assert (row.state, row.end_reason, row.ended_at) == (MessageState.CANCELLED, reason, DUE)
    assert trail(session, row) == [("cancelled", reason)]


def test_wait_is_not_said_after_the_blood_or_for_another_day(session: Session) -> None:
    taken, _ = a_family(session)
    moved, _ = a_family(session)
    a_trough_day(session, taken, TODAY)
    visit = a_trough_day(session, moved, TODAY)
    plan(session)
    blood_taken(session, taken, MORNING - timedelta(hours=1, minutes=10))
    visit.on = TODAY + timedelta(days=3)
    assert claim(session, MORNING - timedelta(hours=1)) == ()
    rows = messages(session, kind=MessageKind.TROUGH_MORNING)
    assert {row.participant_id: row.end_reason for row in rows} == {
        taken.id: "blood_taken",
        moved.id: "no_trough_day",
    }


@pytest.mark.parametrize(
    ("minutes", "state"), [(59.9, MessageState.SENDING), (60, MessageState.EXPIRED)]
)
def test_a_reminder_is_never_sent_late(
    session: Session, minutes: float, state: MessageState
) -> None:
    a_family(session)
    plan(session)
    claim(session, MORNING + timedelta(minutes=minutes))
    assert first(session).state is state


def test_a_slot_that_moved_after_planning_moves_its_reminder(session: Session) -> None:
    a_family(session)
    plan(session)
    session.scalars(select(DaySchedule)).one().morning_local = time(9, 30)
    assert claim(session) == ()
    later = MORNING + timedelta(minutes=90)
    assert (first(session).state, first(session).due_at) == (MessageState.PLANNED, later)
    assert len(claim(session, later)) == 1


def test_a_number_or_language_changed_since_planning_is_the_new_one(session: Session) -> None:
    _, carer = a_family(session)
    plan(session)
    carer.us_phone_number, carer.locale = "+85259999999", "zh"
    (taken,) = claim(session)
    assert taken.phone == "+85259999999"
    assert taken.body.startswith("早上好")
    assert first(session).phone == "+85259999999"


# --- siblings -----------------------------------------------------------------------------------


def siblings(session: Session) -> tuple[Participant, Participant]:
    older, carer = a_family(session)
    younger = a_participant(session)
    an_order(session, younger)
    a_guardianship(session, carer, younger)
    plan(session)
    return older, younger


def test_siblings_on_one_number_get_one_message(session: Session) -> None:
    older, younger = siblings(session)
    (taken,) = claim(session)
    assert claim(session) == ()
    keep(session, taken, Sent(sms()))
    rows = {row.participant_id: row for row in messages(session, half=Half.MORNING)}
    assert rows[older.id].state is MessageState.SENT
    assert (rows[younger.id].state, rows[younger.id].end_reason) == (
        MessageState.CANCELLED,
        "merged",
    )
    plan(session, DUE)
    assert claim(session) == ()


def test_when_one_sibling_needs_none_the_other_still_gets_theirs(session: Session) -> None:
    older, younger = siblings(session)
    told(session, older, Half.MORNING)
    assert claim(session) == ()
    (taken,) = claim(session)
    assert taken.id == messages(session, participant_id=younger.id, half=Half.MORNING)[0].id


def test_a_sibling_whose_dose_is_logged_is_not_spoken_for(session: Session) -> None:
    _, younger = siblings(session)
    (taken,) = claim(session)
    told(session, younger, Half.MORNING)
    keep(session, taken, Sent(sms()))
    (row,) = messages(session, participant_id=younger.id, half=Half.MORNING)
    assert row.end_reason == "already_logged"


def test_a_sibling_waits_while_the_message_is_tried_again(session: Session) -> None:
    siblings(session)
    (taken,) = claim(session)
    keep(session, taken, Unavailable("unreachable"))
    assert claim(session) == ()
    (again,) = claim(session, DUE + timedelta(seconds=PLAN.retry_after_seconds[0]))
    assert again.id == taken.id


# --- codes --------------------------------------------------------------------------------------


def a_code(session: Session, **changes: Any) -> Message:
    draft: dict[str, Any] = {
        "key": "code",
        "kind": MessageKind.SIGN_IN,
        "account": a_carer(session),
        "body": "Your code is 123456.",
        "rule_version": "sign-in-1",
        "valid_for": timedelta(minutes=10),
    }
    row = enqueue(session, Draft(**(draft | changes)), DUE)
    session.commit()
    return row


@pytest.mark.parametrize("outcome", [Sent(sms()), Refused("21610")])
def test_a_code_is_forgotten_once_it_was_handed_over(session: Session, outcome: Outcome) -> None:
    row = a_code(session)
    taken = outbox.claim_one(session, PROTOCOLS, WHO, message_id=row.id, now=DUE)
    session.commit()
    assert taken is not None
    assert taken.body == "Your code is 123456."
    keep(session, taken, outcome)
    assert messages(session)[0].body is None


def test_a_code_that_is_too_late_is_forgotten_too(session: Session) -> None:
    a_code(session)
    assert claim(session, DUE + timedelta(minutes=10)) == ()
    (row,) = messages(session)
    assert (row.state, row.body) == (MessageState.EXPIRED, None)


def test_a_code_goes_out_although_the_number_wants_no_reminders(session: Session) -> None:
    row = a_code(session)
    preferences.choose(session, row.phone, wants=False, source=ChoiceSource.SMS, now=DUE)
    assert len(claim(session)) == 1


def test_a_message_is_handed_over_by_one_only(session: Session) -> None:
    row = a_code(session)
    assert len(claim(session)) == 1
    assert outbox.claim_one(session, PROTOCOLS, OTHER, message_id=row.id, now=DUE) is None


def test_an_account_without_a_phone_cannot_be_written_to(session: Session) -> None:
    with pytest.raises(ValueError, match="no phone"):
        a_code(session, account=a_carer(session, us_phone_number=None))


def test_the_clinic_lists_a_childs_messages_and_nobody_elses(session: Session) -> None:
    child, _ = a_family(session)
    a_family(session)
    plan(session)
    rows = outbox.messages_of(session, child.id, 10)
    assert [row.half for row in rows] == [Half.EVENING, Half.MORNING]
    assert len(outbox.messages_of(session, child.id, 1)) == 1
