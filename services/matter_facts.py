"""Facts that call the clinic, for all children of some sites: one query, few rows."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any, Final, TypeAlias, cast

from sqlalchemy import (
    Boolean,
    ColumnElement,
    CompoundSelect,
    Date,
    Select,
    String,
    Uuid,
    and_,
    bindparam,
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

from models.account import Account
from models.adverse_event import AdverseEvent, CandidateDecision
from models.assessment import Assessment
from models.base import Exact, Identity, UtcDateTime
from models.dose import CorrectionRequest, CorrectionState
from models.laboratory import Level
from models.message import ContactPreference, Message, MessageState
from models.order import DoseOrder
from models.participant import Guardianship, Participant, ParticipantStatus
from models.symptom import SymptomReport
from models.visit import BloodDraw, InpatientStay, Visit, VisitState

Column: TypeAlias = "ColumnElement[Any] | InstrumentedAttribute[Any]"

# a number that no message was tried to for a month tells nothing by its last one
_MESSAGES_OF: Final = timedelta(days=31)
_TROUBLED: Final = (MessageState.UNDELIVERED, MessageState.FAILED, MessageState.IN_DOUBT)
_TRIED: Final = (MessageState.SENT, MessageState.DELIVERED, *_TROUBLED)


class FactKind(StrEnum):
    DRAFT = "draft"
    CORRECTION = "correction"
    VISIT = "visit"
    TROUGH_DAY = "trough_day"
    DRAWN = "drawn"
    ASSESSMENT = "assessment"
    MESSAGE = "message"
    OPTED_OUT = "opted_out"
    NO_CARER = "no_carer"
    SERIOUS = "serious"
    SYMPTOM = "symptom"
    STAY = "stay"


@dataclass(frozen=True, slots=True)
class Fact:
    """One row. What `ref`, `code`, `detail` and the others hold stands at each select below."""

    kind: FactKind
    child_id: int
    ref: int | None
    public_id: uuid.UUID | None
    at: datetime | None
    on: date | None
    until: date | None
    code: str | None
    detail: str | None
    amount: Decimal | None


def facts_of(
    session: Session,
    site_ids: Collection[int],
    *,
    look_back_days: int,
    assessed_at: Collection[str],
    now: datetime,
) -> Mapping[int, tuple[Fact, ...]]:
    """By child (database id). `assessed_at` are the codes of the visits that ask for a response
    assessment. Dates are wide enough for every zone: the caller compares them with the wall."""
    rows = session.execute(
        _every_fact(),
        {
            "site_ids": list(site_ids),
            "today": (now + timedelta(hours=14)).date(),
            "days_since": (now - timedelta(days=look_back_days + 1)).date(),
            "since": now - timedelta(days=look_back_days + 2),
            "messages_since": now - _MESSAGES_OF,
            "assessed_at": list(assessed_at),
        },
    )
    found: dict[int, tuple[Fact, ...]] = {}
    for row in rows:
        fact = _fact(row)
        found[fact.child_id] = (*found.get(fact.child_id, ()), fact)
    return found


def _fact(row: Sequence[Any]) -> Fact:
    return Fact(FactKind(row[0]), *cast(Any, row[1:]))


@cache
def _every_fact() -> CompoundSelect[Any]:
    return union_all(
        _drafts(),
        _corrections(),
        _visits(),
        _trough_days(),
        _draws(BloodDraw),
        _draws(Level),
        _assessments(),
        _messages(),
        _opted_out(),
        _no_carer(),
        _serious(),
        _symptoms(),
        _stays(),
    )


_TYPES: Final[Mapping[str, Any]] = {
    "child": Identity,
    "ref": Identity,
    "public_id": Uuid(),
    "at": UtcDateTime(),
    "on": Date(),
    "until": Date(),
    "code": String(),
    "detail": String(),
    "amount": Exact(),
}


def _fact_of(kind: FactKind, **columns: Column) -> Select[*tuple[Any, ...]]:
    """One branch of the union: typed where a column is null."""
    written = [
        (
            columns[name].label(name)
            if name in columns and not isinstance(kept, String)
            else as_type(columns.get(name, null()), kept).label(name)
        )
        for name, kept in _TYPES.items()
    ]
    return select(literal(kind.value, String()).label("kind"), *written)


def _scope(column: Column) -> ColumnElement[bool]:
    """Children of the sites who are in the study."""
    children = select(Participant.id).where(_at_sites(), _is_active())
    return column.in_(children)


def _at_sites() -> ColumnElement[bool]:
    return Participant.site_id.in_(bindparam("site_ids", expanding=True))


def _is_active() -> ColumnElement[bool]:
    return Participant.status == ParticipantStatus.ACTIVE


def _today() -> Column:
    return bindparam("today", type_=Date())


def _drafts() -> Select[*tuple[Any, ...]]:
    """Orders that wait: ref the row, at written, amount mL. One signed since overtakes them."""
    row, later = DoseOrder, aliased(DoseOrder)
    overtaken = exists(
        select(later.id).where(
            later.participant_id == row.participant_id, later.signed_at >= row.recorded_at
        )
    )
    return _fact_of(
        FactKind.DRAFT,
        child=row.participant_id,
        ref=row.id,
        public_id=row.public_id,
        at=row.recorded_at,
        amount=row.given_ml,
    ).where(row.signed_at.is_(None), _scope(row.participant_id), ~overtaken)


def _corrections() -> Select[*tuple[Any, ...]]:
    """Wishes of a family that nobody decided: ref how many, at the oldest."""
    row = CorrectionRequest
    return (
        _fact_of(
            FactKind.CORRECTION,
            child=row.participant_id,
            ref=func.count(row.id),
            at=func.min(row.asked_at),
        )
        .where(row.state == CorrectionState.ASKED, _scope(row.participant_id))
        .group_by(row.participant_id)
    )


def _visits() -> Select[*tuple[Any, ...]]:
    """Visits still planned whose day has come: code, on, until the end of the window."""
    row = Visit
    return _fact_of(
        FactKind.VISIT, child=row.participant_id, on=row.on, until=row.window_to, code=row.code
    ).where(row.state == VisitState.PLANNED, row.on <= _today(), _scope(row.participant_id))


def _is_trough_day() -> ColumnElement[bool]:
    return and_(
        Visit.is_trough_day == literal(True, Boolean()),
        Visit.state != VisitState.MISSED,
        Visit.on.between(bindparam("days_since", type_=Date()), _today()),
    )


def _trough_days() -> Select[*tuple[Any, ...]]:
    """Days of the last week at which a level was due: code visit, on."""
    return _fact_of(
        FactKind.TROUGH_DAY, child=Visit.participant_id, on=Visit.on, code=Visit.code
    ).where(_is_trough_day(), _scope(Visit.participant_id))


def _draws(row: type[BloodDraw] | type[Level]) -> Select[*tuple[Any, ...]]:
    """Blood taken since then from the children of those days: at."""
    children = select(Visit.participant_id).where(_is_trough_day(), _scope(Visit.participant_id))
    since = bindparam("since", type_=UtcDateTime())
    return _fact_of(FactKind.DRAWN, child=row.participant_id, at=row.drawn_at).where(
        row.drawn_at >= since, row.participant_id.in_(children)
    )


def _assessments() -> Select[*tuple[Any, ...]]:
    """Visits whose response nobody signed: code visit, on."""
    row = Visit
    signed = exists(
        select(Assessment.id).where(
            Assessment.participant_id == row.participant_id, Assessment.visit_code == row.code
        )
    )
    return _fact_of(FactKind.ASSESSMENT, child=row.participant_id, on=row.on, code=row.code).where(
        row.code.in_(bindparam("assessed_at", expanding=True)),
        row.state != VisitState.MISSED,
        row.on <= _today(),
        _scope(row.participant_id),
        ~signed,
    )


def _messages() -> Select[*tuple[Any, ...]]:
    """The last message tried to a carer did not arrive, or nobody knows: ref the account, at due,
    code its state, detail the provider's code."""
    row, later, tie = Message, aliased(Message), Guardianship
    since = bindparam("messages_since", type_=UtcDateTime())
    was_tried_again = exists(
        select(later.id).where(
            later.account_id == row.account_id, later.id > row.id, later.state.in_(_TRIED)
        )
    )
    return (
        _fact_of(
            FactKind.MESSAGE,
            child=tie.participant_id,
            ref=row.account_id,
            public_id=row.public_id,
            at=row.due_at,
            code=row.state,
            detail=row.error_code,
        )
        .join(tie, and_(tie.account_id == row.account_id, tie.ended_at.is_(None)))
        .where(
            row.state.in_(_TROUBLED),
            row.due_at >= since,
            _scope(tie.participant_id),
            ~was_tried_again,
        )
    )


def _opted_out() -> Select[*tuple[Any, ...]]:
    """Carers whose newest choice is to get no messages: ref the account, at when."""
    row, later, tie = ContactPreference, aliased(ContactPreference), Guardianship
    chose_again = exists(
        select(later.id).where(
            later.phone == row.phone,
            or_(later.at > row.at, and_(later.at == row.at, later.id > row.id)),
        )
    )
    return (
        _fact_of(FactKind.OPTED_OUT, child=tie.participant_id, ref=Account.id, at=row.at)
        .select_from(row)
        .join(Account, Account.us_phone_number == row.phone)
        .join(tie, and_(tie.account_id == Account.id, tie.ended_at.is_(None)))
        .where(row.wants_messages == literal(False, Boolean()), _scope(tie.participant_id))
        .where(~chose_again)
    )


def _no_carer() -> Select[*tuple[Any, ...]]:
    """Children without anybody to write to: at since when (enrolled, or the last tie ended)."""
    row, tie, past = Participant, aliased(Guardianship), aliased(Guardianship)
    has_one = exists(select(tie.id).where(tie.participant_id == row.id, tie.ended_at.is_(None)))
    last = select(func.max(past.ended_at)).where(past.participant_id == row.id).scalar_subquery()
    return _fact_of(FactKind.NO_CARER, child=row.id, at=func.coalesce(last, row.recorded_at)).where(
        _at_sites(), _is_active(), ~has_one
    )


def _serious() -> Select[*tuple[Any, ...]]:
    """Serious events that are not over: ref the row, at recorded, on began, code term."""
    row = AdverseEvent
    return _fact_of(
        FactKind.SERIOUS,
        child=row.participant_id,
        ref=row.id,
        public_id=row.public_id,
        at=row.recorded_at,
        on=row.started_on,
        code=row.term,
    ).where(row.is_serious == literal(True, Boolean()), _scope(row.participant_id))


def _symptoms() -> Select[*tuple[Any, ...]]:
    """What families reported and no clinician decided: at received, on noticed, code kind, detail
    severity, amount degrees."""
    row, later = SymptomReport, aliased(SymptomReport)
    amended = exists(select(later.id).where(later.amends_id == row.id))
    decided = exists(select(CandidateDecision.id).where(CandidateDecision.symptom_id == row.id))
    return _fact_of(
        FactKind.SYMPTOM,
        child=row.participant_id,
        ref=row.id,
        public_id=row.public_id,
        at=row.received_at,
        on=row.noticed_on,
        code=row.kind,
        detail=row.severity,
        amount=row.celsius,
    ).where(_scope(row.participant_id), ~amended, ~decided)


def _stays() -> Select[*tuple[Any, ...]]:
    """Days in hospital of the last week: on the first, until the last (null: still there). One
    taken back ends before it begins."""
    row, later = InpatientStay, aliased(InpatientStay)
    amended = exists(select(later.id).where(later.amends_id == row.id))
    since = bindparam("days_since", type_=Date())
    return _fact_of(
        FactKind.STAY, child=row.participant_id, on=row.from_on, until=row.until_on
    ).where(
        row.from_on <= _today(),
        or_(row.until_on.is_(None), and_(row.until_on >= since, row.until_on >= row.from_on)),
        _scope(row.participant_id),
        ~amended,
    )
