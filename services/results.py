"""What all results of a child share: no result of tomorrow, and corrections that name one row."""

import uuid
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.protocol import Protocol
from models.base import Base
from models.participant import Participant
from services.errors import NotFoundError, RefusedError
from services.turns import take_turn

Row = TypeVar("Row", bound=Base)


def check_not_future(at: datetime, protocol: Protocol, now: datetime, *, field: str) -> None:
    """Raises RefusedError("in_the_future"): blood cannot have been drawn later than now."""
    if at - now > timedelta(minutes=protocol.slots.future_tolerance_minutes):
        raise RefusedError("in_the_future", field)


def check_day(on: date, now: datetime, *, field: str) -> None:
    """Raises RefusedError("in_the_future") for a day that has not begun anywhere on earth."""
    if on > (now + timedelta(hours=14)).date():
        raise RefusedError("in_the_future", field)


def find_result(
    session: Session, table: type[Row], participant: Participant, public_id: uuid.UUID
) -> Row:
    """The child's row of this table. Raises NotFoundError, for another child's row too."""
    row = session.scalar(
        select(table).filter_by(participant_id=participant.id, public_id=public_id)
    )
    if row is None:
        raise NotFoundError
    return row


def amended_row(
    session: Session, table: type[Row], participant: Participant, amends: uuid.UUID | None
) -> Row | None:
    """The row that a correction names; None when it is no correction.

    Raises NotFoundError, and RefusedError("already_corrected") when another row corrects it: then
    that one is to be corrected.
    """
    if amends is None:
        return None
    row = find_result(session, table, participant, amends)
    take_turn(session, row)
    if is_corrected(session, row):
        raise RefusedError("already_corrected")
    return row


def is_corrected(session: Session, row: Base) -> bool:
    """Does another row correct this one?"""
    return correction_of(session, row) is not None


def correction_of(session: Session, row: Row) -> Row | None:
    """The row that corrects this one."""
    return session.scalar(select(type(row)).filter_by(amends_id=row.id))


def check_reason(amends: Any, reason: str | None, *, field: str = "amend_reason") -> None:
    """A correction says why. Raises RefusedError("reason_needed")."""
    if amends is not None and not (reason or "").strip():
        raise RefusedError("reason_needed", field)


def standing(rows: list[Row]) -> list[Row]:
    """Those that no other row of the list corrects."""
    amended = {getattr(row, "amends_id") for row in rows}  # noqa: B009 - Base itself has none
    return [row for row in rows if row.id not in amended]
