"""Everything dated that stands beside doses and results on the time axis, in one query."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final, cast

from sqlalchemy.orm import Session

from services.mark_query import MarkKind, every_mark

__all__ = ["Mark", "MarkKind", "by_kind", "marks_between"]

_DAY: Final = timedelta(days=1)
_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Mark:
    """One dated thing. What `code`, `detail`, `extra` and `amount` hold stands at each select
    of services/mark_query.py; `on` is a local date, `at` an instant, one of them is there."""

    kind: MarkKind
    public_id: uuid.UUID | None
    on: date | None
    until: date | None
    at: datetime | None
    code: str
    detail: str | None
    extra: str | None
    amount: Decimal | None


def marks_between(
    session: Session, participant_id: int, first_on: date, last_on: date
) -> tuple[Mark, ...]:
    """All marks of the local days, both included; instants with a day to spare at each end, since
    only the caller knows the child's zone. Corrected rows are left out."""
    start = datetime.combine(first_on, time(), UTC) - _DAY
    rows = session.execute(
        every_mark(),
        {
            "participant_id": participant_id,
            "first_on": first_on,
            "last_on": last_on,
            "start_at": start,
            "end_at": start + _DAY * ((last_on - first_on).days + 3),
        },
    ).all()
    return tuple(Mark(MarkKind(row[0]), *cast(Any, row[1:])) for row in rows)


def by_kind(marks: Sequence[Mark], kind: MarkKind) -> tuple[Mark, ...]:
    """The marks of a kind, the earliest first."""
    chosen = [mark for mark in marks if mark.kind is kind]
    return tuple(sorted(chosen, key=lambda mark: (mark.on or date.min, mark.at or _LONG_AGO)))
