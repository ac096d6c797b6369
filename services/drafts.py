"""Messages that somebody asked for: codes, invitations, answers. Reminders are planned instead."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from models.account import Account
from models.message import Message, MessageKind, MessageState


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What to say to whom, and for how long it is worth saying. `key` exists once."""

    key: str
    kind: MessageKind
    account: Account
    body: str = field(repr=False)
    rule_version: str
    valid_for: timedelta
    participant_id: int | None = None


def enqueue(session: Session, draft: Draft, now: datetime) -> Message:
    """Put a message into the outbox, due now; it is sent only after the commit.

    Raises ValueError for an account without a phone.
    """
    if not draft.account.us_phone_number:
        raise ValueError("the account has no phone")
    row = Message(
        key=draft.key,
        kind=draft.kind,
        account_id=draft.account.id,
        participant_id=draft.participant_id,
        phone=draft.account.us_phone_number,
        locale=draft.account.locale,
        body=draft.body,
        rule_version=draft.rule_version,
        due_at=now,
        expires_at=now + draft.valid_for,
        planned_at=now,
        state=MessageState.PLANNED,
        next_try_at=now,
    )
    session.add(row)
    session.flush()
    return row
