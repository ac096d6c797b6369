"""Two people at one thing: the second waits until the first is done, and sees what was done."""

from sqlalchemy.orm import Session

from models.base import Base


def take_turn(session: Session, row: Base) -> None:
    """Hold the row until the transaction ends, with what it says by then; rows that point to it
    may still be added. SQLite has one writer anyway, who holds the lock already."""
    session.refresh(row, with_for_update={"key_share": True})
