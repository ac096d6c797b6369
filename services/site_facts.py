"""Orders, diary and newest results of some children of a site, in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any, Final

from sqlalchemy import Select, and_, bindparam, case, exists, select
from sqlalchemy.orm import Session, aliased

from domain.entries import DOSE_OUTCOMES, Entry, Outcome
from domain.level import Level as ReportedLevel
from domain.orders import OrderStep
from domain.protocol import Half
from domain.slots import SlotKey, Timetable
from models.dose import DoseEntry
from models.laboratory import Level
from models.order import DoseOrder
from models.participant import Participant
from services.diary_entries import COLUMNS, entry_from
from services.timetables import timetables_of


@dataclass(frozen=True, slots=True)
class ShortDiary:
    """What is needed to say whether a child's last slots passed in silence."""

    timetables: tuple[Timetable, ...]
    orders: tuple[OrderStep, ...]
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Newest:
    """The last dose and the last level that stand: its slot and time; the number and when."""

    dose_slot: SlotKey | None
    dose_at: datetime | None
    level: ReportedLevel | None
    level_at: datetime | None


_ORDER: Final = (
    DoseOrder.id,
    DoseOrder.amends_id,
    DoseOrder.kind,
    DoseOrder.signed_at,
    DoseOrder.from_on,
    DoseOrder.from_half,
    DoseOrder.until_on,
    DoseOrder.until_half,
    DoseOrder.given_ml,
    DoseOrder.strength_mg_per_ml,
)
_ORDERS: Final = (
    select(DoseOrder.participant_id, *_ORDER)
    .where(
        DoseOrder.participant_id.in_(bindparam("children", expanding=True)),
        DoseOrder.signed_at.is_not(None),
    )
    .order_by(DoseOrder.signed_at, DoseOrder.id)
)


def diaries_of(
    session: Session, child_ids: Collection[int], *, since: date
) -> Mapping[int, ShortDiary]:
    """By child, with the entries of slots from `since` on; three queries, none for nobody."""
    if not child_ids:
        return {}
    tables = timetables_of(session, child_ids)
    orders, entries = orders_of(session, child_ids), _entries(session, child_ids, since)
    return {
        child: ShortDiary(tables.get(child, ()), orders.get(child, ()), entries.get(child, ()))
        for child in child_ids
    }


def orders_of(session: Session, child_ids: Collection[int]) -> Mapping[int, tuple[OrderStep, ...]]:
    """The signed orders of each child in the order of signing, without those that were amended."""
    if not child_ids:
        return {}
    rows = session.execute(_ORDERS, {"children": list(child_ids)}).all()
    return _steps(rows)


def _steps(rows: Sequence[Sequence[Any]]) -> Mapping[int, tuple[OrderStep, ...]]:
    """By child: each row is the child and the columns of its order, empty where it has none."""
    amended = {row[2] for row in rows}
    found: dict[int, list[OrderStep]] = defaultdict(list)
    for child, ident, _amends, *told in rows:
        if ident is not None and ident not in amended:
            found[child].append(_step(ident, told))
    return {child: tuple(steps) for child, steps in found.items()}


def _step(ident: int, told: Sequence[Any]) -> OrderStep:
    kind, signed_at, from_on, from_half, until_on, until_half, ml, strength = told
    return OrderStep(
        order_id=str(ident),
        kind=kind,
        from_slot=SlotKey(from_on, from_half),
        signed_at=signed_at,
        until_slot=None if until_on is None else SlotKey(until_on, until_half),
        ml=ml,
        mg=None if ml is None or strength is None else ml * strength,
    )


def lines_of(
    session: Session, child_ids: Collection[int]
) -> Mapping[int, tuple[tuple[OrderStep, ...], Newest]]:
    """The signed orders of each child as `orders_of` gives them, and its newest dose and level,
    in one query."""
    if not child_ids:
        return {}
    rows = session.execute(_every_line(), {"children": list(child_ids)}).all()
    orders = _steps([(row[0], *row[7:]) for row in rows])
    # each row of a child, one an order, says the same of its newest
    newest = {row[0]: row for row in rows}
    return {child: (orders.get(child, ()), _newest(row[1:7])) for child, row in newest.items()}


@cache
def _every_line() -> Select[*tuple[Any, ...]]:
    """Built once: putting it together takes longer than running it."""
    return (
        select(
            Participant.id,
            DoseEntry.slot_on,
            DoseEntry.half,
            DoseEntry.taken_at,
            Level.value,
            Level.below_loq,
            Level.drawn_at,
            *_ORDER,
        )
        .select_from(Participant)
        .outerjoin(DoseEntry, DoseEntry.id == _last_dose())
        .outerjoin(Level, Level.id == _last_level())
        .outerjoin(
            DoseOrder,
            and_(DoseOrder.participant_id == Participant.id, DoseOrder.signed_at.is_not(None)),
        )
        .where(Participant.id.in_(bindparam("children", expanding=True)))
        .order_by(DoseOrder.signed_at, DoseOrder.id)
    )


def _newest(told: Sequence[Any]) -> Newest:
    on, half, taken_at, value, below_loq, drawn_at = told
    return Newest(
        dose_slot=None if on is None else SlotKey(on, half),
        dose_at=taken_at,
        level=_level(value, below_loq),
        level_at=drawn_at,
    )


def _level(value: Decimal | None, below_loq: Decimal | None) -> ReportedLevel | None:
    if below_loq is not None:
        return ReportedLevel(below_loq, below_quantification=True)
    return None if value is None else ReportedLevel(value)


def _last_dose() -> Any:
    """An amendment that was itself taken back amends nothing."""
    row, later, undo = aliased(DoseEntry), aliased(DoseEntry), aliased(DoseEntry)
    taken_back = exists(
        select(undo.id).where(undo.amends_id == later.id, undo.outcome == Outcome.RETRACTED)
    )
    amended = exists(select(later.id).where(later.amends_id == row.id, ~taken_back))
    evening_first = case((row.half == Half.EVENING, 1), else_=0)
    return (
        select(row.id)
        .where(row.participant_id == Participant.id, row.outcome.in_(DOSE_OUTCOMES), ~amended)
        .order_by(row.slot_on.desc(), evening_first.desc(), row.received_at.desc())
        .limit(1)
        .correlate(Participant)
        .scalar_subquery()
    )


def _last_level() -> Any:
    row, later = aliased(Level), aliased(Level)
    amended = exists(select(later.id).where(later.amends_id == row.id))
    return (
        select(row.id)
        .where(row.participant_id == Participant.id, ~amended)
        .order_by(row.drawn_at.desc(), row.id.desc())
        .limit(1)
        .correlate(Participant)
        .scalar_subquery()
    )


def _entries(
    session: Session, child_ids: Collection[int], since: date
) -> Mapping[int, tuple[Entry, ...]]:
    """Corrections may come from a slot a day aside."""
    rows: Iterable[Any] = session.execute(
        select(DoseEntry.participant_id, *COLUMNS)
        .where(
            DoseEntry.participant_id.in_(child_ids),
            DoseEntry.slot_on >= since - timedelta(days=1),
        )
        .order_by(DoseEntry.received_at, DoseEntry.id)
    )
    found: dict[int, list[Entry]] = defaultdict(list)
    for child, *told in rows:
        found[child].append(entry_from(told))
    return {child: tuple(entries) for child, entries in found.items()}
