"""What became of claimed messages: failures, leases, and what the provider's list says."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.protocol import Half
from messages_of_a_study import (
    MORNING,
    PLAN,
    PROTOCOLS,
    a_carer_abroad,
    a_family,
    messages,
    told,
)
from models.attention import Alert
from models.message import ContactPreference, Message, MessageKind, MessageState
from models.participant import Participant
from outbox_steps import BEFORE, DUE, LEASE, OTHER, WHO, claim, first, keep, plan, sms, trail
from services import outbox
from services.drafts import Draft, enqueue
from services.look_ups import Listed, NotListed, settle
from services.outbox import Claim
from services.outcomes import InDoubt, NotTried, Outcome, Refused, Sent, Unavailable
from services.preferences import PhoneTrouble

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
    assert (carer.us_phone_number or "")[1:] not in str(alert.facts)
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
