"""The verdict on a level, assembled from the diary, the orders and the timetables of the child."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.decisive_dose import Sample
from domain.interval import Interval
from domain.level import Concern, Position, concern, position
from domain.level import Level as ReportedLevel
from domain.orders import OrderStep
from domain.protocol import Protocol, TroughRules
from domain.slots import local_date
from domain.trough import Course, Finding, Verdict, verdict
from models.laboratory import Level, LevelOverrule
from models.participant import Allocation, Participant
from services.diary import read
from services.errors import RefusedError
from services.timetables import timetables


@dataclass(frozen=True, slots=True)
class JudgedLevel:
    """A level with all that is made of it. `overrule` is the newest word of a clinician."""

    row: Level
    level: ReportedLevel
    target: Interval
    position: Position
    concern: Concern | None
    verdict: Verdict | None
    overrule: LevelOverrule | None

    @property
    def headline(self) -> Finding:
        """What counts: the clinician's word, else that of the rule; a child without dose times
        has no verdict."""
        if self.overrule is not None:
            return Finding(self.overrule.verdict)
        return self.verdict.headline if self.verdict else Finding.CANNOT_SAY

    @property
    def is_valid(self) -> bool:
        return self.headline is Finding.VALID

    @property
    def order(self) -> OrderStep | None:
        """The order by which the last dose before the sample was given."""
        return self.verdict.order if self.verdict else None


def reported_level(row: Level) -> ReportedLevel:
    """The stored level as the rules take it."""
    if row.below_loq is not None:
        return ReportedLevel(row.below_loq, below_quantification=True)
    if row.value is None:
        raise ValueError("a level has a value or a limit")
    return ReportedLevel(row.value)


def look_back(rules: TroughRules) -> timedelta:
    """How far before a sample the diary is read: so far that skipped first doses of an order can
    still move its first day across "early"."""
    return timedelta(days=2 * (rules.early_until_days + 1))


def verdict_of(
    session: Session, participant: Participant, level: Level, *, protocol: Protocol, now: datetime
) -> JudgedLevel:
    """Judge one stored level in a fixed handful of queries."""
    tables = timetables(session, participant.id)
    drawn_on = local_date(tables, level.drawn_at) if tables else level.drawn_at.date()
    diary = read(
        session,
        participant,
        protocol,
        first_on=drawn_on - look_back(protocol.trough),
        last_on=drawn_on + timedelta(days=1),
        now=now,
    )
    overrules = session.scalars(select(LevelOverrule).where(LevelOverrule.level_id == level.id))
    target = arm_target(session, participant, protocol)
    course = Course(diary.states, diary.orders, diary.timetables)
    return judge_all([level], course, newest_overrules(overrules), by=(target, protocol))[0]


def arm_target(session: Session, participant: Participant, protocol: Protocol) -> Interval:
    """The trough range of the child's arm. Raises RefusedError("not_allocated") without an arm."""
    arm = session.scalar(select(Allocation.arm).where(Allocation.participant_id == participant.id))
    if arm is None:
        raise RefusedError("not_allocated")
    return protocol.arm(arm).trough


def judge_all(
    levels: Iterable[Level],
    course: Course,
    overrules: Mapping[int, LevelOverrule],
    *,
    by: tuple[Interval, Protocol],
) -> tuple[JudgedLevel, ...]:
    """Judge levels by a diary that reaches `look_back` before the first; asks the database
    nothing. `by` is the arm's range and the protocol."""
    target, protocol = by
    days = [state.slot.on for state in course.diary]
    judged: list[JudgedLevel] = []
    for row in levels:
        level = reported_level(row)
        judged.append(
            JudgedLevel(
                row=row,
                level=level,
                target=target,
                position=position(level, target),
                concern=concern(level, target, protocol.trough),
                verdict=_verdict(row, course, days, protocol),
                overrule=overrules.get(row.id),
            )
        )
    return tuple(judged)


def newest_overrules(rows: Iterable[LevelOverrule]) -> dict[int, LevelOverrule]:
    """By level; of several the one recorded last counts."""
    ordered = sorted(rows, key=lambda row: (row.recorded_at, row.id))
    return {row.level_id: row for row in ordered}


def _verdict(
    row: Level, course: Course, days: Sequence[date], protocol: Protocol
) -> Verdict | None:
    """`days` are those of the diary's slots, to find the window of a level among years of them."""
    if not course.timetables:
        return None
    drawn_on = local_date(course.timetables, row.drawn_at)
    first = bisect_left(days, drawn_on - look_back(protocol.trough))
    last = bisect_right(days, drawn_on + timedelta(days=1))
    sample = Sample(row.drawn_at, row.last_dose_at)
    window = replace(course, diary=course.diary[first:last])
    return verdict(sample, window, trough=protocol.trough, slots=protocol.slots)
