"""The diary, put together for its schemas."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from domain.diary import SlotState
from domain.entries import Entry
from domain.slots import SlotKey, zone_at
from models.dose import DoseEntry
from services.actor import Actor
from services.diary import Diary


@dataclass(frozen=True, slots=True)
class ShownEntry:
    row: DoseEntry
    amends: uuid.UUID | None
    superseded: bool
    mine: bool

    @property
    def slot(self) -> SlotKey:
        return SlotKey(self.row.slot_on, self.row.half)


@dataclass(frozen=True, slots=True)
class ShownSlot:
    state: SlotState
    entries: tuple[ShownEntry, ...]


def shown_slots(diary: Diary, actor: Actor) -> tuple[ShownSlot, ...]:
    """Each slot with everything said about it, what no longer counts included."""
    return tuple(
        ShownSlot(
            state,
            (
                *_entries(state.entries, diary, actor, superseded=False),
                *_entries(state.superseded, diary, actor, superseded=True),
            ),
        )
        for state in diary.states
    )


def shown_entry(
    row: DoseEntry, actor: Actor, *, amends: uuid.UUID | None = None, superseded: bool = False
) -> ShownEntry:
    return ShownEntry(row, amends, superseded, mine=row.entered_by_id == actor.account_id)


def zone_of(diary: Diary) -> str | None:
    """The zone on the family's wall at the end of what was asked for."""
    if not diary.timetables:
        return None
    if not diary.states:
        return diary.timetables[-1].zone
    return zone_at(diary.timetables, diary.states[-1].slot.due_at).key


def _entries(
    entries: Iterable[Entry], diary: Diary, actor: Actor, *, superseded: bool
) -> Iterable[ShownEntry]:
    for entry in entries:
        amended = diary.rows.get(entry.amends or "")
        yield shown_entry(
            diary.rows[entry.id],
            actor,
            amends=None if amended is None else amended.public_id,
            superseded=superseded,
        )
