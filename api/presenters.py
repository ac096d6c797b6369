"""A row for its schema, with the public id of the row that it corrects."""

import uuid
from collections.abc import Mapping
from typing import Any, TypeVar

from models.base import Base
from services.records import Records

Row = TypeVar("Row", bound=Base)
Shown = Mapping[str, Any]


def shown(row: Base, amends: uuid.UUID | None) -> Shown:
    """All columns by name; `amends` in the place of the database's own id."""
    columns = {column.key: getattr(row, column.key) for column in row.__mapper__.column_attrs}
    return columns | {"amends": amends}


def shown_all(records: Records[Row]) -> tuple[Shown, ...]:
    return tuple(shown(row, records.amended(row)) for row in records.rows)
