"""What a visit asked for, beside what the chart holds: worked out from the facts in its window."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from domain.protocol import Due, Protocol
from domain.slots import Timetable, local_date
from models.assessment import Assessment
from models.laboratory import LabResult, Level
from models.participant import Measurement, Participant
from models.photo import Photo
from models.tumour import TumourVolume
from models.visit import Visit
from services.measurements import stands
from services.visits import due_at_visit

DAY: Final = timedelta(days=1)
# what stands for "the level", "the photos" … among the facts of a child
_LEVEL, _SIZE, _PHOTO, _VOLUME = "level", "size", "photo", "volume"
_ONE_FACT: Final[Mapping[str, str]] = {
    Due.LEVEL: _LEVEL,
    Due.WEIGHT_HEIGHT: _SIZE,
    Due.PHOTOS: _PHOTO,
    Due.IMAGING: _VOLUME,
}


@dataclass(frozen=True, slots=True)
class Arrival:
    """One thing a visit asks for. `missing` are analytes that have not come; `on` is the day of
    the newest fact that has."""

    due: str
    has_arrived: bool
    missing: tuple[str, ...]
    on: date | None

    @property
    def is_partly_there(self) -> bool:
        return not self.has_arrived and self.on is not None


@dataclass(frozen=True, slots=True)
class _Facts:
    """The days on which something was measured, by what; and the visits with a signature."""

    days: Mapping[str, Sequence[date]]
    assessed: Mapping[str, date]

    def newest(self, name: str, visit: Visit) -> date | None:
        found = [on for on in self.days.get(name, ()) if _is_of(on, visit)]
        return max(found, default=None)


def arrivals(
    session: Session,
    participant: Participant,
    visits: Sequence[Visit],
    *,
    protocol: Protocol,
    tables: Sequence[Timetable],
) -> Mapping[int, tuple[Arrival, ...]]:
    """By visit id: each thing due, and whether it is there. Corrected rows do not count; what was
    measured on the very day of the visit counts though it lies outside of the window."""
    if not visits:
        return {}
    facts = _facts(session, participant, visits, tables)
    return {
        visit.id: tuple(
            _arrival(due, visit, facts, protocol) for due in due_at_visit(visit, protocol)
        )
        for visit in visits
    }


def _arrival(due: str, visit: Visit, facts: _Facts, protocol: Protocol) -> Arrival:
    if due == Due.ASSESSMENT:
        on = facts.assessed.get(visit.code)
        return Arrival(due, on is not None, (), on)
    names = (_ONE_FACT[due],) if due in _ONE_FACT else protocol.visit_labs.get(due, ())
    found = {name: facts.newest(name, visit) for name in names}
    missing = tuple(name for name, on in found.items() if on is None)
    known = [on for on in found.values() if on is not None]
    is_there = bool(names) and not missing
    return Arrival(due, is_there, missing if due not in _ONE_FACT else (), max(known, default=None))


def _is_of(on: date, visit: Visit) -> bool:
    return visit.window_from <= on <= visit.window_to or on == (visit.done_on or visit.on)


def _facts(
    session: Session,
    participant: Participant,
    visits: Sequence[Visit],
    tables: Sequence[Timetable],
) -> _Facts:
    days = [day for visit in visits for day in (visit.window_from, visit.window_to, visit.on)]
    days += [visit.done_on for visit in visits if visit.done_on is not None]
    first_on, last_on = min(days), max(days)
    # wide enough for any zone; the local date decides
    since = datetime.combine(first_on, time(), UTC) - DAY
    until = datetime.combine(last_on, time(), UTC) + 2 * DAY
    found: dict[str, list[date]] = {}
    for name, at in _drawn(session, participant.id, since, until):
        found.setdefault(name, []).append(local_date(tables, at) if tables else at.date())
    for name, on in _dated(session, participant.id):
        found.setdefault(name, []).append(on)
    return _Facts(found, _assessed(session, participant.id))


def _drawn(
    session: Session, child: int, since: datetime, until: datetime
) -> Iterable[tuple[str, datetime]]:
    levels = _standing(Level, Level.drawn_at).where(Level.participant_id == child)
    for row in session.execute(levels.where(Level.drawn_at.between(since, until))):
        yield _LEVEL, row[0]
    labs = _standing(LabResult, LabResult.analyte, LabResult.drawn_at)
    of_child = (LabResult.participant_id == child, LabResult.drawn_at.between(since, until))
    for row in session.execute(labs.where(*of_child)):
        yield row[0], row[1]


def _dated(session: Session, child: int) -> Iterable[tuple[str, date]]:
    sizes = select(Measurement.measured_on).where(Measurement.participant_id == child, stands())
    yield from ((_SIZE, on) for on in session.scalars(sizes))
    photos = select(Photo.shown_on).where(
        Photo.participant_id == child, Photo.unusable_reason.is_(None)
    )
    yield from ((_PHOTO, on) for on in session.scalars(photos))
    volumes = _standing(TumourVolume, TumourVolume.measured_on)
    volumes = volumes.where(TumourVolume.participant_id == child)
    yield from ((_VOLUME, row[0]) for row in session.execute(volumes))


def _standing(table: Any, *columns: Any) -> Select[*tuple[Any, ...]]:
    """Rows that no other one corrects."""
    later = aliased(table)
    corrected = select(later.id).where(later.amends_id == table.id).exists()
    chosen: Select[*tuple[Any, ...]] = select(*columns).where(~corrected)
    return chosen


def _assessed(session: Session, child: int) -> Mapping[str, date]:
    rows = session.execute(
        select(Assessment.visit_code, Assessment.assessed_on)
        .where(Assessment.participant_id == child)
        .order_by(Assessment.id)
    )
    return {code: on for code, on in rows}  # noqa: C416 - a Row is no pair to mypy
