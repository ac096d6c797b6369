"""A digit sent back: which dose it speaks of, and its entry in the diary.

`1` and `2` answer the last reminder that went to the number (trial.md §9). One that asked to wait,
or that spoke for several children, cannot be answered by a digit.
"""

import uuid
from dataclasses import dataclass
from typing import Final

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from domain.entries import Channel, Outcome
from domain.errors import DomainError
from domain.slots import SlotKey
from models.message import InboundMessage, Message, MessageKind, MessageState
from models.participant import Participant
from services.access import child_of
from services.actor import Actor
from services.doses import SaidDose, log_dose
from services.errors import ServiceError
from services.protocols import Protocols
from services.reminder_check import REMINDER_KINDS
from services.reminders import MERGED

_WENT: Final = (MessageState.SENT, MessageState.DELIVERED, MessageState.UNDELIVERED)
_ACKNOWLEDGED: Final = {
    Outcome.GIVEN: "reply_given_ack",
    Outcome.MISSED: "reply_missed_ack",
}
# the name space of client ids made of the provider's ids: a reply delivered twice is one entry
_REPLIES: Final = uuid.UUID("6f1e9a52-6a0c-5b1e-8a1b-5f0f6a1f2d11")


@dataclass(frozen=True, slots=True)
class Writer:
    """Who writes into the diary by SMS, and under which studies."""

    session: Session
    protocols: Protocols
    actor: Actor


@dataclass(frozen=True, slots=True)
class LedTo:
    """The name of the protocol's text to answer with; the message that was answered and the entry
    of the diary that came of it, if any."""

    text: str
    answers: Message | None = None
    entry_id: int | None = None

    @property
    def participant_id(self) -> int | None:
        """The child that the answer is about, if it is about one."""
        return self.answers.participant_id if self.answers and self.entry_id else None


def answer_last_reminder(writer: Writer, row: InboundMessage, outcome: Outcome) -> LedTo:
    """Put the outcome into the diary for the slot of the last reminder, or say why not."""
    last = _last_reminder(writer.session, row)
    if last is None or last.kind is not MessageKind.DOSE:
        return LedTo("reply_nothing_open")
    if _spoke_for_others(writer.session, last):
        return LedTo("reply_ask_back", last)
    try:
        with writer.session.begin_nested():
            entry_id = _write(writer, row, last, outcome)
    except (ServiceError, DomainError):
        # too old, not on a dose, not allowed to write: the page says which, a message must not
        return LedTo("reply_nothing_open", last)
    return LedTo(_ACKNOWLEDGED[outcome], last, entry_id)


def _last_reminder(session: Session, row: InboundMessage) -> Message | None:
    return session.scalar(
        select(Message)
        .where(
            Message.account_id == row.account_id,
            Message.phone == row.phone,
            Message.kind.in_(REMINDER_KINDS),
            Message.state.in_(_WENT),
        )
        .order_by(Message.sent_at.desc(), Message.id.desc())
        .limit(1)
    )


def _spoke_for_others(session: Session, last: Message) -> bool:
    """Did that carer get the same reminder for another child, in the same message or beside it?"""
    merged = and_(Message.state == MessageState.CANCELLED, Message.end_reason == MERGED)
    others = select(Message.id).where(
        Message.account_id == last.account_id,
        Message.due_at == last.due_at,
        Message.kind == last.kind,
        Message.participant_id != last.participant_id,
        or_(Message.state.in_(_WENT), merged),
    )
    return session.scalar(others.limit(1)) is not None


def _write(writer: Writer, row: InboundMessage, last: Message, outcome: Outcome) -> int:
    """A reply names no time of the dose, and none is made up for it."""
    session, actor = writer.session, writer.actor
    child = session.get_one(Participant, last.participant_id)
    child = child_of(session, actor, child.public_id, to_log=True)
    said = SaidDose(
        client_id=uuid.uuid5(_REPLIES, row.provider_id),
        entered_at=row.received_at,
        channel=Channel.SMS,
        slot=None
        if last.slot_on is None or last.half is None
        else SlotKey(last.slot_on, last.half),
        outcome=outcome,
    )
    protocol = writer.protocols[child.protocol_key]
    logged = log_dose(session, actor, child, said, protocol=protocol, now=row.received_at)
    return logged.entry.id
