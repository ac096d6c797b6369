"""What came since a person last reviewed a child's page, counted in one query (ux.md)."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    String,
    bindparam,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from domain.entries import Outcome
from models.adverse_event import AdverseEvent
from models.attention import ReviewMark
from models.base import Identity, UtcDateTime
from models.dose import DoseEntry
from models.laboratory import LabResult, Level
from models.message import Message as Sms
from models.message import MessageState
from models.participant import Participant
from models.photo import Photo
from models.symptom import SymptomReport
from services.access import Permission, may
from services.actor import Actor, account_of
from services.audit import Act, record
from services.errors import ForbiddenError
from services.once import add_once

_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)
# when the person last reviewed each of the children
_MARKED: Final = (
    select(ReviewMark.participant_id, func.max(ReviewMark.reviewed_at).label("at"))
    .where(
        ReviewMark.account_id == bindparam("account", type_=Identity),
        ReviewMark.participant_id.in_(bindparam("children", expanding=True)),
    )
    .group_by(ReviewMark.participant_id)
    .subquery()
)
_MISHAPS: Final = (Outcome.MISSED, Outcome.PARTIAL, Outcome.VOMITED)
_FAILED: Final = (MessageState.UNDELIVERED, MessageState.FAILED, MessageState.IN_DOUBT)


@dataclass(frozen=True, slots=True)
class SinceReview:
    """How many came after `reviewed_at`; None for a child this person never reviewed: then
    everything is new. `mishaps` are doses missed, partly given, vomited or given twice."""

    reviewed_at: datetime | None
    mishaps: int = 0
    levels: int = 0
    labs: int = 0
    events: int = 0
    symptoms: int = 0
    photos: int = 0
    messages: int = 0

    @property
    def total(self) -> int:
        counts = (self.mishaps, self.levels, self.labs, self.events, self.symptoms)
        return sum(counts) + self.photos + self.messages


def new_since(
    session: Session, account_id: int, children: Collection[int]
) -> Mapping[int, SinceReview]:
    """By child (database id), for every child asked for, in one query."""
    if not children:
        return {}
    counted: dict[int, dict[str, Any]] = {child: {} for child in children}
    said = {"account": account_id, "children": list(children)}
    rows: Sequence[Any] = session.execute(_counts(), said).all()
    for child, kind, count, reviewed_at in rows:
        counted[child][kind] = reviewed_at if kind == "reviewed_at" else count
    return {
        child: SinceReview(reviewed_at=found.pop("reviewed_at", None), **found)
        for child, found in counted.items()
    }


def mark_reviewed(
    session: Session,
    actor: Actor,
    participant: Participant,
    *,
    client_id: uuid.UUID,
    now: datetime,
) -> ReviewMark:
    """The actor has seen everything of this child up to `now`. Raises ForbiddenError."""
    if not may(actor, Permission.VIEW, participant.site_id):
        raise ForbiddenError(Permission.VIEW)
    said = {"account_id": account_of(actor), "participant_id": participant.id}
    row = ReviewMark(client_id=client_id, **said, reviewed_at=now)
    row, is_new = add_once(session, row, {"client_id": client_id}, said)
    if is_new:
        act = Act("review.marked", "review_mark", row.id, participant.id, participant.site_id)
        record(session, actor, act, now)
    return row


@cache
def _counts() -> CompoundSelect[Any]:
    """One branch a kind; each counts what the server got after the mark, on an index."""
    return union_all(
        _marks(),
        _count("mishaps", DoseEntry, DoseEntry.received_at, _is_mishap()),
        _count("levels", Level, Level.recorded_at),
        _count("labs", LabResult, LabResult.recorded_at),
        _count("events", AdverseEvent, AdverseEvent.recorded_at),
        _count("symptoms", SymptomReport, SymptomReport.received_at),
        _count("photos", Photo, Photo.received_at),
        _count("messages", Sms, func.coalesce(Sms.ended_at, Sms.due_at), Sms.state.in_(_FAILED)),
    )


def _is_mishap() -> ColumnElement[bool]:
    return DoseEntry.outcome.in_(_MISHAPS) | DoseEntry.is_second_dose


def _marks() -> Select[*tuple[Any, ...]]:
    return select(
        _MARKED.c.participant_id, literal("reviewed_at", String()), literal(0), _MARKED.c.at
    )


def _count(kind: str, table: Any, at: Any, *also: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """After the mark; everything where there is none. The child and a lower bound of the time
    together are a range of the table's index."""
    since = func.coalesce(_MARKED.c.at, literal(_LONG_AGO, UtcDateTime()))
    return (
        select(
            Participant.id,
            literal(kind, String()),
            func.count(),
            literal(None, UtcDateTime()),
        )
        .select_from(Participant)
        .outerjoin(_MARKED, _MARKED.c.participant_id == Participant.id)
        .join(table, table.participant_id == Participant.id)
        .where(Participant.id.in_(bindparam("children", expanding=True)), at > since, *also)
        .group_by(Participant.id)
    )
