"""Claiming and recording: never twice, never too late, never against the facts."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, time, timedelta
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
    a_carer_abroad,
    a_family,
    a_trough_day,
    blood_taken,
    messages,
    told,
)
from models.account import Account
from models.attention import Alert
from models.engine import prepare_sqlite
from models.message import ContactPreference, Message, MessageEvent, MessageKind, MessageState
from models.participant import DaySchedule, Guardianship, Participant
from services import outbox, preferences, reminders
from services.drafts import Draft, enqueue
from services.look_ups import Listed, NotListed, settle
from services.outbox import Claim, Claimant
from services.outcomes import InDoubt, NotTried, Outcome, Refused, Sent, Unavailable, record
from services.ports import DeliveryState, SentSms
from services.preferences import ChoiceSource, PhoneTrouble

BEFORE = MORNING - timedelta(hours=2)
DUE = MORNING + timedelta(seconds=5)
LEASE = timedelta(seconds=PLAN.lease_seconds)
WHO = Claimant("notifier-1", "twilio")
OTHER = Claimant("notifier-2", "twilio")


def sms(number: int = 1, state: DeliveryState = DeliveryState.QUEUED) -> SentSms:
    return SentSms(f"SM{number:032d}", state)


@pytest.fixture
def second(database_url: str) -> Iterator[Session]:
    """The session of another process."""
    engine = create_engine(database_url)
    prepare_sqlite(engine)
    with Session(engine, expire_on_commit=False) as session:
        yield session
    engine.dispose()


def plan(session: Session, now: datetime = BEFORE) -> None:
    reminders.plan(session, PROTOCOLS, now)
    session.commit()


def claim(
    session: Session, now: datetime = DUE, who: Claimant = WHO, limit: int = 100
) -> Sequence[Claim]:
    claims = outbox.claim(session, PROTOCOLS, who, limit=limit, now=now).claims
    session.commit()
    return claims


def keep(session: Session, claim: Claim, outcome: Outcome, now: datetime = DUE) -> int:
    count = record(session, PROTOCOLS, [(claim, outcome)], now)
    session.commit()
    return count


def first(session: Session) -> Message:
    return messages(session, kind=MessageKind.DOSE)[0]


def trail(session: Session, row: Message) -> list[tuple[str, str | None]]:
    events = select(MessageEvent).where(MessageEvent.message_id == row.id)
    return [
        (event.state, event.code) for event in session.scalars(events.order_by(MessageEvent.id))
    ]


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


# --- failures -----------------------------------------------------------------------------------


def test_an_unavailable_provider_is_tried_again_after_the_pauses_of_the_plan(
    session: Session,
) -> None:
    a_family(session)
    plan(session)
    now = DUE
    for pause in PLAN.retry_after_seconds:
        (taken,) = claim(session, now)
        keep(session, taken, Unavailable("unreachable"), now)
        assert claim(session, now + timedelta(seconds=pause - 1)) == ()
        now += timedelta(seconds=pause)
    (last,) = claim(session, now)
    keep(session, last, Unavailable("unreachable"), now)
    row = first(session)
    assert (row.state, row.error_code, row.end_reason) == (
        MessageState.FAILED,
        "unreachable",
        "gave_up",
    )


def test_the_provider_may_ask_for_a_longer_pause(session: Session) -> None:
    a_family(session)
    plan(session)
    (taken,) = claim(session)
    keep(session, taken, Unavailable("20429", retry_after=90, counts=False))
    row = first(session)
    assert (row.next_try_at, row.attempts) == (DUE + timedelta(seconds=90), 0)


def test_being_told_to_wait_ones_turn_uses_up_no_try(session: Session) -> None:
    a_family(session)
    plan(session)
    now = DUE
    for _ in range(PLAN.max_attempts + 2):
        (taken,) = claim(session, now)
        keep(session, taken, Unavailable("20429", counts=False), now)
        now += timedelta(seconds=PLAN.retry_after_seconds[0])
    assert first(session).state is MessageState.PLANNED


def test_what_is_refused_is_not_tried_again(session: Session) -> None:
    a_family(session)
    plan(session)
    (taken,) = claim(session)
    keep(session, taken, Refused("30007"))
    assert (first(session).state, first(session).error_code) == (MessageState.FAILED, "30007")
    assert claim(session, DUE + timedelta(minutes=30)) == ()


def test_the_providers_opt_out_becomes_ours(session: Session) -> None:
    child, carer = a_family(session)
    father = a_carer_abroad(session, child)
    plan(session)
    refused = next(one for one in claim(session) if one.phone == carer.us_phone_number)
    keep(session, refused, Refused("21610", PhoneTrouble.OPTED_OUT))
    (choice,) = session.scalars(select(ContactPreference)).all()
    assert (choice.phone, choice.wants_messages, choice.source) == (
        carer.us_phone_number,
        False,
        "provider",
    )
    evening = {claim.phone for claim in claim(session, DUE + timedelta(hours=12))}
    assert evening == {father.us_phone_number}


def test_a_number_that_cannot_be_reached_is_told_to_the_clinic_once(session: Session) -> None:
    child, carer = a_family(session)
    plan(session)
    (taken,) = claim(session)
    keep(session, taken, Refused("21614", PhoneTrouble.UNREACHABLE))
    session.refresh(carer)
    assert (carer.phone_unreachable_at, carer.phone_unreachable_code) == (DUE, "21614")
    (alert,) = session.scalars(select(Alert)).all()
    assert (alert.code, alert.participant_id) == ("phone_unreachable", child.id)
    assert carer.us_phone_number not in str(alert.facts)
    assert claim(session, DUE + timedelta(hours=12)) == ()
    assert messages(session, half=Half.EVENING)[0].end_reason == "phone_unreachable"


# --- leases -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("after", "free"), [(LEASE - timedelta(seconds=1), 0), (LEASE, 1)])
def test_a_vanished_senders_message_is_taken_over_when_its_lease_ran_out(
    session: Session, after: timedelta, free: int
) -> None:
    a_family(session)
    plan(session)
    (lost,) = claim(session)
    taken = outbox.reclaim(session, PROTOCOLS, OTHER, limit=10, now=DUE + after)
    session.commit()
    assert len(taken) == free
    # it stays known when sending began, however often it is taken over
    assert [one.claimed_at for one in taken] == [lost.claimed_at] * free


def lost_and_taken_over(session: Session) -> tuple[Claim, Claim]:
    a_family(session)
    plan(session)
    (lost,) = claim(session)
    (mine,) = outbox.reclaim(session, PROTOCOLS, OTHER, limit=10, now=DUE + LEASE)
    session.commit()
    return lost, mine


def look_up(
    session: Session, claim: Claim, listed: Listed | NotListed, now: datetime = DUE + LEASE
) -> MessageState | None:
    state = settle(session, PROTOCOLS, claim, listed, now=now)
    session.commit()
    return state


def test_what_the_provider_has_was_sent_when_sending_began(session: Session) -> None:
    lost, mine = lost_and_taken_over(session)
    assert look_up(session, mine, Listed([sms()])) is MessageState.SENT
    row = first(session)
    assert (row.provider_id, row.sent_at) == (sms().provider_id, lost.claimed_at)
    assert claim(session, DUE + 2 * LEASE) == ()


def test_what_the_provider_does_not_have_is_sent_again_if_it_still_holds(session: Session) -> None:
    _, mine = lost_and_taken_over(session)
    assert look_up(session, mine, Listed([])) is MessageState.PLANNED
    (again,) = claim(session, DUE + LEASE)
    assert again.id == mine.id


def test_what_was_logged_meanwhile_is_not_sent_again(session: Session) -> None:
    _, mine = lost_and_taken_over(session)
    look_up(session, mine, Listed([]))
    told(session, session.scalars(select(Participant)).one(), Half.MORNING)
    assert claim(session, DUE + LEASE) == ()
    assert first(session).end_reason == "already_logged"


def test_what_was_lost_until_it_is_too_late_expires(session: Session) -> None:
    _, mine = lost_and_taken_over(session)
    assert look_up(session, mine, Listed([]), MORNING + timedelta(hours=1)) is MessageState.EXPIRED


def test_as_long_as_nobody_can_be_asked_it_stays_in_doubt_and_is_never_sent(
    session: Session,
) -> None:
    _, mine = lost_and_taken_over(session)
    assert look_up(session, mine, NotListed("unreachable")) is MessageState.SENDING
    (again,) = outbox.reclaim(session, PROTOCOLS, WHO, limit=10, now=DUE + 2 * LEASE)
    session.commit()
    end = MORNING + timedelta(hours=1)
    assert look_up(session, again, NotListed("unreachable"), end) is MessageState.IN_DOUBT
    assert claim(session, end) == ()


def test_a_known_message_with_the_same_text_is_not_taken_for_the_lost_one(
    session: Session,
) -> None:
    _, mine = lost_and_taken_over(session)
    row = first(session)
    yesterday = Message(
        key="an earlier one",
        kind=MessageKind.DOSE,
        account_id=row.account_id,
        phone=row.phone,
        locale=row.locale,
        body=row.body,
        rule_version=row.rule_version,
        due_at=DUE,
        expires_at=DUE,
        planned_at=BEFORE,
        state=MessageState.SENT,
        next_try_at=DUE,
        provider_id=sms(1).provider_id,
    )
    session.add(yesterday)
    assert look_up(session, mine, Listed([sms(1)])) is MessageState.PLANNED


def test_of_two_lost_twins_with_one_message_at_the_provider_one_is_sent_again(
    session: Session,
) -> None:
    _, carer = a_family(session)
    for number in range(2):
        draft = Draft(
            key=f"answer:{number}",
            kind=MessageKind.ANSWER,
            account=carer,
            body="Thank you.",
            rule_version="khe-sirolimus-v1",
            valid_for=timedelta(hours=1),
        )
        enqueue(session, draft, DUE)
    assert len(claim(session)) == 2
    taken = outbox.reclaim(session, PROTOCOLS, OTHER, limit=10, now=DUE + LEASE)
    states = [look_up(session, one, Listed([sms(7)])) for one in taken]
    assert states == [MessageState.SENT, MessageState.PLANNED]


def test_a_frozen_sender_cannot_record_over_the_one_that_took_over(session: Session) -> None:
    lost, mine = lost_and_taken_over(session)
    look_up(session, mine, Listed([sms(1)]))
    assert keep(session, lost, Refused("21211", PhoneTrouble.UNREACHABLE)) == 0
    assert keep(session, lost, Sent(sms(2))) == 0
    row = first(session)
    assert (row.state, row.provider_id) == (MessageState.SENT, sms(1).provider_id)
    assert trail(session, row)[-1] == ("sent_without_lease", sms(2).provider_id)
    assert session.scalars(select(Alert)).all() == []


@pytest.mark.parametrize("outcome", [InDoubt("ReadTimeoutError"), NotTried()])
def test_doubt_stays_with_the_lease_until_somebody_can_look(
    session: Session, outcome: Outcome
) -> None:
    a_family(session)
    plan(session)
    (taken,) = claim(session)
    keep(session, taken, outcome)
    row = first(session)
    assert (row.state, row.lease_until) == (MessageState.SENDING, DUE + LEASE)
    assert claim(session) == ()


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
