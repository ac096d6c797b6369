"""What becomes of a made-up message: its end state, the columns that tell it, and its trail."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from domain.reminders import Reminder, Silence
from models.message import MessageState
from services.message_events import Source

PROVIDER: Final = "console"
_LEASE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Fate:
    """`code` is the provider's, `reason` ours."""

    state: MessageState
    code: str | None = None
    reason: str | None = None


ODDS: Final = (
    (Fate(MessageState.DELIVERED), 0.9),
    (Fate(MessageState.SENT), 0.04),
    (Fate(MessageState.UNDELIVERED, code="30003"), 0.02),
    (Fate(MessageState.FAILED, code="30007"), 0.01),
    (Fate(MessageState.EXPIRED, reason="too_late"), 0.015),
    (Fate(MessageState.IN_DOUBT, reason="not_listed"), 0.015),
)
_TAKEN: Final = frozenset(
    {MessageState.SENT, MessageState.DELIVERED, MessageState.UNDELIVERED, MessageState.FAILED}
)


def fate_of(reminder: Reminder, told_at: datetime | None, chance: random.Random) -> Fate:
    """A dose told of before its reminder was due silenced it."""
    if told_at is not None and told_at < reminder.due_at:
        return Fate(MessageState.CANCELLED, reason=Silence.LOGGED)
    fates, weights = zip(*ODDS, strict=True)
    drawn: Fate = chance.choices(fates, weights)[0]
    return drawn


def fields_of(fate: Fate, due_at: datetime) -> dict[str, Any]:
    """The columns in which rows of different fates differ; all rows have all of them."""
    state = fate.state
    sending = state is MessageState.SENDING
    at = due_at + timedelta(seconds=4)
    return {
        "state": state,
        "next_try_at": due_at,
        "attempts": int(state in _TAKEN or sending or state is MessageState.IN_DOUBT),
        "claimed_by": "demo:lost" if sending else None,
        "claimed_at": at if sending else None,
        "lease_until": at + _LEASE if sending else None,
        "provider": PROVIDER if state in _TAKEN or sending else None,
        "error_code": fate.code,
        "sent_at": at if state in _TAKEN else None,
        "ended_at": None if state is MessageState.SENT or sending else at + timedelta(seconds=9),
        "end_reason": fate.reason,
    }


def events_of(row: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The states it went through."""
    state = MessageState(row["state"])
    yield _event(row, row["planned_at"], MessageState.PLANNED, Source.PLANNER)
    if row["attempts"]:
        yield _event(row, row["next_try_at"], MessageState.SENDING, Source.SENDER)
    if row["sent_at"]:
        yield _event(row, row["sent_at"], MessageState.SENT, Source.SENDER)
    if row["ended_at"]:
        source = Source.CALLBACK if row["sent_at"] else Source.SENDER
        yield _event(row, row["ended_at"], state, source)


def _event(
    row: Mapping[str, Any], at: datetime, state: MessageState, source: Source
) -> dict[str, Any]:
    code = row["error_code"] or row["end_reason"] if at == row["ended_at"] else None
    return {"message_id": row["id"], "at": at, "state": state, "code": code, "source": source}
