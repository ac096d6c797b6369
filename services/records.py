"""What is recorded of a child, as rows: corrected ones too, each naming what corrected it."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Generic, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import InstrumentedAttribute

from models.base import Base

Row = TypeVar("Row", bound=Base)


class Records(Generic[Row]):
    """Rows of one table, and their public ids by database id."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = rows
        self._ids = {row.id: getattr(row, "public_id") for row in rows}  # noqa: B009 - Base has none

    def amended(self, row: Row) -> uuid.UUID | None:
        """The public id of the row that `row` corrects."""
        return self._ids.get(getattr(row, "amends_id"))  # noqa: B009 - Base itself has none


def records_of(
    session: Session, table: type[Row], participant_id: int, *, by: InstrumentedAttribute[Any]
) -> Records[Row]:
    """All rows of this table about one child, in the order of column `by`."""
    query = select(table).filter_by(participant_id=participant_id).order_by(by, table.id)
    return Records(session.scalars(query).all())


def is_kept(session: Session, table: type[Base], key: Mapping[str, Any]) -> bool:
    """Did a row with this key arrive before?"""
    return session.scalar(select(table.id).filter_by(**key)) is not None
