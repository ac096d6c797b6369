"""All levels of a child with their verdicts and statistics, in a fixed handful of queries."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.orders import OrderKind, orders_by_slot
from domain.protocol import Protocol
from domain.slots import Timetable, local_date, slots_between
from domain.trough import Course
from models.laboratory import Level, LevelOverrule
from models.participant import Allocation, Participant
from services.diary import Diary, read
from services.order_history import signed_orders
from services.range_statistics import RangeStatistics, statistics_of
from services.results import standing
from services.timetables import timetables
from services.verdicts import JudgedLevel, arm_target, judge_all, look_back, newest_overrules


@dataclass(frozen=True, slots=True)
class LevelBook:
    """`all` are in the order drawn, corrected ones too; `standing` those that nothing corrects.
    `overrules` are a level's, in the order said; both mappings are by database id."""

    all: tuple[JudgedLevel, ...]
    standing: tuple[JudgedLevel, ...]
    corrected_by: dict[int, Level]
    overrules: dict[int, tuple[LevelOverrule, ...]]
    statistics: RangeStatistics

    def of(self, level: Level) -> JudgedLevel:
        return next(judged for judged in self.all if judged.row.id == level.id)


def level_book(
    session: Session, participant: Participant, protocol: Protocol, *, now: datetime
) -> LevelBook:
    """Judge every level of a child. Raises RefusedError("not_allocated") without an arm."""
    target = arm_target(session, participant, protocol)
    rows = _levels(session, participant)
    overrules = _overrules(session, rows)
    tables = timetables(session, participant.id)
    diary = _diary(session, participant, protocol, _days(rows, tables, now), now=now)
    course = Course(diary.states, diary.orders, diary.timetables)
    newest = newest_overrules(row for told in overrules.values() for row in told)
    judged = judge_all(rows, course, newest, by=(target, protocol))
    kept = {row.id for row in standing(list(rows))}
    judged_standing = tuple(level for level in judged if level.row.id in kept)
    return LevelBook(
        all=judged,
        standing=judged_standing,
        corrected_by={row.amends_id: row for row in rows if row.amends_id is not None},
        overrules=overrules,
        statistics=statistics_of(
            judged_standing,
            target,
            pauses=_pauses(judged_standing, course),
            daily=_daily(session, participant, protocol),
            protocol=protocol,
        ),
    )


def has_arm(session: Session, participant: Participant) -> bool:
    """Is the child randomised? Levels have a target, and a verdict, only then."""
    query = select(Allocation.id).where(Allocation.participant_id == participant.id)
    return session.scalar(query) is not None


def overrules_of(session: Session, level: Level) -> tuple[LevelOverrule, ...]:
    """What clinicians said of one level, in the order said."""
    return _overrules(session, [level]).get(level.id, ())


def _levels(session: Session, participant: Participant) -> Sequence[Level]:
    return session.scalars(
        select(Level)
        .where(Level.participant_id == participant.id)
        .order_by(Level.drawn_at, Level.id)
    ).all()


def _overrules(session: Session, levels: Sequence[Level]) -> dict[int, tuple[LevelOverrule, ...]]:
    found: defaultdict[int, tuple[LevelOverrule, ...]] = defaultdict(tuple)
    rows = session.scalars(
        select(LevelOverrule)
        .where(LevelOverrule.level_id.in_([level.id for level in levels]))
        .order_by(LevelOverrule.recorded_at, LevelOverrule.id)
    )
    for row in rows:
        found[row.level_id] += (row,)
    return dict(found)


def _days(levels: Sequence[Level], tables: Sequence[Timetable], now: datetime) -> tuple[date, date]:
    """The local dates of the first level and the last."""
    drawn = [level.drawn_at for level in levels] or [now]
    days = [local_date(tables, at) if tables else at.date() for at in drawn]
    return min(days), max(days)


def _diary(
    session: Session,
    participant: Participant,
    protocol: Protocol,
    days: tuple[date, date],
    *,
    now: datetime,
) -> Diary:
    first_on, last_on = days[0] - look_back(protocol.trough), days[1] + timedelta(days=1)
    return read(session, participant, protocol, first_on=first_on, last_on=last_on, now=now)


def _pauses(levels: Sequence[JudgedLevel], course: Course) -> tuple[datetime, ...]:
    """When a dose would have been due and none was prescribed: holds, and stops before another
    order."""
    if len(levels) <= 1 or not course.timetables:
        return ()
    ends = [local_date(course.timetables, levels[place].row.drawn_at) for place in (0, -1)]
    ruling = orders_by_slot(course.orders)
    return tuple(
        slot.due_at
        for slot in slots_between(course.timetables, *ends)
        if (step := ruling(slot.key)) is None or step.kind is not OrderKind.DOSE
    )


def _daily(session: Session, participant: Participant, protocol: Protocol) -> dict[str, Decimal]:
    """mg/m² a day by order id: what one dose really gives, times the doses of a day."""
    return {
        str(row.id): row.dose_mg_per_m2 * protocol.dosing.doses_per_day
        for row in signed_orders(session, participant.id)
        if row.dose_mg_per_m2 is not None
    }
