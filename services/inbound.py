"""Replies by SMS: understood, put into the diary or the preferences, and answered once.

A number gets one answer to each reply, in its carer's language; strangers get none.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from domain.entries import Channel, Outcome
from domain.protocol import Protocol
from domain.replies import Meaning, meaning
from models.account import Account, AccountKind
from models.message import InboundMessage, Message, MessageKind
from models.participant import Guardianship, Participant
from services.actor import SYSTEM, Actor, ActorKind
from services.drafts import Draft, enqueue
from services.preferences import ChoiceSource, choose
from services.protocols import Protocols
from services.sms_doses import LedTo, Writer, answer_last_reminder

# Two machines that answer each other must fall silent: so many answers to one number an hour.
_MOST_ANSWERS: Final = 6
_ANSWERS_WITHIN: Final = timedelta(hours=1)
_WISHES: Final = frozenset({Meaning.STOP, Meaning.START})
_OUTCOMES: Final = {Meaning.GIVEN: Outcome.GIVEN, Meaning.MISSED: Outcome.MISSED}


@dataclass(frozen=True, slots=True)
class Reply:
    """A text as the provider handed it over. `phone` is the sender's number in E.164."""

    provider_id: str
    phone: str = field(repr=False)
    body: str = field(repr=False)


def receive(session: Session, protocols: Protocols, reply: Reply, now: datetime) -> Message | None:
    """Take in a reply; the answer in the outbox, to be sent after the commit, or None.

    The same reply twice is one reply. A number that no carer has gets no answer and leaves no
    text behind; only its wish to be left alone is kept.
    """
    carer = _carer(session, reply.phone)
    row = _kept(session, reply, carer, now)
    if row is None:
        return None
    actor = SYSTEM if carer is None else _actor(carer)
    meant = Meaning(row.meaning)
    if meant in _WISHES:
        wants = meant is Meaning.START
        source = ChoiceSource.SMS
        choose(session, reply.phone, wants=wants, source=source, now=now, actor=actor)
    if carer is None:
        return None
    led_to = _understood(Writer(session, protocols, actor), row)
    row.answers_id = None if led_to.answers is None else led_to.answers.id
    row.dose_entry_id = led_to.entry_id
    answer = None
    if not _answered_enough(session, carer, now):
        answer = enqueue(session, _draft(session, protocols, carer, row, led_to=led_to), now)
    row.answer_id = None if answer is None else answer.id
    session.flush()
    return answer


def _carer(session: Session, phone: str) -> Account | None:
    return session.scalar(
        select(Account).where(
            Account.us_phone_number == phone,
            Account.kind == AccountKind.CARER,
            Account.active.is_(True),
        )
    )


def _actor(carer: Account) -> Actor:
    return Actor(
        kind=ActorKind.CARER,
        account_id=carer.id,
        name=carer.display_name,
        channel=Channel.SMS,
        locale=carer.locale,
    )


def _kept(
    session: Session, reply: Reply, carer: Account | None, now: datetime
) -> InboundMessage | None:
    """The row of this reply, or None if it came before."""
    row = InboundMessage(
        provider_id=reply.provider_id,
        phone=reply.phone,
        account_id=carer.id if carer else None,
        body=reply.body if carer else "",
        meaning=meaning(reply.body),
        received_at=now,
    )
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError:
        return None
    return row


def _understood(writer: Writer, row: InboundMessage) -> LedTo:
    match Meaning(row.meaning):
        case Meaning.STOP:
            return LedTo("stopped")
        case Meaning.START:
            return LedTo("started")
        case Meaning.HELP:
            return LedTo("help")
        case Meaning.UNCLEAR:
            return LedTo("reply_unclear")
        case (Meaning.GIVEN | Meaning.MISSED) as said:
            return answer_last_reminder(writer, row, _OUTCOMES[said])


def _draft(
    session: Session,
    protocols: Protocols,
    carer: Account,
    row: InboundMessage,
    *,
    led_to: LedTo,
) -> Draft:
    protocol = _protocol(session, protocols, carer)
    return Draft(
        key=f"answer:{row.provider_id}",
        kind=MessageKind.ANSWER,
        account=carer,
        body=protocol.text(led_to.text, carer.locale),
        rule_version=protocol.key,
        valid_for=timedelta(minutes=protocol.reminders.dose_valid_minutes),
        participant_id=led_to.participant_id,
    )


def _answered_enough(session: Session, carer: Account, now: datetime) -> bool:
    answers = select(func.count(Message.id)).where(
        Message.account_id == carer.id,
        Message.kind == MessageKind.ANSWER,
        Message.planned_at > now - _ANSWERS_WITHIN,
    )
    return (session.scalar(answers) or 0) >= _MOST_ANSWERS


def _protocol(session: Session, protocols: Protocols, carer: Account) -> Protocol:
    """The study that the carer's child is in; any of them for someone without a child now."""
    key = session.scalar(
        select(Participant.protocol_key)
        .join(Guardianship, Guardianship.participant_id == Participant.id)
        .where(Guardianship.account_id == carer.id, Guardianship.ended_at.is_(None))
        .order_by(Participant.id)
        .limit(1)
    )
    return protocols[key] if key else next(iter(protocols.values()))
