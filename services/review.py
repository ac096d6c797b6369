"""One child on one time axis: what the participant page shows, in a fixed handful of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy.orm import Session

from domain.adherence import Adherence, adherence
from domain.diary import SlotState, fold
from domain.orders import OrderKind, OrderStep, dose_runs_from, order_at
from domain.protocol import Arm, Protocol
from domain.slots import Timetable, local_date, nearest_slot, slots_between
from domain.stays import Stay, days_of_stays
from domain.trough import Course
from models.order import DoseOrder
from models.participant import Measurement, Participant
from services.chart import FIBRINOGEN, PLATELETS, Sample
from services.child_page import ChildPage
from services.diary_entries import entries_between
from services.growth import has_outgrown
from services.order_history import signed_orders, step_of
from services.review_marks import Mark, MarkKind, by_kind, marks_between
from services.review_query import ARM_AND_SIZE, LABS, LEVELS
from services.timetables import timetables
from services.verdicts import JudgedLevel, judge_all, look_back, newest_overrules

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class OrderNow:
    """The order that rules the slot nearest to now. `days` since this dose runs; None on hold."""

    row: DoseOrder
    step: OrderStep
    days: int | None
    reweigh: bool

    @property
    def is_dose(self) -> bool:
        return self.step.kind is OrderKind.DOSE


@dataclass(frozen=True, slots=True)
class Review:
    """The page. All tuples are in the order of time; `states` are the slots from `first_on` to
    `last_on`, and results and marks lie in the same days."""

    participant: Participant
    protocol: Protocol
    first_on: date
    last_on: date
    today: date
    arm: Arm | None
    size: Measurement | None
    timetables: tuple[Timetable, ...]
    orders: tuple[DoseOrder, ...]
    order_now: OrderNow | None
    states: tuple[SlotState, ...]
    adherence: Adherence
    levels: tuple[JudgedLevel, ...]
    labs: tuple[Sample, ...]
    marks: tuple[Mark, ...]

    def labs_of(self, analyte: str) -> tuple[Sample, ...]:
        return tuple(sample for sample in self.labs if sample.row.analyte == analyte)

    def marks_of(self, kind: MarkKind) -> tuple[Mark, ...]:
        return by_kind(self.marks, kind)


@dataclass(frozen=True, slots=True)
class _Days:
    """The local days asked for, of whom, and the clock of the child's wall."""

    participant: Participant
    first_on: date
    last_on: date
    timetables: tuple[Timetable, ...]

    def on(self, at: datetime) -> date:
        return local_date(self.timetables, at) if self.timetables else at.date()

    def has(self, at: datetime) -> bool:
        return self.first_on <= self.on(at) <= self.last_on

    def filled(self) -> dict[str, Any]:
        """What a query of these days is run with. Its instants are wide enough for any zone; local
        days are compared afterwards."""
        start = datetime.combine(self.first_on, time(), UTC)
        length = (self.last_on - self.first_on).days + 2
        return {
            "child": self.participant.id,
            "start_at": start - DAY,
            "end_at": start + DAY * length,
        }


def page(
    session: Session,
    participant: Participant,
    protocol: Protocol,
    *,
    first_on: date,
    last_on: date,
    now: datetime,
    analytes: Sequence[str] = (PLATELETS, FIBRINOGEN),
    known: ChildPage | None = None,
) -> Review:
    """Everything of the local days `first_on` to `last_on`, both included, in five queries, and
    two more where the head of the page is not `known` yet.

    Of the laboratory only `analytes`; all the others have their own page.
    """
    arm, size, tables = _head(session, participant, protocol, known)
    days = _Days(participant, first_on, last_on, tables)
    orders = signed_orders(session, participant.id)
    course = _course(session, days, orders, protocol, now=now)
    states = tuple(state for state in course.diary if state.slot.on >= first_on)
    marks = _marks(session, days)
    away = days_of_stays(_stays(marks), first_on, last_on)
    return Review(
        participant=participant,
        protocol=protocol,
        first_on=first_on,
        last_on=last_on,
        today=days.on(now),
        arm=arm,
        size=size,
        timetables=days.timetables,
        orders=orders,
        order_now=_order_now(orders, course, size, protocol=protocol, now=now),
        states=states,
        adherence=adherence(states, protocol.adherence, inpatient_on=away),
        levels=_levels(session, days, course, arm=arm, protocol=protocol),
        labs=_labs(session, days, analytes),
        marks=marks,
    )


def _stays(marks: Sequence[Mark]) -> list[Stay]:
    return [Stay(mark.on, mark.until) for mark in by_kind(marks, MarkKind.STAY) if mark.on]


def _head(
    session: Session, participant: Participant, protocol: Protocol, known: ChildPage | None
) -> tuple[Arm | None, Measurement | None, tuple[Timetable, ...]]:
    """The child's arm, newest height and weight, and dose times."""
    if known is None:
        arm, size = _arm_and_size(session, participant, protocol)
        return arm, size, timetables(session, participant.id)
    arm = protocol.arm(known.arm_code) if known.arm_code else None
    return arm, known.size, known.timetables


def _arm_and_size(
    session: Session, participant: Participant, protocol: Protocol
) -> tuple[Arm | None, Measurement | None]:
    """The child's arm and its newest height and weight."""
    found = session.execute(ARM_AND_SIZE, {"child": participant.id}).one()
    return (protocol.arm(found[0]) if found[0] else None), found[1]


def _course(
    session: Session,
    days: _Days,
    orders: Sequence[DoseOrder],
    protocol: Protocol,
    *,
    now: datetime,
) -> Course:
    """The diary of the days, and as far before them as the first verdict looks."""
    since = days.first_on - look_back(protocol.trough)
    history = tuple(step_of(row) for row in orders)
    entries = entries_between(session, days.participant.id, since, days.last_on)
    slots = slots_between(days.timetables, since, days.last_on)
    diary = fold(slots, entries, history, now=now, rules=protocol.slots)
    return Course(diary, history, days.timetables)


def _order_now(
    orders: Sequence[DoseOrder],
    course: Course,
    size: Measurement | None,
    *,
    protocol: Protocol,
    now: datetime,
) -> OrderNow | None:
    if not course.timetables or not course.orders:
        return None
    key = nearest_slot(course.timetables, now).key
    step = order_at(course.orders, key)
    if step is None:
        return None
    row = next(row for row in orders if str(row.id) == step.order_id)
    start = dose_runs_from(course.orders, key, protocol.trough)
    return OrderNow(
        row=row,
        step=step,
        days=(key.on - start.on).days if start else None,
        reweigh=size is not None and has_outgrown(row, size, protocol=protocol),
    )


def _levels(
    session: Session,
    days: _Days,
    course: Course,
    *,
    arm: Arm | None,
    protocol: Protocol,
) -> tuple[JudgedLevel, ...]:
    found = session.execute(LEVELS, days.filled()).all()
    rows = {row.id: row for row, _ in found if days.has(row.drawn_at)}
    if arm is None:
        return ()
    overrules = newest_overrules(overrule for _, overrule in found if overrule)
    return judge_all(rows.values(), course, overrules, by=(arm.trough, protocol))


def _labs(session: Session, days: _Days, analytes: Sequence[str]) -> tuple[Sample, ...]:
    rows = session.scalars(LABS, days.filled() | {"analytes": list(analytes)})
    return tuple(Sample(row, days.on(row.drawn_at)) for row in rows if days.has(row.drawn_at))


def _marks(session: Session, days: _Days) -> tuple[Mark, ...]:
    """Those of the days; planned visits and open alerts of any day."""
    always = {MarkKind.VISIT, MarkKind.ALERT, MarkKind.MESSAGES_OF_A_KIND}
    found = marks_between(session, days.participant.id, days.first_on, days.last_on)
    return tuple(
        mark
        for mark in found
        if mark.kind in always or mark.at is None or mark.on is not None or days.has(mark.at)
    )
