"""The entries of many days or many children, read lean: a year of diary is 730 of them."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, bindparam, or_, select
from sqlalchemy.orm import Session

from domain.entries import Entry
from domain.slots import DAY, SlotKey
from models.dose import DoseEntry

COLUMNS: Final = (
    DoseEntry.id,
    DoseEntry.slot_on,
    DoseEntry.half,
    DoseEntry.outcome,
    DoseEntry.taken_at,
    DoseEntry.entered_at,
    DoseEntry.clock_offset_seconds,
    DoseEntry.received_at,
    DoseEntry.entered_by_id,
    DoseEntry.channel,
    DoseEntry.given_ml,
    DoseEntry.ordered_ml,
    DoseEntry.vomited_after_minutes,
    DoseEntry.amends_id,
    DoseEntry.is_second_dose,
)


def near_days() -> tuple[ColumnElement[bool], ...]:
    """The entries of the `child` from `first_on` to `last_on`, with a day to spare at each end,
    and those that correct one of them from another day: filled in by `days_of`."""
    of_child = DoseEntry.participant_id == bindparam("child")
    in_days = DoseEntry.slot_on.between(bindparam("first_on"), bindparam("last_on"))
    amended = select(DoseEntry.id).where(of_child, in_days)
    return of_child, or_(in_days, DoseEntry.amends_id.in_(amended))


def days_of(participant_id: int, first_on: date, last_on: date) -> Mapping[str, object]:
    """What a query with `near_days` is run with."""
    return {"child": participant_id, "first_on": first_on - DAY, "last_on": last_on + DAY}


# built once: putting a select together takes as long as running it
_BETWEEN: Final = select(*COLUMNS).where(*near_days()).order_by(DoseEntry.received_at, DoseEntry.id)


def entries_between(
    session: Session, participant_id: int, first_on: date, last_on: date
) -> tuple[Entry, ...]:
    """The same entries as `services.diary.read` folds, as columns instead of table objects."""
    rows = session.execute(_BETWEEN, days_of(participant_id, first_on, last_on))
    return tuple(entry_from(row) for row in rows)


def entry_from(row: Sequence[Any]) -> Entry:
    """An entry from the values of COLUMNS. By place, not by name: a name costs as much as the rest
    of the line, 730 times a year."""
    ident, on, half, outcome, taken_at, entered_at, offset, received_at, by, *rest = row
    channel, given, ordered, vomited, amends, second = rest
    return Entry(
        id=str(ident),
        slot=SlotKey(on, half),
        outcome=outcome,
        taken_at=taken_at,
        entered_at=entered_at - timedelta(seconds=offset) if offset else entered_at,
        received_at=received_at,
        by=str(by),
        channel=channel,
        share=given / ordered if given is not None and ordered else None,
        ml=given,
        vomited_after_minutes=vomited,
        amends=None if amends is None else str(amends),
        second_dose=second,
    )
