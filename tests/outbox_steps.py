"""What senders do to the outbox, step by step with a commit after each."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from messages_of_a_study import MORNING, PLAN, PROTOCOLS, messages
from models.message import Message, MessageEvent, MessageKind
from services import outbox, reminders
from services.outbox import Claim, Claimant
from services.outcomes import Outcome, record
from services.ports import DeliveryState, SentSms

BEFORE = MORNING - timedelta(hours=2)
DUE = MORNING + timedelta(seconds=5)
LEASE = timedelta(seconds=PLAN.lease_seconds)
WHO = Claimant("notifier-1", "twilio")
OTHER = Claimant("notifier-2", "twilio")


def sms(number: int = 1, state: DeliveryState = DeliveryState.QUEUED) -> SentSms:
    return SentSms(f"SM{number:032d}", state)


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
