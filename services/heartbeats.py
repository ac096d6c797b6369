"""Which notifier processes are alive, for /readyz and the person on call."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models.message import NotifierBeat

# a process that was stopped is forgotten after a day
_REMEMBERED: Final = timedelta(days=1)


def beat(session: Session, notifier: str, *, planned: int, sent: int, now: datetime) -> None:
    """Note that the process `notifier` did its round; the counts add up over its life."""
    row = session.scalar(select(NotifierBeat).where(NotifierBeat.notifier == notifier))
    if row is None:
        session.execute(delete(NotifierBeat).where(NotifierBeat.at < now - _REMEMBERED))
        row = NotifierBeat(notifier=notifier, at=now, planned=0, sent=0)
        session.add(row)
    row.at, row.planned, row.sent = now, row.planned + planned, row.sent + sent
    session.flush()
