"""A child's dose times and time zone, with their history."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from domain.slots import Timetable
from models.participant import DaySchedule
from services.actor import Actor, account_of
from services.once import add_once

# built once: putting a select together takes as long as running it
_OF_CHILD: Final = (
    select(
        DaySchedule.from_on,
        DaySchedule.time_zone,
        DaySchedule.morning_local,
        DaySchedule.evening_local,
    )
    .where(DaySchedule.participant_id == bindparam("child"))
    .order_by(DaySchedule.from_on, DaySchedule.recorded_at, DaySchedule.id)
)

_OF_CHILDREN: Final = (
    select(
        DaySchedule.participant_id,
        DaySchedule.from_on,
        DaySchedule.time_zone,
        DaySchedule.morning_local,
        DaySchedule.evening_local,
    )
    .where(DaySchedule.participant_id.in_(bindparam("children", expanding=True)))
    .order_by(DaySchedule.from_on, DaySchedule.recorded_at, DaySchedule.id)
)


def timetables(session: Session, participant_id: int) -> tuple[Timetable, ...]:
    """The history by `from_on`; of two rows for one date the one recorded later counts."""
    rows = session.execute(_OF_CHILD, {"child": participant_id})
    newest = {
        from_on: Timetable(from_on, zone, morning, evening)
        for from_on, zone, morning, evening in rows
    }
    return tuple(newest.values())


def timetables_of(
    session: Session, child_ids: Collection[int]
) -> Mapping[int, tuple[Timetable, ...]]:
    """The histories of many children in one query; a child without dose times is absent."""
    rows = session.execute(_OF_CHILDREN, {"children": list(child_ids)})
    newest: defaultdict[int, dict[date, Timetable]] = defaultdict(dict)
    for child, from_on, zone, morning, evening in rows:
        newest[child][from_on] = Timetable(from_on, zone, morning, evening)
    return {child: tuple(found.values()) for child, found in newest.items()}


def timetable_content(participant_id: int, table: Timetable) -> dict[str, Any]:
    """A timetable as its row holds it."""
    return {
        "participant_id": participant_id,
        "from_on": table.from_on,
        "time_zone": table.zone,
        "morning_local": table.morning,
        "evening_local": table.evening,
    }


def add_timetable(
    session: Session,
    actor: Actor,
    participant_id: int,
    table: Timetable,
    *,
    now: datetime,
    client_id: uuid.UUID | None = None,
) -> DaySchedule:
    """Add a row to the history. Whether the times fit together is checked by the caller.

    A `client_id` that came before gets its first row; ConflictError if it said something else.
    """
    content = timetable_content(participant_id, table)
    row = DaySchedule(
        **content, client_id=client_id, recorded_at=now, recorded_by_id=account_of(actor)
    )
    if client_id is not None:
        return add_once(session, row, {"client_id": client_id}, content)[0]
    session.add(row)
    session.flush()
    return row
