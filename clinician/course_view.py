"""Which days and tracks of a child's course an address asks for, and the address of others."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final

from werkzeug.datastructures import MultiDict

from services.chart import FIBRINOGEN, PLATELETS

RANGES: Final = ("30", "90", "365", "all")
DEFAULT_RANGE: Final = "90"
USUAL_LABS: Final = (PLATELETS, FIBRINOGEN)
_MOST_LABS: Final = 6


class Track(StrEnum):
    """What can be left out of the drawing and of the tables, in the order of the page."""

    ORDERS = "orders"
    DOSES = "doses"
    LEVELS = "levels"
    LABS = "labs"
    VOLUMES = "volumes"
    SKIN = "skin"
    PHOTOS = "photos"
    EVENTS = "events"
    ASSESSMENTS = "assessments"
    TREATMENTS = "treatments"
    VISITS = "visits"
    MESSAGES = "messages"


@dataclass(frozen=True, slots=True)
class CourseView:
    """The days (local, both included), the tracks shown, and the analytes drawn.

    `range_code` names one of RANGES; it is empty when the address gave days of its own. `is_odd`
    tells that the address asked for something that cannot be shown, so that the page can say so.
    """

    first_on: date
    last_on: date
    range_code: str
    tracks: frozenset[Track]
    labs: tuple[str, ...]
    is_odd: bool = False

    def shows(self, track: str) -> bool:
        return Track(track) in self.tracks

    @property
    def is_filtered(self) -> bool:
        return self.tracks != frozenset(Track) or self.labs != USUAL_LABS

    def asked(self, **changes: Any) -> dict[str, Any]:
        """The view as the values of an address, only what differs from the usual."""
        view = replace(self, **changes)
        found: dict[str, Any] = {}
        if not view.range_code:
            found |= {"from": view.first_on.isoformat(), "to": view.last_on.isoformat()}
        elif view.range_code != DEFAULT_RANGE:
            found["days"] = view.range_code
        if view.tracks != frozenset(Track):
            found["track"] = [track.value for track in Track if track in view.tracks]
        if view.labs != USUAL_LABS:
            found["lab"] = list(view.labs)
        return found


def view_of(
    args: MultiDict[str, str], *, today: date, start: date, analytes: Mapping[str, object]
) -> CourseView:
    """The view that an address asks for; `start` is the first day that there can be.

    Anything that cannot be read falls back to the usual and is told (`is_odd`).
    """
    chosen = args.get("days", DEFAULT_RANGE)
    code = chosen if chosen in RANGES else DEFAULT_RANGE
    first_on, last_on, is_odd = _days(code, today, start), today, chosen not in RANGES
    if args.get("from") or args.get("to"):
        said = _said_days(args, today, start)
        is_odd = is_odd or said is None
        if said is not None:
            (first_on, last_on), code = said, ""
    tracks, odd_track = _tracks(args)
    labs, odd_lab = _labs(args, analytes)
    return CourseView(
        first_on=first_on,
        last_on=last_on,
        range_code=code,
        tracks=tracks,
        labs=labs,
        is_odd=is_odd or odd_track or odd_lab,
    )


def _days(code: str, today: date, start: date) -> date:
    return start if code == "all" else today - timedelta(days=int(code) - 1)


def _said_days(args: MultiDict[str, str], today: date, start: date) -> tuple[date, date] | None:
    """Days written in the address: an open end is the child's first day or today."""
    try:
        first = date.fromisoformat(args["from"]) if args.get("from") else start
        last = date.fromisoformat(args["to"]) if args.get("to") else today
    except ValueError:
        return None
    first, last = max(first, start), min(last, today)
    return (first, last) if first <= last else None


def _tracks(args: MultiDict[str, str]) -> tuple[frozenset[Track], bool]:
    said = args.getlist("track")
    known = frozenset(track for track in Track if track.value in said)
    return known or frozenset(Track), len(known) != len(set(said))


def _labs(
    args: MultiDict[str, str], analytes: Mapping[str, object]
) -> tuple[tuple[str, ...], bool]:
    said = args.getlist("lab")
    known = tuple(code for code in analytes if code in said)[:_MOST_LABS]
    return known or USUAL_LABS, len(known) != len(set(said))
