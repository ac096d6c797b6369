"""What reminders turn on, read for many children at once: a fixed number of queries a batch."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from domain.entries import Channel, Entry, sort_out
from domain.orders import OrderStep
from domain.reminders import ChildFacts
from domain.slots import DAY, SlotKey, Timetable, local_date
from models.dose import DoseEntry
from models.order import DoseOrder
from models.visit import BloodDraw, Visit, VisitState
from services.inpatient import inpatient_days_of
from services.timetables import timetables_of

Timetables = Mapping[int, tuple[Timetable, ...]]


@dataclass(frozen=True, slots=True)
class Days:
    """Local dates, both included."""

    first_on: date
    last_on: date


def facts_of(session: Session, children: Collection[int], days: Days) -> Mapping[int, ChildFacts]:
    """What is known of each of these children (database ids) that matters for the days."""
    tables = timetables_of(session, children)
    orders = _orders(session, children)
    told = _told(session, children, days)
    trough_on = _trough_days(session, children, days)
    drawn_on = _draw_days(session, children, days, tables)
    in_hospital_on = inpatient_days_of(session, children, days.first_on, days.last_on + DAY)
    return {
        child: ChildFacts(
            tables.get(child, ()),
            orders.get(child, ()),
            told.get(child, frozenset()),
            trough_on.get(child, frozenset()),
            drawn_on.get(child, frozenset()),
            in_hospital_on.get(child, frozenset()),
        )
        for child in children
    }


def _orders(session: Session, children: Collection[int]) -> Mapping[int, tuple[OrderStep, ...]]:
    """As services.order_history reads them, without the amounts, which no reminder looks at."""
    rows = session.execute(
        select(
            DoseOrder.participant_id,
            DoseOrder.id,
            DoseOrder.kind,
            DoseOrder.from_on,
            DoseOrder.from_half,
            DoseOrder.until_on,
            DoseOrder.until_half,
            DoseOrder.signed_at,
            DoseOrder.amends_id,
        )
        .where(DoseOrder.participant_id.in_(children), DoseOrder.signed_at.is_not(None))
        .order_by(DoseOrder.signed_at, DoseOrder.id)
    ).all()
    amended = {row.amends_id for row in rows}
    steps: defaultdict[int, tuple[OrderStep, ...]] = defaultdict(tuple)
    for child, row_id, kind, on, half, until_on, until_half, signed_at, _amends in rows:
        if row_id not in amended and signed_at is not None:
            until = SlotKey(until_on, until_half) if until_on and until_half else None
            steps[child] += (OrderStep(str(row_id), kind, SlotKey(on, half), signed_at, until),)
    return steps


def _told(
    session: Session, children: Collection[int], days: Days
) -> Mapping[int, frozenset[SlotKey]]:
    """The slots that somebody said something about which still stands."""
    of_them = DoseEntry.participant_id.in_(children)
    in_days = DoseEntry.slot_on.between(days.first_on - DAY, days.last_on + DAY)
    # what corrects an entry of these days may itself lie on another one
    near = select(DoseEntry.id).where(of_them, in_days)
    rows = session.execute(
        select(
            DoseEntry.participant_id,
            DoseEntry.id,
            DoseEntry.slot_on,
            DoseEntry.half,
            DoseEntry.outcome,
            DoseEntry.received_at,
            DoseEntry.amends_id,
        ).where(of_them, or_(in_days, DoseEntry.amends_id.in_(near)))
    )
    entries: defaultdict[int, list[Entry]] = defaultdict(list)
    for child, row_id, on, half, outcome, received_at, amends_id in rows:
        entry = Entry(
            id=str(row_id),
            slot=SlotKey(on, half),
            outcome=outcome,
            taken_at=None,
            entered_at=received_at,
            received_at=received_at,
            by="",
            channel=Channel.PAGE,
            amends=None if amends_id is None else str(amends_id),
        )
        entries[child].append(entry)
    return {
        child: frozenset(entry.slot for entry in sort_out(told).standing)
        for child, told in entries.items()
    }


def _trough_days(
    session: Session, children: Collection[int], days: Days
) -> Mapping[int, frozenset[date]]:
    rows = session.execute(
        select(Visit.participant_id, Visit.on).where(
            Visit.participant_id.in_(children),
            Visit.is_trough_day,
            Visit.state == VisitState.PLANNED,
            Visit.on.between(days.first_on, days.last_on + DAY),
        )
    )
    return _by_child((child, on) for child, on in rows)


def _draw_days(
    session: Session, children: Collection[int], days: Days, tables: Timetables
) -> Mapping[int, frozenset[date]]:
    # wide enough for any zone; the local date decides
    since = datetime.combine(days.first_on - DAY, time(), UTC)
    until = datetime.combine(days.last_on + 2 * DAY, time(), UTC)
    rows = session.execute(
        select(BloodDraw.participant_id, BloodDraw.drawn_at).where(
            BloodDraw.participant_id.in_(children), BloodDraw.drawn_at.between(since, until)
        )
    )
    return _by_child(
        (child, local_date(tables[child], drawn_at)) for child, drawn_at in rows if child in tables
    )


def _by_child(pairs: Iterable[tuple[int, date]]) -> Mapping[int, frozenset[date]]:
    found: defaultdict[int, set[date]] = defaultdict(set)
    for child, on in pairs:
        found[child].add(on)
    return {child: frozenset(dates) for child, dates in found.items()}
