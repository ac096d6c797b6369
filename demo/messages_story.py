"""Three weeks of reminders and replies: what was sent, what became of it, what came back."""

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, insert, select, update

from demo.families import CARERS
from demo.message_fates import Fate, events_of, fate_of, fields_of
from demo.replies_story import write_replies
from demo.stage import Story
from domain.orders import OrderKind, order_at
from domain.reminders import Reminder, ReminderKind
from domain.slots import Slot, SlotKey, slots_between
from models.account import Account
from models.dose import DoseEntry
from models.message import Message, MessageEvent, MessageKind, MessageState
from models.visit import Visit
from services.carers import Tie, ties_of
from services.preferences import ChoiceSource, PhoneTrouble, choose, note_trouble
from services.reminder_check import as_wanted

DAYS: Final = 21
DAY: Final = timedelta(days=1)
_OPTED_OUT: Final = CARERS["zheng_mother"]
_UNREACHABLE: Final = CARERS["zhou_father"]
_LOST_IN_SENDING: Final = "DA-05"

Row = dict[str, Any]


def write_messages(stories: Sequence[Story]) -> None:
    """Reminders to all families, then who opted out or could not be reached, then replies."""
    chance = random.Random("messages")  # noqa: S311 - the same story each time
    for story in stories:
        _deliver_invitations(story)
        rows = list(_reminders(story, chance))
        if story.child.study_number == _LOST_IN_SENDING and rows:
            rows[-1] |= fields_of(Fate(MessageState.SENDING), rows[-1]["due_at"])
        _insert(story, rows)
    for story in stories:
        write_replies(story)
    if stories:
        _note_troubles(stories[0])


def _reminders(story: Story, chance: random.Random) -> Iterator[Row]:
    """One row for each reminder of the last weeks that is past any sending."""
    stage = story.stage
    today = story.day_of(stage.now)
    first_told = _first_told(story)
    trough_on = _trough_days(story)
    ties = ties_of(stage.session, [story.row.id])
    for slot in slots_between(story.tables, max(story.first_on, today - DAYS * DAY), today):
        order = order_at(story.orders, slot.key)
        if order is None or order.kind is not OrderKind.DOSE:
            continue
        for reminder in _of_slot(story, slot, trough_on):
            if reminder.expires_at > stage.now:
                continue
            told_at = first_told.get(slot.key)
            for tie in ties:
                fate = fate_of(reminder, told_at, chance)
                yield _row(story, tie, reminder) | fields_of(fate, reminder.due_at)


def _of_slot(story: Story, slot: Slot, trough_on: frozenset[Any]) -> Iterator[Reminder]:
    """The evening before a blood draw has two, its morning one of its own kind."""
    plan = story.stage.protocol.reminders
    morning = slot.key < slot.key.shifted(1) and slot.on == slot.key.shifted(1).on
    if morning and slot.on in trough_on:
        due_at = slot.due_at - timedelta(minutes=plan.trough_morning_before_slot_minutes)
        yield _reminder(
            ReminderKind.TROUGH_MORNING, slot, due_at, plan.trough_morning_valid_minutes
        )
        return
    if not morning and slot.on + DAY in trough_on:
        due_at = slot.due_at - timedelta(minutes=plan.trough_eve_before_evening_minutes)
        yield _reminder(ReminderKind.TROUGH_EVE, slot, due_at, plan.trough_eve_valid_minutes)
    yield _reminder(ReminderKind.DOSE, slot, slot.due_at, plan.dose_valid_minutes)


def _reminder(kind: ReminderKind, slot: Slot, due_at: datetime, valid: int) -> Reminder:
    return Reminder(kind, slot.key, due_at, due_at + timedelta(minutes=valid))


def _row(story: Story, tie: Tie, reminder: Reminder) -> Row:
    """As the planner would have written it, under the same key."""
    wanted = as_wanted(tie, reminder, story.stage.protocol)
    slot = reminder.slot
    name = f"{slot.on.isoformat()}:{slot.half}"
    return {
        "key": f"{reminder.kind}:{tie.participant_id}:{name}:{tie.account_id}",
        "kind": MessageKind(reminder.kind.value),
        "account_id": tie.account_id,
        "participant_id": tie.participant_id,
        "slot_on": slot.on,
        "half": slot.half,
        "phone": wanted.phone,
        "locale": wanted.locale,
        "body": wanted.body,
        "rule_version": tie.protocol_key,
        "due_at": wanted.due_at,
        "expires_at": wanted.expires_at,
        "planned_at": wanted.due_at - timedelta(hours=20),
    }


def _insert(story: Story, rows: Sequence[Row]) -> None:
    if not rows:
        return
    session = story.stage.session
    ids = session.scalars(
        insert(Message).returning(Message.id, sort_by_parameter_order=True), rows
    ).all()
    for row, row_id in zip(rows, ids, strict=True):
        row["id"] = row_id
    session.execute(insert(MessageEvent), [event for row in rows for event in events_of(row)])


def _first_told(story: Story) -> Mapping[SlotKey, datetime]:
    rows = story.stage.session.execute(
        select(DoseEntry.slot_on, DoseEntry.half, func.min(DoseEntry.received_at))
        .where(DoseEntry.participant_id == story.row.id)
        .group_by(DoseEntry.slot_on, DoseEntry.half)
    )
    return {SlotKey(on, half): at for on, half, at in rows}


def _trough_days(story: Story) -> frozenset[Any]:
    days = story.stage.session.scalars(
        select(Visit.on).where(Visit.participant_id == story.row.id, Visit.is_trough_day)
    )
    return frozenset(days)


def _deliver_invitations(story: Story) -> None:
    """Those of the past were delivered; one of today still waits for the notifier."""
    at = story.row.recorded_at
    if story.stage.now - at < DAY:
        return
    session = story.stage.session
    invited = Message.participant_id == story.row.id
    ids = session.scalars(select(Message.id).where(invited)).all()
    arrived = fields_of(Fate(MessageState.DELIVERED), at)
    for row_id in ids:
        own = arrived | {"provider_id": f"demo-invitation-{row_id}"}
        session.execute(update(Message).where(Message.id == row_id), own)
        session.execute(
            insert(MessageEvent), list(events_of(own | {"id": row_id, "planned_at": at}))
        )


def _note_troubles(story: Story) -> None:
    """One family opted out by a reply, one number cannot be reached."""
    session, now = story.stage.session, story.stage.now
    known = session.scalars(
        select(Account).where(Account.us_phone_number.in_([_OPTED_OUT.phone, _UNREACHABLE.phone]))
    )
    for account in known.all():
        if account.us_phone_number == _OPTED_OUT.phone:
            at = now - timedelta(hours=31)
            choose(session, _OPTED_OUT.phone, wants=False, source=ChoiceSource.SMS, now=at)
        else:
            phone, trouble = _UNREACHABLE.phone, PhoneTrouble.UNREACHABLE
            at = now - timedelta(hours=13)
            note_trouble(session, account.id, phone, trouble, code="30005", now=at)
