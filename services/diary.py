"""Reading the diary of a child: the state of each slot between two days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.diary import SlotState, fold
from domain.entries import Entry
from domain.orders import OrderStep
from domain.protocol import Protocol
from domain.slots import SlotKey, Timetable, slots_between
from models.dose import DoseEntry
from models.participant import Participant
from services.diary_entries import days_of, near_days
from services.order_history import order_history
from services.timetables import timetables

# built once: putting a select together takes as long as running it
_BETWEEN: Final = (
    select(DoseEntry).where(*near_days()).order_by(DoseEntry.received_at, DoseEntry.id)
)


@dataclass(frozen=True, slots=True)
class Diary:
    """What the diary says, with what it was folded from. `rows` are keyed by entry id."""

    timetables: tuple[Timetable, ...]
    orders: tuple[OrderStep, ...]
    entries: tuple[Entry, ...]
    rows: dict[str, DoseEntry]
    states: tuple[SlotState, ...]

    def state(self, key: SlotKey) -> SlotState | None:
        return next((state for state in self.states if state.key == key), None)


def read(
    session: Session,
    participant: Participant,
    protocol: Protocol,
    *,
    first_on: date,
    last_on: date,
    now: datetime,
) -> Diary:
    """The slots from `first_on` to `last_on` (local dates, both included) in three queries."""
    tables = timetables(session, participant.id)
    orders = order_history(session, participant.id)
    rows = _rows(session, participant.id, first_on, last_on)
    entries = tuple(entry_of(row) for row in rows)
    states = fold(
        slots_between(tables, first_on, last_on), entries, orders, now=now, rules=protocol.slots
    )
    return Diary(tables, orders, entries, {str(row.id): row for row in rows}, states)


def _rows(
    session: Session, participant_id: int, first_on: date, last_on: date
) -> Sequence[DoseEntry]:
    """The entries of the days, and those that correct one of them from another day."""
    return session.scalars(_BETWEEN, days_of(participant_id, first_on, last_on)).all()


def entry_of(row: DoseEntry) -> Entry:
    """A row as the rules take it; `by` is the account's database id as text."""
    return Entry(
        id=str(row.id),
        slot=SlotKey(row.slot_on, row.half),
        outcome=row.outcome,
        taken_at=row.taken_at,
        entered_at=entered_at_true(row),
        received_at=row.received_at,
        by=str(row.entered_by_id),
        channel=row.channel,
        share=_share(row.given_ml, row.ordered_ml),
        ml=row.given_ml,
        vomited_after_minutes=row.vomited_after_minutes,
        amends=None if row.amends_id is None else str(row.amends_id),
        second_dose=row.is_second_dose,
    )


def entered_at_true(row: DoseEntry) -> datetime:
    """The phone's clock put right by what it was known to be off by."""
    return row.entered_at - timedelta(seconds=row.clock_offset_seconds or 0)


def _share(given_ml: Decimal | None, ordered_ml: Decimal | None) -> Decimal | None:
    if given_ml is None or not ordered_ml:
        return None
    return given_ml / ordered_ml
