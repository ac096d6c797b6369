"""When a child's visits and photos fall due: the plan of the study put on the calendar."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count, takewhile
from typing import Final

from domain.protocol import PhotoPlan, Protocol, VisitPlan

WEEK_DAYS: Final = 7


@dataclass(frozen=True, slots=True)
class PlannedVisit:
    """A visit is planned for `on`; on both ends of its window it is still that visit."""

    code: str
    on: date
    window_from: date
    window_to: date
    due: tuple[str, ...]


def planned_visits(protocol: Protocol, first_dose_on: date) -> tuple[PlannedVisit, ...]:
    """The visits of a child whose first dose is given on `first_dose_on`, the earliest first.

    Months count by the calendar: a month after 31 January is the last day of February
    (trial.md §4; the plan itself stands in the protocol file).
    """
    visits = (_planned(plan, first_dose_on) for plan in protocol.visits)
    return tuple(sorted(visits, key=lambda visit: visit.on))


def photo_days(protocol: Protocol, first_dose_on: date, until: date) -> tuple[date, ...]:
    """The days from the first dose to `until`, both included, on which photos are due (§4)."""
    days = (first_dose_on + timedelta(days=day) for day in _photo_offsets(protocol.photos))
    return tuple(takewhile(lambda day: day <= until, days))


def _planned(plan: VisitPlan, first_dose_on: date) -> PlannedVisit:
    on = _months_later(first_dose_on, plan.month or 0) + timedelta(days=plan.day or 0)
    return PlannedVisit(
        code=plan.code,
        on=on,
        window_from=on - timedelta(days=plan.window_before_days),
        window_to=on + timedelta(days=plan.window_after_days),
        due=plan.due,
    )


def _months_later(day: date, months: int) -> date:
    """The same day of a later month, or its last day where it has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _photo_offsets(plan: PhotoPlan) -> Iterator[int]:
    """Days after the first dose: every week at first, then at the plan's pace, without end."""
    weekly = range(0, plan.weekly_until_day + 1, WEEK_DAYS)
    yield from weekly
    yield from count(weekly[-1] + plan.then_every_days, plan.then_every_days)
