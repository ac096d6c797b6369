"""Planning reminders from the facts.

What is due is computed anew each time, so a round that did not happen heals at the next one, and
planning twice, or on three machines at once, changes nothing: a reminder's `key` exists once.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from domain.reminders import Reminder, reminders
from domain.slots import DAY
from models.message import Message, MessageKind, MessageState
from models.participant import Participant, ParticipantStatus
from services.carers import Tie, ties_of
from services.message_events import Source, Step, note
from services.protocols import Protocols
from services.reminder_check import REMINDER_KINDS, Wanted, as_wanted
from services.reminder_facts import Days, facts_of

# siblings on one number get one message; the others of them end with this reason
MERGED: Final = "merged"
# children at a time: bounds the memory, and how long one transaction lasts
_BATCH: Final = 500
_NEVER_SENT: Final = (MessageState.CANCELLED, MessageState.EXPIRED)

Rows = dict[str, dict[str, Any]]
Known = Row[*tuple[Any, ...]]


def plan(
    session: Session, protocols: Protocols, now: datetime, among: Sequence[int] | None = None
) -> int:
    """Plan what falls due within the hours that each protocol plans ahead; how many are new.

    For all children in the study, or `among` some (database ids). A planned reminder whose slot
    moved moves along, and one that ended unsent is planned again when the reason went away.
    """
    if among is None:
        return sum(plan(session, protocols, now, children) for children in batches(session))
    due = _due(session, protocols, now, among)
    known = _known(session, among, now)
    changed = [row for key, row in known.items() if key in due and _differs(row, due[key])]
    _plan_again(session, [row.id for row in changed], due, now)
    return _insert(session, [row for key, row in due.items() if key not in known])


def batches(session: Session, size: int = _BATCH) -> Iterator[Sequence[int]]:
    """The children in the study (database ids) in batches, so that a commit can follow each."""
    active = Participant.status == ParticipantStatus.ACTIVE
    children = session.scalars(select(Participant.id).where(active).order_by(Participant.id)).all()
    return (children[start : start + size] for start in range(0, len(children), size))


def _due(session: Session, protocols: Protocols, now: datetime, children: Sequence[int]) -> Rows:
    """The rows that should be there, by key and in the order of the keys: planners that insert
    in one order never wait for each other in a circle."""
    ties = [tie for tie in ties_of(session, children) if tie.silence is None]
    per_child = _reminders(session, protocols, now, {t.participant_id: t for t in ties})
    rows: Rows = {}
    for tie in ties:
        protocol = protocols[tie.protocol_key]
        for reminder in per_child[tie.participant_id]:
            rows[_key(tie, reminder)] = _row(tie, reminder, as_wanted(tie, reminder, protocol), now)
    return dict(sorted(rows.items()))


def _reminders(
    session: Session, protocols: Protocols, now: datetime, children: Mapping[int, Tie]
) -> Mapping[int, tuple[Reminder, ...]]:
    plans = {key: protocol.reminders for key, protocol in protocols.items()}
    until = {key: now + timedelta(hours=plan.plan_ahead_hours) for key, plan in plans.items()}
    days = Days((now - DAY).date(), (max(until.values()) + DAY).date())
    facts = facts_of(session, children, days)
    return {
        child: tuple(reminders(facts[child], plans[tie.protocol_key], now, until[tie.protocol_key]))
        for child, tie in children.items()
    }


def _key(tie: Tie, reminder: Reminder) -> str:
    slot = reminder.slot
    name = f"{slot.on.isoformat()}:{slot.half}"
    return f"{reminder.kind}:{tie.participant_id}:{name}:{tie.account_id}"


def _row(tie: Tie, reminder: Reminder, wanted: Wanted, now: datetime) -> dict[str, Any]:
    return {
        "key": _key(tie, reminder),
        "kind": MessageKind(reminder.kind.value),
        "account_id": tie.account_id,
        "participant_id": tie.participant_id,
        "slot_on": reminder.slot.on,
        "half": reminder.slot.half,
        "phone": wanted.phone,
        "locale": wanted.locale,
        "body": wanted.body,
        "rule_version": tie.protocol_key,
        "due_at": wanted.due_at,
        "expires_at": wanted.expires_at,
        "planned_at": now,
        "state": MessageState.PLANNED,
        "next_try_at": wanted.due_at,
        "attempts": 0,
    }


def _known(session: Session, children: Sequence[int], now: datetime) -> Mapping[str, Known]:
    """The reminders of these days that are there already, whatever became of them."""
    rows = session.execute(
        select(Message.id, Message.key, Message.state, Message.due_at, Message.end_reason).where(
            Message.participant_id.in_(children),
            Message.kind.in_(REMINDER_KINDS),
            Message.due_at >= now - 2 * DAY,
        )
    )
    return {row.key: row for row in rows}


def _differs(known: Known, due: Mapping[str, Any]) -> bool:
    if known.state is MessageState.PLANNED:
        return bool(known.due_at != due["due_at"])
    return known.state in _NEVER_SENT and known.end_reason != MERGED


def _plan_again(session: Session, ids: Sequence[int], due: Rows, now: datetime) -> None:
    """Rows that a sender holds are left to it: it asks the facts by itself."""
    if not ids:
        return
    unsent = Message.state.in_((MessageState.PLANNED, *_NEVER_SENT))
    rows = session.scalars(
        select(Message)
        .where(Message.id.in_(ids), unsent)
        .order_by(Message.key)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        wanted = due[row.key]
        row.due_at, row.expires_at = wanted["due_at"], wanted["expires_at"]
        row.next_try_at, row.attempts = wanted["due_at"], 0
        row.state, row.ended_at, row.end_reason = MessageState.PLANNED, None, None
    session.flush()
    steps = [Step(row.id, MessageState.PLANNED, "planned_again") for row in rows]
    note(session, steps, source=Source.PLANNER, now=now)


def _insert(session: Session, rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert those whose key is not there; another planner may be faster at any moment."""
    if not rows:
        return 0
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    insert = sqlite.insert if on_sqlite else postgresql.insert
    statement = insert(Message).on_conflict_do_nothing(index_elements=["key"])
    made = session.scalars(statement.returning(Message.id), rows)
    return len(made.all())
