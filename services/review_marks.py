"""Everything dated that stands beside doses and results on the time axis, in one query."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, TypeAlias, cast

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    String,
    Uuid,
    case,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy import cast as as_type
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from models.adverse_event import AdverseEvent, AdverseEventGrade
from models.assessment import Assessment
from models.attention import Alert
from models.base import Exact, UtcDateTime
from models.message import Message, MessageKind, MessageState
from models.photo import Photo
from models.tumour import SkinFinding, Treatment, TumourVolume
from models.visit import BloodDraw, Visit

Column: TypeAlias = "ColumnElement[Any] | InstrumentedAttribute[Any]"


class MarkKind(StrEnum):
    VOLUME = "volume"
    SKIN = "skin"
    TREATMENT = "treatment"
    EVENT = "event"
    PHOTO = "photo"
    ASSESSMENT = "assessment"
    VISIT = "visit"
    DRAW = "draw"
    ALERT = "alert"
    MESSAGE = "message"
    MESSAGES_OF_A_KIND = "messages_of_a_kind"


@dataclass(frozen=True, slots=True)
class Mark:
    """One dated thing. What `code`, `detail`, `extra` and `amount` hold stands at each select
    below; `on` is a local date, `at` an instant, one of them is there."""

    kind: MarkKind
    public_id: uuid.UUID | None
    on: date | None
    until: date | None
    at: datetime | None
    code: str
    detail: str | None
    extra: str | None
    amount: Decimal | None


_DAY: Final = timedelta(days=1)
_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)
# no reminder of a dose that went its ordinary way: those are only counted
_TROUBLED: Final = (
    MessageState.UNDELIVERED,
    MessageState.FAILED,
    MessageState.EXPIRED,
    MessageState.IN_DOUBT,
)


def marks_between(
    session: Session, participant_id: int, first_on: date, last_on: date
) -> tuple[Mark, ...]:
    """All marks of the local days, both included; instants with a day to spare at each end, since
    only the caller knows the child's zone. Corrected rows are left out."""
    days = _Days(participant_id, first_on, last_on)
    union = union_all(
        _volumes(days),
        _skin(days),
        _treatments(days),
        _events(days),
        _photos(days),
        _assessments(days),
        _visits(days),
        _draws(days),
        _alerts(days),
        _messages(days),
        _message_counts(days),
    )
    rows = session.execute(union).all()
    return tuple(Mark(MarkKind(row[0]), *cast(Any, row[1:])) for row in rows)


@dataclass(frozen=True, slots=True)
class _Days:
    participant_id: int
    first_on: date
    last_on: date

    def has_day(self, column: Column) -> ColumnElement[bool]:
        return column.between(self.first_on, self.last_on)

    def has_instant(self, column: Column) -> ColumnElement[bool]:
        midnight = datetime.combine(self.first_on, time(), UTC)
        length = (self.last_on - self.first_on).days
        return column.between(midnight - _DAY, midnight + _DAY * (length + 2))

    def overlaps(self, start: Column, end: Column) -> ColumnElement[bool]:
        open_or_later = or_(end.is_(None), end >= self.first_on)
        return (start <= self.last_on) & open_or_later


def _mark(kind: MarkKind, **columns: Column) -> Select[Any]:
    """One branch of the union: the columns of `Mark` in their order, typed where they are null."""
    types: dict[str, Any] = {
        "public_id": Uuid(),
        "on": Date(),
        "until": Date(),
        "at": UtcDateTime(),
        "code": String(),
        "detail": String(),
        "extra": String(),
        "amount": Exact(),
    }
    written = [
        as_type(columns.get(name, null()), kept).label(name)
        if name not in columns or isinstance(kept, String)
        else columns[name].label(name)
        for name, kept in types.items()
    ]
    return select(literal(kind.value, String()).label("kind"), *written)


def _volumes(days: _Days) -> Select[Any]:
    """code lesion, detail modality, extra method, amount mL."""
    row = TumourVolume
    query = _mark(
        MarkKind.VOLUME,
        public_id=row.public_id,
        on=row.measured_on,
        code=row.lesion,
        detail=row.modality,
        extra=row.method,
        amount=row.volume_ml,
    )
    return _of(query, days, row).where(days.has_day(row.measured_on), _stands(row))


def _skin(days: _Days) -> Select[Any]:
    """code colour, detail firmness, extra note."""
    row = SkinFinding
    query = _mark(
        MarkKind.SKIN,
        public_id=row.public_id,
        on=row.examined_on,
        code=row.colour,
        detail=row.firmness,
        extra=row.note,
    )
    return _of(query, days, row).where(days.has_day(row.examined_on), _stands(row))


def _treatments(days: _Days) -> Select[Any]:
    """code kind, detail name."""
    row = Treatment
    query = _mark(
        MarkKind.TREATMENT,
        public_id=row.public_id,
        on=row.started_on,
        until=row.ended_on,
        code=row.kind,
        detail=row.name,
    )
    return _of(query, days, row).where(days.overlaps(row.started_on, row.ended_on), _stands(row))


def _events(days: _Days) -> Select[Any]:
    """code CTCAE term, detail outcome, extra "serious", amount the worst grade."""
    row = AdverseEvent
    worst = (
        select(func.max(AdverseEventGrade.grade))
        .where(AdverseEventGrade.event_id == row.id)
        .scalar_subquery()
    )
    serious = case((row.is_serious, "serious"), else_=None)
    query = _mark(
        MarkKind.EVENT,
        public_id=row.public_id,
        on=row.started_on,
        until=row.ended_on,
        code=row.term,
        detail=row.outcome,
        extra=serious,
        amount=as_type(worst, Exact()),
    )
    return _of(query, days, row).where(days.overlaps(row.started_on, row.ended_on))


def _photos(days: _Days) -> Select[Any]:
    """code view, detail site of the body, extra why it is unusable."""
    row = Photo
    query = _mark(
        MarkKind.PHOTO,
        public_id=row.public_id,
        on=row.shown_on,
        code=row.view,
        detail=row.body_site,
        extra=row.unusable_reason,
    )
    return _of(query, days, row).where(days.has_day(row.shown_on))


def _assessments(days: _Days) -> Select[Any]:
    """code the category decided, detail visit, extra the category proposed."""
    row = Assessment
    query = _mark(
        MarkKind.ASSESSMENT,
        public_id=row.public_id,
        on=row.assessed_on,
        at=row.signed_at,
        code=row.decided,
        detail=row.visit_code,
        extra=row.proposed,
    )
    return _of(query, days, row).where(days.has_day(row.assessed_on), _stands(row))


def _visits(days: _Days) -> Select[Any]:
    """code visit, detail state; all of them, past and planned."""
    row = Visit
    query = _mark(
        MarkKind.VISIT, public_id=row.public_id, on=row.on, code=row.code, detail=row.state
    )
    return _of(query, days, row)


def _draws(days: _Days) -> Select[Any]:
    """code channel."""
    row = BloodDraw
    query = _mark(MarkKind.DRAW, public_id=row.public_id, at=row.drawn_at, code=row.channel)
    return _of(query, days, row).where(days.has_instant(row.drawn_at))


def _alerts(days: _Days) -> Select[Any]:
    """code, detail urgency, extra the outcome of the acknowledgement; open ones of any day."""
    row = Alert
    query = _mark(
        MarkKind.ALERT,
        public_id=row.public_id,
        at=row.raised_at,
        code=row.code,
        detail=row.urgency,
        extra=row.outcome,
    )
    wanted = or_(days.has_instant(row.raised_at), row.acknowledged_at.is_(None))
    return _of(query, days, row).where(wanted)


def _messages(days: _Days) -> Select[Any]:
    """code kind, detail state, extra half; ordinary dose reminders are only counted below."""
    row = Message
    query = _mark(
        MarkKind.MESSAGE,
        public_id=row.public_id,
        at=row.due_at,
        code=row.kind,
        detail=row.state,
        extra=row.half,
    )
    wanted = or_(row.kind != MessageKind.DOSE, row.state.in_(_TROUBLED))
    return _of(query, days, row).where(days.has_instant(row.due_at), wanted)


def _message_counts(days: _Days) -> Select[Any]:
    """code kind, detail state, amount how many; `at` the newest."""
    row = Message
    query = _mark(
        MarkKind.MESSAGES_OF_A_KIND,
        at=func.max(row.due_at),
        code=row.kind,
        detail=row.state,
        amount=as_type(func.count(), Exact()),
    )
    counted = _of(query, days, row).where(days.has_instant(row.due_at))
    return counted.group_by(row.kind, row.state)


def _of(query: Select[Any], days: _Days, table: Any) -> Select[Any]:
    return query.where(table.participant_id == days.participant_id)


def _stands(table: Any) -> ColumnElement[bool]:
    """No other row corrects this one."""
    later = aliased(table)
    return ~exists(select(later.id).where(later.amends_id == table.id))


def by_kind(marks: Sequence[Mark], kind: MarkKind) -> tuple[Mark, ...]:
    """The marks of a kind, the earliest first."""
    chosen = [mark for mark in marks if mark.kind is kind]
    return tuple(sorted(chosen, key=lambda mark: (mark.on or date.min, mark.at or _LONG_AGO)))
