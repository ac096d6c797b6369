"""Asking the facts again just before a reminder is sent: does it still hold, and in which words?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from domain.destinations import destination
from domain.protocol import Protocol
from domain.reminders import ChildFacts, Reminder, ReminderKind, Silence, expected
from domain.slots import slots_of_day
from models.message import Message, MessageKind
from services.carers import CarerSilence, Tie, ties_of
from services.protocols import Protocols
from services.reminder_facts import Days, facts_of

REMINDER_KINDS: Final = tuple(MessageKind(kind.value) for kind in ReminderKind)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A reminder as it should be sent: when, to whom, and in which words."""

    due_at: datetime
    expires_at: datetime
    phone: str = field(repr=False)
    locale: str
    body: str = field(repr=False)


def still_wanted(
    session: Session, protocols: Protocols, reminders: Sequence[Message]
) -> Mapping[int, Wanted | str]:
    """By message id: how the reminder should be sent as things stand, or the reason not to."""
    children = {row.participant_id for row in reminders if row.participant_id is not None}
    dates = [row.slot_on for row in reminders if row.slot_on is not None]
    if not children or not dates:
        return {}
    facts = facts_of(session, children, Days(min(dates), max(dates)))
    ties = {(tie.participant_id, tie.account_id): tie for tie in ties_of(session, children)}
    return {
        row.id: _verdict(row, ties.get((row.participant_id or 0, row.account_id)), facts, protocols)
        for row in reminders
    }


def as_wanted(tie: Tie, reminder: Reminder, protocol: Protocol) -> Wanted:
    """A reminder in the words of the protocol, in the carer's language. Where nobody can reply,
    the words do not ask for one."""
    suffix = "" if destination(tie.phone).two_way else "_one_way"
    body = protocol.text(reminder.text + suffix, tie.locale)
    return Wanted(reminder.due_at, reminder.expires_at, tie.phone, tie.locale, body)


def _verdict(
    row: Message, tie: Tie | None, facts: Mapping[int, ChildFacts], protocols: Protocols
) -> Wanted | str:
    if tie is None:
        return CarerSilence.TIE_ENDED
    if tie.silence is not None:
        return tie.silence
    protocol = protocols[tie.protocol_key]
    found = _expected(row, facts[tie.participant_id], protocol)
    return found if isinstance(found, Silence) else as_wanted(tie, found, protocol)


def _expected(row: Message, child: ChildFacts, protocol: Protocol) -> Reminder | Silence:
    slots = slots_of_day(child.timetables, row.slot_on) if row.slot_on else ()
    slot = next((slot for slot in slots if slot.half is row.half), None)
    if slot is None:
        return Silence.NO_SLOT
    return expected(ReminderKind(row.kind.value), slot, child, protocol.reminders)
