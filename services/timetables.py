"""A child's dose times and time zone, with their history."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.slots import Timetable
from models.participant import DaySchedule
from services.actor import Actor, account_of


def timetables(session: Session, participant_id: int) -> tuple[Timetable, ...]:
    """The history by `from_on`; of two rows for one date the one recorded later counts."""
    rows = session.scalars(
        select(DaySchedule)
        .where(DaySchedule.participant_id == participant_id)
        .order_by(DaySchedule.from_on, DaySchedule.recorded_at, DaySchedule.id)
    )
    newest = {row.from_on: row for row in rows}
    return tuple(
        Timetable(row.from_on, row.time_zone, row.morning_local, row.evening_local)
        for row in newest.values()
    )


def add_timetable(
    session: Session, actor: Actor, participant_id: int, table: Timetable, *, now: datetime
) -> DaySchedule:
    """Add a row to the history. Whether the times fit together is checked by the caller."""
    row = DaySchedule(
        participant_id=participant_id,
        from_on=table.from_on,
        time_zone=table.zone,
        morning_local=table.morning,
        evening_local=table.evening,
        recorded_at=now,
        recorded_by_id=account_of(actor),
    )
    session.add(row)
    session.flush()
    return row
