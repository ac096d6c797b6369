"""Writes that arrive twice: the client-made id decides, the database holds it."""

import uuid
from collections.abc import Mapping
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models.base import Base
from services.audit import plain
from services.errors import ConflictError

Row = TypeVar("Row", bound=Base)


def first_result(
    session: Session, table: type[Row], key: Mapping[str, Any], content: Mapping[str, object]
) -> Row | None:
    """The row an earlier arrival with this `key` made, or None.

    `key` holds the columns of the unique constraint (for example participant_id and client_id),
    `content` what the sender said. Raises ConflictError if the earlier arrival said otherwise.
    """
    row = session.scalar(select(table).filter_by(**key))
    if row is None:
        return None
    kept = {name: plain(getattr(row, name)) for name in content}
    offered = {name: plain(value) for name, value in content.items()}
    if not all(_same(getattr(row, name), value) for name, value in content.items()):
        raise ConflictError(first=kept, offered=offered)
    return row


def add_once(
    session: Session, row: Row, key: Mapping[str, Any], content: Mapping[str, object]
) -> tuple[Row, bool]:
    """Insert `row` unless its key is there: (row, True), or the first one and False.

    Two arrivals at the same instant meet at the unique constraint; the loser reads the winner's.
    """
    earlier = first_result(session, type(row), key, content)
    if earlier is not None:
        return earlier, False
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError:
        winner = first_result(session, type(row), key, content)
        if winner is None:
            raise
        return winner, False
    return row, True


def new_client_id() -> uuid.UUID:
    """For facts made on the server itself, where nobody can send twice."""
    return uuid.uuid4()


def _same(kept: object, offered: object) -> bool:
    return kept == offered or plain(kept) == plain(offered)
