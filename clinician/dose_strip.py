"""The dose strip: what became of each slot, by day, by month, and where it was not as ordered."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _

from clinician.presenters_levels import DoseLine, dose_line
from domain.diary import SlotState, SlotStatus
from domain.lateness import Timing, timing
from domain.protocol import Half, SlotRules
from web.formats import month

# a letter for each state, as the script of the time axis reads them
LETTERS: Final = {
    "on_time": "g",
    "early": "e",
    "late": "l",
    "missed": "m",
    "held": "h",
    "unknown": "u",
    "partly": "p",
    "vomited": "v",
    "double": "d",
    "not_yet": ".",
}
STATE_WORDS: Final[dict[str, Any]] = {
    "on_time": _("On time"),
    "early": _("Early"),
    "late": _("Late"),
    "missed": _("Missed"),
    "held": _("On hold"),
    "unknown": _("Unknown"),
    "partly": _("Partly"),
    "vomited": _("Vomited"),
    "double": _("Double"),
    "not_yet": _("Not yet"),
}
_BY_STATUS: Final = {
    SlotStatus.NOT_DUE: "not_yet",
    SlotStatus.PARTIAL: "partly",
    SlotStatus.VOMITED: "vomited",
    SlotStatus.DOUBLED: "double",
    SlotStatus.MISSED: "missed",
    SlotStatus.HELD: "held",
    SlotStatus.UNKNOWN: "unknown",
}
_BY_TIMING: Final = {
    Timing.EARLY: "early",
    Timing.ON_TIME: "on_time",
    Timing.LATE: "late",
    Timing.TOO_LATE: "late",
}
_PLAIN: Final = frozenset({"on_time", "not_yet", "held"})
_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Strip:
    """Two letters a day from `first_on` on (a blank where there is no slot), and how many minutes
    after its time each dose was given (None where nobody knows)."""

    first_on: date
    cells: str
    minutes: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class MonthLine:
    month: str
    counts: tuple[int, ...]


def look(state: SlotState, rules: SlotRules) -> str:
    """The state of a slot as badges and strip name it; a given dose by its timing."""
    if state.still_open:
        return "not_yet"
    if state.status is not SlotStatus.GIVEN:
        return _BY_STATUS[state.status]
    taken_at = state.doses[0].taken_at
    if taken_at is None:
        return "on_time"
    return _BY_TIMING[timing(state.slot.due_at, taken_at, rules)]


def strip(states: Sequence[SlotState], first_on: date, rules: SlotRules) -> Strip:
    """All slots in a few characters: a year is 730 letters, not 730 elements."""
    if not states:
        return Strip(first_on, "", ())
    start = states[0].slot.on
    length = ((states[-1].slot.on - start).days + 1) * 2
    cells = [" "] * length
    minutes: list[int | None] = [None] * length
    for state in states:
        place = (state.slot.on - start).days * 2 + (state.slot.half is Half.EVENING)
        cells[place] = LETTERS[look(state, rules)]
        minutes[place] = _late_by(state)
    return Strip(start, "".join(cells), tuple(minutes))


def months(states: Iterable[SlotState], rules: SlotRules) -> tuple[MonthLine, ...]:
    """How many slots of each state, month by month, in the order of STATE_WORDS."""
    by_month: dict[date, Counter[str]] = {}
    for state in states:
        counter = by_month.setdefault(state.slot.on.replace(day=1), Counter())
        counter[look(state, rules)] += 1
    return tuple(
        MonthLine(month(first), tuple(counter[code] for code in STATE_WORDS))
        for first, counter in sorted(by_month.items(), reverse=True)
    )


def remarkable(
    states: Iterable[SlotState], rules: SlotRules, zone: ZoneInfo
) -> tuple[DoseLine, ...]:
    """The slots that were not simply given on time, the newest first."""
    return tuple(
        dose_line(state, zone, look(state, rules))
        for state in reversed(tuple(states))
        if look(state, rules) not in _PLAIN or state.contradictory
    )


def _late_by(state: SlotState) -> int | None:
    taken_at = state.doses[0].taken_at if state.doses else None
    return None if taken_at is None else (taken_at - state.slot.due_at) // _MINUTE
