"""The one query behind the dated marks of a child: many tables, one shape of row."""

from enum import StrEnum
from functools import cache
from typing import Any, Final, TypeAlias

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Date,
    Select,
    String,
    Uuid,
    bindparam,
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
from sqlalchemy.orm import InstrumentedAttribute, aliased

from models.adverse_event import AdverseEvent, AdverseEventGrade
from models.assessment import Assessment
from models.attention import Alert
from models.base import Exact, Identity, UtcDateTime
from models.message import InboundMessage, Message, MessageKind, MessageState
from models.photo import Photo
from models.tumour import SkinFinding, Treatment, TumourVolume
from models.visit import BloodDraw, InpatientStay, Visit

Column: TypeAlias = "ColumnElement[Any] | InstrumentedAttribute[Any]"


class MarkKind(StrEnum):
    VOLUME = "volume"
    SKIN = "skin"
    TREATMENT = "treatment"
    EVENT = "event"
    GRADE = "grade"
    PHOTO = "photo"
    ASSESSMENT = "assessment"
    VISIT = "visit"
    DRAW = "draw"
    ALERT = "alert"
    MESSAGE = "message"
    MESSAGES_OF_A_KIND = "messages_of_a_kind"
    REPLY = "reply"
    STAY = "stay"


# no reminder of a dose that went its ordinary way: those are only counted
_TROUBLED: Final = (
    MessageState.UNDELIVERED,
    MessageState.FAILED,
    MessageState.EXPIRED,
    MessageState.IN_DOUBT,
)


@cache
def every_mark() -> CompoundSelect[Any]:
    """Built once: putting so many selects together takes longer than running them."""
    days = _Days()
    return union_all(
        _volumes(days),
        _skin(days),
        _treatments(days),
        _events(days),
        _grades(days),
        _photos(days),
        _assessments(days),
        _visits(days),
        _draws(days),
        _alerts(days),
        _messages(days),
        _message_counts(days),
        _replies(days),
        _stays(days),
    )


class _Days:
    """The child and the days asked for, filled in when the query runs."""

    def __init__(self) -> None:
        self.participant_id = bindparam("participant_id", type_=Identity)
        self.first_on = bindparam("first_on", type_=Date())
        self.last_on = bindparam("last_on", type_=Date())
        self.start_at = bindparam("start_at", type_=UtcDateTime())
        self.end_at = bindparam("end_at", type_=UtcDateTime())

    def has_day(self, column: Column) -> ColumnElement[bool]:
        return column.between(self.first_on, self.last_on)

    def has_instant(self, column: Column) -> ColumnElement[bool]:
        return column.between(self.start_at, self.end_at)

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
        .where(AdverseEventGrade.event_id == row.id, *_in_force(row))
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


def _grades(days: _Days) -> Select[Any]:
    """code CTCAE term, amount the grade from `on` on, until the end of the event; extra "serious";
    the id is the event's."""
    row, of = AdverseEventGrade, AdverseEvent
    query = _mark(
        MarkKind.GRADE,
        public_id=of.public_id,
        on=row.from_on,
        until=of.ended_on,
        code=of.term,
        extra=case((of.is_serious, "serious"), else_=None),
        amount=as_type(row.grade, Exact()),
    )
    joined = query.join_from(row, of, of.id == row.event_id)
    in_days = days.overlaps(of.started_on, of.ended_on)
    return _of(joined, days, of).where(in_days, *_in_force(of))


def _in_force(event: Any) -> tuple[ColumnElement[bool], ...]:
    """As `domain.events.history` reads them: of two for one day the later row, none before the
    start."""
    grade, later = AdverseEventGrade, aliased(AdverseEventGrade)
    replaced = select(later.id).where(
        later.event_id == grade.event_id, later.from_on == grade.from_on, later.id > grade.id
    )
    return ~exists(replaced), grade.from_on >= event.started_on


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
    """code visit, detail state, extra what an unscheduled one is for; past and planned."""
    row = Visit
    query = _mark(
        MarkKind.VISIT,
        public_id=row.public_id,
        on=row.on,
        code=row.code,
        detail=row.state,
        extra=row.purpose,
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


def _replies(days: _Days) -> Select[Any]:
    """code what was understood, detail "logged" where it became an entry of the diary. Never the
    words: a reply may hold anything."""
    row, sent = InboundMessage, Message
    query = _mark(
        MarkKind.REPLY,
        at=row.received_at,
        code=row.meaning,
        detail=case((row.dose_entry_id.is_not(None), "logged"), else_=None),
    )
    joined = query.join_from(row, sent, sent.id == row.answers_id)
    return _of(joined, days, sent).where(days.has_instant(row.received_at))


def _of(query: Select[Any], days: _Days, table: Any) -> Select[Any]:
    return query.where(table.participant_id == days.participant_id)


def _stands(table: Any) -> ColumnElement[bool]:
    """No other row corrects this one."""
    later = aliased(table)
    return ~exists(select(later.id).where(later.amends_id == table.id))


def _stays(days: _Days) -> Select[Any]:
    """Days in hospital. One taken back ends before it begins: it has no day."""
    row = InpatientStay
    query = _mark(MarkKind.STAY, public_id=row.public_id, on=row.from_on, until=row.until_on)
    happened = or_(row.until_on.is_(None), row.until_on >= row.from_on)
    return _of(query, days, row).where(
        days.overlaps(row.from_on, row.until_on), _stands(row), happened
    )
