"""Delivery receipts: what the provider says later of a message it took. "Delivered" is not "seen".

Receipts come twice, late and out of order, so a message only ever moves forward.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.message import Message, MessageState
from services.message_events import Source, Step, note
from services.message_states import end, plan_again, sent
from services.outbox import rules_of
from services.outcomes import STATES, merge_twins
from services.ports import DeliveryState
from services.preferences import PhoneTrouble, note_trouble
from services.protocols import Protocols

_UNSETTLED: Final = (MessageState.SENDING, MessageState.IN_DOUBT)
# a phone that was switched off is tried a second time, and no third
_MOST_TRIES: Final = 2


@dataclass(frozen=True, slots=True)
class Receipt:
    """`reference` is our own id if the address that was called carries it. `once_more`: the error
    is one after which the same message may be tried once again."""

    provider_id: str
    state: DeliveryState
    reference: uuid.UUID | None = None
    code: str | None = None
    once_more: bool = False
    trouble: PhoneTrouble | None = None


def receive(
    session: Session, protocols: Protocols, receipt: Receipt, now: datetime
) -> Message | None:
    """Apply a receipt; None for one of a message that we do not know.

    A receipt that arrives before its sender recorded anything, or after the sender vanished, is
    proof that the message was taken: it settles the doubt.
    """
    row = _known(session, receipt) or _adopted(session, protocols, receipt, now)
    if row is None:
        return None
    state = STATES.get(receipt.state, MessageState.SENT)
    if row.state is MessageState.SENT and state is not MessageState.SENT:
        _finish(session, protocols, row, receipt, now=now)
    return row


def _known(session: Session, receipt: Receipt) -> Message | None:
    return session.scalar(
        select(Message).where(Message.provider_id == receipt.provider_id).with_for_update()
    )


def _adopted(
    session: Session, protocols: Protocols, receipt: Receipt, now: datetime
) -> Message | None:
    if receipt.reference is None:
        return None
    row = session.scalar(
        select(Message)
        .where(Message.public_id == receipt.reference, Message.state.in_(_UNSETTLED))
        .with_for_update()
    )
    if row is None:
        return None
    steps = [sent(row, receipt.provider_id, MessageState.SENT, row.claimed_at or now)]
    row.ended_at = row.end_reason = None
    session.flush()
    steps += merge_twins(session, protocols, [row.id], now)
    note(session, steps, source=Source.CALLBACK, now=now)
    return row


def _finish(
    session: Session, protocols: Protocols, row: Message, receipt: Receipt, *, now: datetime
) -> None:
    row.error_code = receipt.code
    note(session, [_last_step(row, protocols, receipt, now)], source=Source.CALLBACK, now=now)
    session.flush()
    if receipt.trouble is not None and receipt.code is not None:
        note_trouble(
            session, row.account_id, row.phone, receipt.trouble, code=receipt.code, now=now
        )


def _last_step(row: Message, protocols: Protocols, receipt: Receipt, now: datetime) -> Step:
    if receipt.once_more and row.attempts < _MOST_TRIES and row.body is not None:
        pause = rules_of(protocols, row.rule_version).retry_after_seconds[0]
        return plan_again(row, now + timedelta(seconds=pause), receipt.code)
    return end(row, STATES[receipt.state], now)
