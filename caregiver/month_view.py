"""A month of the diary: two marks and a word per day."""

from calendar import Calendar
from dataclasses import dataclass
from datetime import date
from typing import Final

from flask_babel import gettext, pgettext

from caregiver.place import Place
from caregiver.presenters import look
from domain.slots import DAY, local_date
from services.diary import read

# the day's word is that of its most pressing slot
_PRESSING: Final = (
    *("double", "missed", "vomited", "partial", "late", "due", "unknown", "held", "given"),
    "not_yet",
)


@dataclass(frozen=True, slots=True)
class DayCell:
    """`look` is what the word stands for; None for a day without a slot."""

    on: date
    marks: tuple[str, ...]
    look: str | None
    inside: bool
    is_today: bool
    opens: bool


@dataclass(frozen=True, slots=True)
class Month:
    first_on: date
    weeks: tuple[tuple[DayCell, ...], ...]
    earlier: str | None
    later: str | None


def month_on(text: str, place: Place) -> date:
    """The first of the month that an address names (2026-03); anything else means this month."""
    today = _today(place)
    try:
        wanted = date.fromisoformat(f"{text}-01")
    except ValueError:
        return today.replace(day=1)
    first, last = place.child.enrolled_on.replace(day=1), today.replace(day=1)
    return min(max(wanted, first), last)


def month_of(place: Place, first_on: date) -> Month:
    weeks = Calendar().monthdatescalendar(first_on.year, first_on.month)
    looks: dict[date, list[str]] = {}
    diary = read(
        place.session,
        place.child,
        place.protocol,
        first_on=weeks[0][0],
        last_on=weeks[-1][-1],
        now=place.now,
    )
    for state in diary.states:
        looks.setdefault(state.slot.on, []).append(look(state, place.protocol))
    cells = tuple(
        tuple(_cell(on, looks.get(on, []), first_on, place) for on in week) for week in weeks
    )
    earlier, later = first_on - DAY, (first_on.replace(day=28) + 4 * DAY).replace(day=1)
    return Month(
        first_on=first_on,
        weeks=cells,
        earlier=f"{earlier:%Y-%m}" if first_on > place.child.enrolled_on else None,
        later=f"{later:%Y-%m}" if later <= _today(place) else None,
    )


def _cell(on: date, marks: list[str], first_on: date, place: Place) -> DayCell:
    today = _today(place)
    pressing = next((name for name in _PRESSING if name in marks), None)
    return DayCell(
        on=on,
        marks=tuple(marks),
        look=pressing if on <= today else None,
        inside=on.month == first_on.month,
        is_today=on == today,
        opens=place.child.enrolled_on <= on <= today,
    )


def _today(place: Place) -> date:
    if not place.timetables:
        return place.now.astimezone(place.zone).date()
    return local_date(place.timetables, place.now)


def day_words() -> dict[str, str]:
    """Short enough for a seventh of a small phone."""
    return {
        "double": gettext("Double"),
        "missed": gettext("Missed"),
        "vomited": gettext("Vomited"),
        "partial": gettext("Partly"),
        "late": gettext("Late"),
        "due": pgettext("calendar", "Due"),
        "unknown": gettext("No entry"),
        "held": pgettext("calendar", "Hold"),
        "given": gettext("Given"),
        "not_yet": "",
    }
