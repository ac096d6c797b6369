"""Which reminders a child's carers get, and when (trial.md §3, §9).

An ordinary day has one reminder a slot. Around a trough the ordinary one would be wrong: the
evening before, the family also hears beforehand that tomorrow's dose waits for the blood; on the
morning itself they hear "wait" in place of the ordinary reminder. Asked again just before sending,
the same rule says whether a reminder still holds, and if not, why.
"""

from collections.abc import Iterator, Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from domain.orders import OrderKind, OrderStep, order_at
from domain.protocol import Half, ReminderPlan
from domain.slots import DAY, Slot, SlotKey, Timetable, slots_between


class ReminderKind(StrEnum):
    DOSE = "dose"
    TROUGH_EVE = "trough_eve"
    TROUGH_MORNING = "trough_morning"


class Silence(StrEnum):
    """Why there is no reminder (any more)."""

    LOGGED = "already_logged"
    HELD = "on_hold"
    NOT_PRESCRIBED = "not_prescribed"
    NO_SLOT = "no_such_slot"
    WAITS_FOR_BLOOD = "waits_for_blood"
    NO_TROUGH = "no_trough_day"
    BLOOD_TAKEN = "blood_taken"
    IN_HOSPITAL = "in_hospital"


@dataclass(frozen=True, slots=True)
class Reminder:
    """To be sent from `due_at` on (UTC) and never at or after `expires_at`."""

    kind: ReminderKind
    slot: SlotKey
    due_at: datetime
    expires_at: datetime

    @property
    def text(self) -> str:
        """The name of its text in the protocol: morning and evening differ."""
        return f"dose_{self.slot.half}" if self.kind is ReminderKind.DOSE else str(self.kind)


@dataclass(frozen=True, slots=True)
class ChildFacts:
    """What the reminders of a child turn on. `told` are the slots with a standing entry of any
    kind, `trough_on` the local dates on which blood is to be taken before the morning dose,
    `drawn_on` those on which it was taken, and `in_hospital_on` those spent on a ward."""

    timetables: tuple[Timetable, ...]
    orders: tuple[OrderStep, ...]
    told: Set[SlotKey]
    trough_on: Set[date]
    drawn_on: Set[date]
    in_hospital_on: Set[date] = frozenset()


def reminders(
    child: ChildFacts, plan: ReminderPlan, now: datetime, until: datetime
) -> Iterator[Reminder]:
    """The reminders of a child that fall due by `until` and are not yet too late at `now`."""
    kinds = tuple(ReminderKind) if child.trough_on else (ReminderKind.DOSE,)
    # A slot's local date lies within a day of its instant, and offsets are minutes.
    for slot in slots_between(child.timetables, (now - DAY).date(), (until + DAY).date()):
        for kind in kinds:
            due_at, expires_at = _times(kind, slot, plan)
            if due_at <= until and now < expires_at:
                found = expected(kind, slot, child, plan)
                if isinstance(found, Reminder):
                    yield found


def expected(
    kind: ReminderKind, slot: Slot, child: ChildFacts, plan: ReminderPlan
) -> Reminder | Silence:
    """The reminder of this kind for a slot as things stand, or why there is none."""
    silence = _SILENCE[kind](slot.key, child)
    if silence is None and plan.silent_in_hospital:
        silence = _in_hospital(kind, slot.on, child)
    if silence is not None:
        return silence
    return Reminder(kind, slot.key, *_times(kind, slot, plan))


def _times(kind: ReminderKind, slot: Slot, plan: ReminderPlan) -> tuple[datetime, datetime]:
    """When it falls due, and when it stops being worth sending."""
    minutes, valid_minutes = _minutes(kind, plan)
    due_at = slot.due_at + timedelta(minutes=minutes)
    return due_at, due_at + timedelta(minutes=valid_minutes)


def _minutes(kind: ReminderKind, plan: ReminderPlan) -> tuple[int, int]:
    """From the slot, and from there on."""
    match kind:
        case ReminderKind.DOSE:
            return plan.dose_offset_minutes, plan.dose_valid_minutes
        case ReminderKind.TROUGH_EVE:
            return -plan.trough_eve_before_evening_minutes, plan.trough_eve_valid_minutes
        case ReminderKind.TROUGH_MORNING:
            return -plan.trough_morning_before_slot_minutes, plan.trough_morning_valid_minutes


def _dose_silence(key: SlotKey, child: ChildFacts) -> Silence | None:
    if key.half is Half.MORNING and key.on in child.trough_on:
        return Silence.WAITS_FOR_BLOOD
    return _not_prescribed(key, child) or _logged(key, child)


def _trough_morning_silence(key: SlotKey, child: ChildFacts) -> Silence | None:
    if key.half is not Half.MORNING:
        return Silence.NO_TROUGH
    return _no_trough(key.on, child) or _not_prescribed(key, child) or _logged(key, child)


def _trough_eve_silence(key: SlotKey, child: ChildFacts) -> Silence | None:
    """Tonight's dose may be logged already: what it says about tomorrow still holds."""
    if key.half is not Half.EVENING:
        return Silence.NO_TROUGH
    return (
        _no_trough(key.on + DAY, child)
        or _not_prescribed(key, child)
        or _not_prescribed(key.shifted(1), child)
    )


def _in_hospital(kind: ReminderKind, on: date, child: ChildFacts) -> Silence | None:
    """The ward gives the dose. What is said the evening before is about the morning after: it is
    said to a family that is at home by then."""
    about = on + DAY if kind is ReminderKind.TROUGH_EVE else on
    return Silence.IN_HOSPITAL if about in child.in_hospital_on else None


_SILENCE: Final = {
    ReminderKind.DOSE: _dose_silence,
    ReminderKind.TROUGH_EVE: _trough_eve_silence,
    ReminderKind.TROUGH_MORNING: _trough_morning_silence,
}


def _no_trough(on: date, child: ChildFacts) -> Silence | None:
    if on not in child.trough_on:
        return Silence.NO_TROUGH
    return Silence.BLOOD_TAKEN if on in child.drawn_on else None


def _not_prescribed(key: SlotKey, child: ChildFacts) -> Silence | None:
    order = order_at(child.orders, key)
    if order is None or order.kind is OrderKind.STOP:
        return Silence.NOT_PRESCRIBED
    return Silence.HELD if order.kind is OrderKind.HOLD else None


def _logged(key: SlotKey, child: ChildFacts) -> Silence | None:
    return Silence.LOGGED if key in child.told else None
