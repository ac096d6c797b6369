"""Recording what became of claimed messages. Only who still holds a message may say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, aliased

from models.message import Message, MessageState
from services.message_events import Source, Step, note
from services.message_states import REASON_LENGTH, end, plan_again, sent
from services.outbox import Claim, rules_of
from services.ports import DeliveryState, SentSms
from services.preferences import PhoneTrouble, note_trouble
from services.protocols import Protocols
from services.reminder_check import REMINDER_KINDS, still_wanted
from services.reminders import MERGED

STATES: Final[Mapping[DeliveryState, MessageState]] = {
    DeliveryState.DELIVERED: MessageState.DELIVERED,
    DeliveryState.READ: MessageState.DELIVERED,
    DeliveryState.UNDELIVERED: MessageState.UNDELIVERED,
    DeliveryState.FAILED: MessageState.FAILED,
}
# the trail shows a message that left although its lease had run out: it may have gone twice
# a provider may ask for a pause, not for one that no date can hold
LONGEST_PAUSE_SECONDS: Final = 24 * 60 * 60
SENT_LATE: Final = "sent_without_lease"


@dataclass(frozen=True, slots=True)
class Sent:
    sms: SentSms


@dataclass(frozen=True, slots=True)
class Refused:
    """For good. `trouble` if the provider speaks of the phone, not of the message."""

    code: str
    trouble: PhoneTrouble | None = None


@dataclass(frozen=True, slots=True)
class Unavailable:
    """Certainly not sent. `counts`: one of the tries a message has; being told to wait one's
    turn is none."""

    code: str
    retry_after: int | None = None
    counts: bool = True


@dataclass(frozen=True, slots=True)
class InDoubt:
    """Perhaps sent. It stays held until its lease runs out and the provider can be asked."""

    reason: str


@dataclass(frozen=True, slots=True)
class NotTried:
    """The lease ran out before its turn came: it is left to whoever takes it over."""


Outcome = Sent | Refused | Unavailable | InDoubt | NotTried


def record(
    session: Session,
    protocols: Protocols,
    outcomes: Sequence[tuple[Claim, Outcome]],
    now: datetime,
) -> int:
    """Record what became of claims; how many were sent. Whose lease was taken over meanwhile only
    leaves a trace."""
    rows = held(session, [claim for claim, _ in outcomes])
    steps: list[Step] = []
    troubles: list[tuple[Message, Refused]] = []
    for claim, outcome in outcomes:
        row = rows.get(claim.id)
        if row is None:
            steps += _too_late(session, claim, outcome)
            continue
        steps += _apply(row, outcome, protocols, now)
        if isinstance(outcome, Refused) and outcome.trouble:
            troubles.append((row, outcome))
    went = [
        claim.id for claim, outcome in outcomes if isinstance(outcome, Sent) and claim.id in rows
    ]
    session.flush()
    steps += merge_twins(session, protocols, went, now)
    note(session, steps, source=Source.SENDER, now=now)
    for row, refused in troubles:
        if refused.trouble is not None:
            phone, code = row.phone, refused.code
            note_trouble(session, row.account_id, phone, refused.trouble, code=code, now=now)
    return len(went)


def held(session: Session, claims: Sequence[Claim]) -> dict[int, Message]:
    """The messages that these claims still hold, locked, by id."""
    tokens = {claim.id: claim.token for claim in claims}
    rows = session.scalars(
        select(Message)
        .where(Message.id.in_(tokens), Message.state == MessageState.SENDING)
        .order_by(Message.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {row.id: row for row in rows if row.claimed_by == tokens[row.id]}


def merge_twins(
    session: Session, protocols: Protocols, sent_ids: Sequence[int], now: datetime
) -> list[Step]:
    """End the reminders for siblings that said the same to the same person at the same time."""
    first = aliased(Message)
    same = and_(
        first.account_id == Message.account_id,
        first.due_at == Message.due_at,
        first.kind == Message.kind,
        first.body == Message.body,
        first.id != Message.id,
    )
    twins = session.scalars(
        select(Message)
        .join(first, same)
        .where(
            first.id.in_(sent_ids),
            Message.state == MessageState.PLANNED,
            Message.kind.in_(REMINDER_KINDS),
        )
        .with_for_update(of=Message)
    ).all()
    verdicts = still_wanted(session, protocols, twins)
    steps: list[Step] = []
    for row in twins:
        verdict = verdicts.get(row.id)
        reason = verdict if isinstance(verdict, str) else MERGED
        steps.append(end(row, MessageState.CANCELLED, now, reason=reason))
    session.flush()
    return steps


def _apply(row: Message, outcome: Outcome, protocols: Protocols, now: datetime) -> Sequence[Step]:
    match outcome:
        case Sent(sms):
            state = STATES.get(sms.state, MessageState.SENT)
            return [sent(row, sms.provider_id, state, now)]
        case Refused(code):
            row.error_code = code
            return [end(row, MessageState.FAILED, now)]
        case Unavailable():
            return [_later(row, outcome, protocols, now)]
        case InDoubt(reason):
            row.error_code = reason[:32]
            return [Step(row.id, MessageState.SENDING, reason[:REASON_LENGTH])]
        case NotTried():
            return []


def _later(row: Message, outcome: Unavailable, protocols: Protocols, now: datetime) -> Step:
    """The pauses of the plan, or what the provider asks for if that is longer."""
    plan = rules_of(protocols, row.rule_version)
    if not outcome.counts:
        row.attempts -= 1
    if row.attempts >= plan.max_attempts:
        row.error_code = outcome.code
        return end(row, MessageState.FAILED, now, reason="gave_up")
    pauses = plan.retry_after_seconds
    pause = pauses[min(max(row.attempts, 1), len(pauses)) - 1]
    seconds = min(max(pause, outcome.retry_after or 0), LONGEST_PAUSE_SECONDS)
    return plan_again(row, now + timedelta(seconds=seconds), outcome.code)


def _too_late(session: Session, claim: Claim, outcome: Outcome) -> Sequence[Step]:
    if not isinstance(outcome, Sent):
        return []
    known = select(Message.provider_id).where(Message.id == claim.id)
    if session.scalar(known) == outcome.sms.provider_id:
        return []  # the provider's callback was faster
    return [Step(claim.id, SENT_LATE, outcome.sms.provider_id[:REASON_LENGTH])]
