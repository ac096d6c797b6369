"""How a message row moves from state to state. Each function returns the step for the trail."""

from datetime import datetime
from typing import Final

from models.message import Message, MessageKind, MessageState
from services.message_events import Step
from services.reminder_check import Wanted

REASON_LENGTH: Final = 40


def end(row: Message, state: MessageState, now: datetime, *, reason: str | None = None) -> Step:
    """No more sending; `reason` is ours, an error code of the provider is kept apart."""
    row.state, row.ended_at, row.end_reason = state, now, reason
    _let_go(row)
    return Step(row.id, state, reason or row.error_code)


def sent(row: Message, provider_id: str, state: MessageState, at: datetime) -> Step:
    """The provider has it. `at` is when it took it, as well as we know."""
    row.state, row.provider_id, row.sent_at, row.error_code = state, provider_id, at, None
    if state is not MessageState.SENT:
        row.ended_at = at
    _let_go(row)
    return Step(row.id, state)


def plan_again(row: Message, next_try_at: datetime, code: str | None) -> Step:
    """Certainly not sent: it waits for its next turn."""
    row.state, row.next_try_at, row.error_code = MessageState.PLANNED, next_try_at, code
    row.claimed_by = row.claimed_at = row.lease_until = None
    return Step(row.id, MessageState.PLANNED, code)


def move(row: Message, wanted: Wanted) -> Step:
    """Its slot is later now: it waits for the new time."""
    row.due_at, row.expires_at = wanted.due_at, wanted.expires_at
    return plan_again(row, wanted.due_at, "slot_moved")


def _let_go(row: Message) -> None:
    row.claimed_by = row.claimed_at = row.lease_until = None
    # a code to sign in is kept no longer than it takes to hand it over
    if row.kind is MessageKind.SIGN_IN:
        row.body = None
