"""The trail of a message: each state it entered, by whom and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import insert
from sqlalchemy.orm import Session

from models.message import MessageEvent


class Source(StrEnum):
    """Who says so: our planning, a sending process, the provider's list, or its callback."""

    PLANNER = "planner"
    SENDER = "sender"
    LOOK_UP = "look_up"
    CALLBACK = "callback"


@dataclass(frozen=True, slots=True)
class Step:
    """A message entered `state`, or tried to leave it; `code` says why in a word."""

    message_id: int
    state: str
    code: str | None = None


def note(session: Session, steps: Iterable[Step], *, source: Source, now: datetime) -> None:
    """Add the steps to the trail, in one statement."""
    rows = [
        {
            "message_id": step.message_id,
            "at": now,
            "state": step.state,
            "code": step.code,
            "source": source,
        }
        for step in steps
    ]
    if rows:
        session.execute(insert(MessageEvent), rows)
