"""What the provider's list says of messages whose sender vanished.

The provider lists texts by number, and knows none of our names. Two messages with the same text
to the same number within a minute are told apart by its ids: those we know belong to other rows,
and each one we do not know is given to one row at most (a unique column holds that). So of two
lost twins with one message at the provider, one was sent and the other is sent now.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.message import Message, MessageState
from services.message_events import Source, Step, note
from services.message_states import REASON_LENGTH, end, plan_again, sent
from services.outbox import Claim
from services.outcomes import STATES, held, merge_twins
from services.ports import SentSms
from services.protocols import Protocols


@dataclass(frozen=True, slots=True)
class Listed:
    """What the provider has with this number and text since sending began."""

    found: Sequence[SentSms]


@dataclass(frozen=True, slots=True)
class NotListed:
    """The provider could not be asked."""

    code: str


def settle(
    session: Session,
    protocols: Protocols,
    claim: Claim,
    listed: Listed | NotListed,
    *,
    now: datetime,
) -> MessageState | None:
    """Record what was found out about one reclaimed message; None if it is held by others now.

    Found: it counts as sent when sending began. Not found: it waits for its turn again, where the
    facts and the time are asked as ever. Nobody to ask: the claim runs out and it is tried again;
    after the message would be too late anyway, `in_doubt` is all that can be said.
    """
    row = held(session, [claim]).get(claim.id)
    if row is None:
        return None
    steps = [_settled(session, row, claim.claimed_at, listed, now=now)]
    session.flush()
    if row.sent_at is not None:
        steps += merge_twins(session, protocols, [row.id], now)
    note(session, steps, source=Source.LOOK_UP, now=now)
    return row.state


def _settled(
    session: Session, row: Message, began_at: datetime, listed: Listed | NotListed, *, now: datetime
) -> Step:
    if isinstance(listed, NotListed):
        if now >= row.expires_at:
            return end(row, MessageState.IN_DOUBT, now, reason=listed.code[:REASON_LENGTH])
        return Step(row.id, MessageState.SENDING, listed.code[:REASON_LENGTH])
    sms = _not_ours_yet(session, listed.found)
    if sms is not None:
        state = STATES.get(sms.state, MessageState.SENT)
        return sent(row, sms.provider_id, state, began_at)
    if now >= row.expires_at:
        return end(row, MessageState.EXPIRED, now, reason="too_late")
    return plan_again(row, now, "not_found")


def _not_ours_yet(session: Session, found: Sequence[SentSms]) -> SentSms | None:
    """The first listed message that no row of ours is known by."""
    ids = [sms.provider_id for sms in found]
    known = set(session.scalars(select(Message.provider_id).where(Message.provider_id.in_(ids))))
    return next((sms for sms in found if sms.provider_id not in known), None)
