"""What the worklist turns on, read for all children of some sites in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, TypeVar

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from domain.entries import Entry
from domain.orders import OrderStep
from domain.slots import Timetable
from models.account import Account
from models.attention import Alert
from models.dose import CorrectionRequest, CorrectionState, DoseEntry
from models.laboratory import Level
from models.message import Message, MessageState
from models.order import DoseOrder
from models.participant import Allocation, DaySchedule, Guardianship, Participant
from models.site import Site
from models.visit import Visit, VisitState
from services.diary_entries import COLUMNS, entry_from
from services.order_history import step_of
from services.preferences import wanted_at

Owned = TypeVar("Owned", DoseOrder, Alert, Visit)

_TRIED: Final = (
    MessageState.SENT,
    MessageState.DELIVERED,
    MessageState.UNDELIVERED,
    MessageState.FAILED,
)


@dataclass(frozen=True, slots=True)
class Reach:
    """A carer who has a tie to the child now; `message` is the last one that was tried."""

    account: Account
    wants_messages: bool
    message: Message | None


@dataclass(frozen=True, slots=True)
class ChildFacts:
    """One child. `orders` are signed and `drafts` not; `visits` are still planned."""

    child: Participant
    site: Site
    arm: str | None
    asked_corrections: int
    asked_at: datetime | None
    timetables: tuple[Timetable, ...]
    orders: tuple[OrderStep, ...]
    drafts: tuple[DoseOrder, ...]
    entries: tuple[Entry, ...]
    level: Level | None
    alerts: tuple[Alert, ...]
    visits: tuple[Visit, ...]
    reach: tuple[Reach, ...]


def facts_of_sites(
    session: Session, site_ids: Collection[int], *, diary_from: date, kept_codes: Collection[str]
) -> tuple[ChildFacts, ...]:
    """Every child of the sites with the diary since `diary_from`, the open alerts, and of
    `kept_codes` those answered too: eight queries, however many children there are."""
    lines = _children(session, site_ids)
    ids = [line[0].id for line in lines]
    tables, orders = _timetables(session, ids), _by_child(_orders(session, ids))
    entries = _entries(session, ids, diary_from)
    levels = {row.participant_id: row for row in _last_levels(session, ids)}
    alerts = _by_child(_alerts(session, ids, kept_codes))
    visits, reach = _by_child(_visits(session, ids)), _reach(session, ids)
    return tuple(
        ChildFacts(
            *line,
            timetables=tables.get(line[0].id, ()),
            orders=_steps(orders.get(line[0].id, ())),
            drafts=tuple(row for row in orders.get(line[0].id, ()) if row.signed_at is None),
            entries=entries.get(line[0].id, ()),
            level=levels.get(line[0].id),
            alerts=alerts.get(line[0].id, ()),
            visits=visits.get(line[0].id, ()),
            reach=reach.get(line[0].id, ()),
        )
        for line in lines
    )


Line = tuple[Participant, Site, str | None, int, datetime | None]


def _children(session: Session, site_ids: Collection[int]) -> list[Line]:
    open_requests = (
        CorrectionRequest.participant_id == Participant.id,
        CorrectionRequest.state == CorrectionState.ASKED,
    )
    count = select(func.count()).select_from(CorrectionRequest).where(*open_requests)
    oldest = select(func.min(CorrectionRequest.asked_at)).where(*open_requests)
    rows = session.execute(
        select(Participant, Site, Allocation.arm, count.scalar_subquery(), oldest.scalar_subquery())
        .join(Site, Site.id == Participant.site_id)
        .outerjoin(Allocation, Allocation.participant_id == Participant.id)
        .where(Participant.site_id.in_(site_ids))
        .order_by(Site.code, Participant.study_number)
    )
    return [(child, site, arm, asked or 0, at) for child, site, arm, asked, at in rows]


def _timetables(session: Session, ids: Sequence[int]) -> Mapping[int, tuple[Timetable, ...]]:
    rows = session.scalars(
        select(DaySchedule)
        .where(DaySchedule.participant_id.in_(ids))
        .order_by(DaySchedule.from_on, DaySchedule.recorded_at, DaySchedule.id)
    )
    newest: dict[int, dict[date, Timetable]] = defaultdict(dict)
    for row in rows:
        table = Timetable(row.from_on, row.time_zone, row.morning_local, row.evening_local)
        newest[row.participant_id][row.from_on] = table
    return {child: tuple(found.values()) for child, found in newest.items()}


def _orders(session: Session, ids: Sequence[int]) -> Iterable[DoseOrder]:
    return session.scalars(
        select(DoseOrder)
        .where(DoseOrder.participant_id.in_(ids))
        .order_by(DoseOrder.signed_at, DoseOrder.id)
    )


def _steps(rows: Iterable[DoseOrder]) -> tuple[OrderStep, ...]:
    signed = [row for row in rows if row.signed_at is not None]
    amended = {row.amends_id for row in signed}
    return tuple(step_of(row) for row in signed if row.id not in amended)


def _entries(
    session: Session, ids: Sequence[int], from_on: date
) -> Mapping[int, tuple[Entry, ...]]:
    """Corrections may come from a slot a day aside."""
    rows = session.execute(
        select(DoseEntry.participant_id, *COLUMNS)
        .where(DoseEntry.participant_id.in_(ids), DoseEntry.slot_on >= from_on - timedelta(days=1))
        .order_by(DoseEntry.received_at, DoseEntry.id)
    )
    found: dict[int, list[Entry]] = defaultdict(list)
    for child, *told in rows:
        found[child].append(entry_from(told))
    return {child: tuple(entries) for child, entries in found.items()}


def _last_levels(session: Session, ids: Sequence[int]) -> Iterable[Level]:
    later = aliased(Level)
    place = func.row_number().over(
        partition_by=Level.participant_id, order_by=(Level.drawn_at.desc(), Level.id.desc())
    )
    ranked = (
        select(Level.id, place.label("place"))
        .outerjoin(later, later.amends_id == Level.id)
        .where(Level.participant_id.in_(ids), later.id.is_(None))
        .subquery()
    )
    newest = select(ranked.c.id).where(ranked.c.place == 1)
    return session.scalars(select(Level).where(Level.id.in_(newest)))


def _alerts(session: Session, ids: Sequence[int], kept: Collection[str]) -> Iterable[Alert]:
    still = or_(Alert.acknowledged_at.is_(None), Alert.code.in_(kept))
    return session.scalars(
        select(Alert).where(Alert.participant_id.in_(ids), still).order_by(Alert.raised_at)
    )


def _visits(session: Session, ids: Sequence[int]) -> Iterable[Visit]:
    return session.scalars(
        select(Visit)
        .where(Visit.participant_id.in_(ids), Visit.state == VisitState.PLANNED)
        .order_by(Visit.on)
    )


def _reach(session: Session, ids: Sequence[int]) -> Mapping[int, tuple[Reach, ...]]:
    last = (
        select(func.max(Message.id))
        .where(Message.account_id == Account.id, Message.state.in_(_TRIED))
        .correlate(Account)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Guardianship.participant_id, Account, wanted_at(Account.us_phone_number), Message)
        .join(Account, Account.id == Guardianship.account_id)
        .outerjoin(Message, Message.id == last)
        .where(Guardianship.participant_id.in_(ids), Guardianship.ended_at.is_(None))
        .order_by(Guardianship.id)
    )
    found: dict[int, tuple[Reach, ...]] = defaultdict(tuple)
    for child, account, wants, message in rows:
        found[child] += (Reach(account, bool(wants), message),)
    return found


def _by_child(rows: Iterable[Owned]) -> dict[int, tuple[Owned, ...]]:
    found: dict[int, list[Owned]] = defaultdict(list)
    for row in rows:
        found[row.participant_id].append(row)
    return {child: tuple(some) for child, some in found.items()}
