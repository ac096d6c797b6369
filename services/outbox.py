"""The outbox: planned messages are claimed here before anybody sends them (architecture, rule 9).

A claim is a lease: `sending` until it is recorded what became of it. Two senders can never hold
the same message: on PostgreSQL its row is locked while it is claimed and passed over by others, on
SQLite claiming is one write transaction. The facts are asked again at this moment, so nobody is
reminded of a dose that was logged a minute ago, and what is too late is never sent.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.orm import Session, aliased

from domain.protocol import ReminderPlan
from models.message import Message, MessageState
from services.message_events import Source, Step, note
from services.message_states import end, move
from services.protocols import Protocols
from services.reminder_check import REMINDER_KINDS, Wanted, still_wanted

_NAME_LENGTH = 31


@dataclass(frozen=True, slots=True)
class Claim:
    """A message as its holder may send it, until `lease_until` and not a moment longer.

    `token` proves the hold when the outcome is recorded. `claimed_at` is when sending began, also
    on a claim that was taken over from a sender that vanished.
    """

    id: int
    reference: uuid.UUID
    phone: str = field(repr=False)
    body: str = field(repr=False)
    expires_at: datetime
    claimed_at: datetime
    lease_until: datetime
    token: str
    provider: str


@dataclass(frozen=True, slots=True)
class Claimed:
    """`looked_at` counts the cancelled and the expired too: zero means that nothing is due."""

    claims: tuple[Claim, ...]
    looked_at: int


@dataclass(frozen=True, slots=True)
class Claimant:
    """Who claims: a process by its name, and the provider it sends through."""

    name: str
    provider: str

    def token(self) -> str:
        """Names one claim, so that even the same process cannot mistake an old one for a new."""
        return f"{self.name[:_NAME_LENGTH]}:{uuid.uuid4().hex}"


def claim(
    session: Session, protocols: Protocols, who: Claimant, *, limit: int, now: datetime
) -> Claimed:
    """Take up to `limit` due messages. Commit before sending any of them."""
    query = _due(now).order_by(Message.due_at, Message.id).limit(limit)
    return _take(session, protocols, who, query, now=now)


def claim_one(
    session: Session, protocols: Protocols, who: Claimant, *, message_id: int, now: datetime
) -> Claim | None:
    """Take this message, unless it is not due, not wanted, or somebody else's."""
    query = _due(now).where(Message.id == message_id)
    return next(iter(_take(session, protocols, who, query, now=now).claims), None)


def reclaim(
    session: Session, protocols: Protocols, who: Claimant, *, limit: int, now: datetime
) -> tuple[Claim, ...]:
    """Take over messages whose lease ran out: their sender vanished, or was left in doubt.

    Nothing may be sent on such a claim: the provider is asked first whether it has the message.
    """
    rows = session.scalars(
        select(Message)
        .where(Message.state == MessageState.SENDING, Message.lease_until <= now)
        .order_by(Message.lease_until, Message.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        _hold(row, who, protocols, now)
    session.flush()
    steps = [Step(row.id, MessageState.SENDING, "lease_ran_out") for row in rows]
    note(session, steps, source=Source.LOOK_UP, now=now)
    return tuple(_claim_of(row) for row in rows)


def rules_of(protocols: Protocols, rule_version: str) -> ReminderPlan:
    """Leases and retries of a message; one that no protocol made (a code) follows the first."""
    protocol = protocols.get(rule_version) or next(iter(protocols.values()))
    return protocol.reminders


def messages_of(session: Session, participant_id: int, limit: int) -> Sequence[Message]:
    """A child's messages as the clinic lists them, those due last first."""
    return session.scalars(
        select(Message)
        .where(Message.participant_id == participant_id)
        .order_by(Message.due_at.desc(), Message.id.desc())
        .limit(limit)
    ).all()


def _due(now: datetime) -> Select[Message]:
    return (
        select(Message)
        .where(
            Message.state == MessageState.PLANNED,
            Message.due_at <= now,
            Message.next_try_at <= now,
            or_(Message.kind.not_in(REMINDER_KINDS), ~_waits_behind_a_twin()),
        )
        .with_for_update(skip_locked=True, of=Message)
    )


def _waits_behind_a_twin() -> ColumnElement[bool]:
    """Is the same text to the same person for the same time on its way already, for a sibling?

    The first of them is sent; once it is, the others end as merged (services/outcomes.py). If it
    is cancelled instead, the next one has its turn.
    """
    twin = aliased(Message)
    return exists().where(
        twin.account_id == Message.account_id,
        twin.due_at == Message.due_at,
        twin.kind == Message.kind,
        twin.body == Message.body,
        twin.id < Message.id,
        twin.state.in_((MessageState.PLANNED, MessageState.SENDING)),
    )


def _take(
    session: Session, protocols: Protocols, who: Claimant, query: Select[Message], *, now: datetime
) -> Claimed:
    rows = session.scalars(query).all()
    reminders = [row for row in rows if row.kind in REMINDER_KINDS]
    wanted = still_wanted(session, protocols, reminders)
    steps: list[Step] = []
    taken: list[Message] = []
    for row in rows:
        step = _unsendable(row, wanted.get(row.id), now)
        if step is None:
            row.attempts += 1
            row.claimed_at, row.provider = now, who.provider
            step = _hold(row, who, protocols, now)
            taken.append(row)
        steps.append(step)
    session.flush()
    note(session, steps, source=Source.SENDER, now=now)
    return Claimed(tuple(_claim_of(row) for row in taken), len(rows))


def _unsendable(row: Message, wanted: Wanted | str | None, now: datetime) -> Step | None:
    """Bring a reminder up to date; the step that it takes if it must not be sent now."""
    if isinstance(wanted, str):
        return end(row, MessageState.CANCELLED, now, reason=wanted)
    if wanted is not None:
        if wanted.due_at > now:
            return move(row, wanted)
        row.due_at, row.expires_at = wanted.due_at, wanted.expires_at
        row.phone, row.locale, row.body = wanted.phone, wanted.locale, wanted.body
    if row.expires_at <= now:
        return end(row, MessageState.EXPIRED, now, reason="too_late")
    return None


def _hold(row: Message, who: Claimant, protocols: Protocols, now: datetime) -> Step:
    row.state, row.claimed_by = MessageState.SENDING, who.token()
    seconds = rules_of(protocols, row.rule_version).lease_seconds
    row.lease_until = now + timedelta(seconds=seconds)
    return Step(row.id, MessageState.SENDING)


def _claim_of(row: Message) -> Claim:
    if row.claimed_at is None or row.lease_until is None or row.claimed_by is None:
        raise ValueError("a message that nobody holds")
    return Claim(
        id=row.id,
        reference=row.public_id,
        phone=row.phone,
        body=row.body or "",
        expires_at=row.expires_at,
        claimed_at=row.claimed_at,
        lease_until=row.lease_until,
        token=row.claimed_by,
        provider=row.provider or "",
    )
