"""When the made-up children get their doses."""

from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from demo.children import Child
from domain.slots import Timetable

USUAL: Final = ((time(8), time(20)), (time(7, 30), time(19, 30)), (time(8, 30), time(20, 30)))
# somewhere on this list it is morning or evening at any moment
_HOMES: Final = ("Asia/Shanghai", "Europe/Paris")
_QUARTER: Final = timedelta(minutes=15)
_MOVED_DAYS_AGO: Final = 45


def timetables_of(child: Child, first_on: date, now: datetime, place: int) -> tuple[Timetable, ...]:
    """The child's times from the day before the first dose. `place` is its place in the cast."""
    since = first_on - timedelta(days=1)
    if child.open_slot:
        return (_open_now(child, since, now, place),)
    morning, evening = USUAL[place % len(USUAL)]
    first = Timetable(since, child.zone, morning, evening)
    if child.moves_to is None:
        return (first,)
    moved_on = max(now.date() - timedelta(days=_MOVED_DAYS_AGO), since + timedelta(days=5))
    return (first, Timetable(moved_on, child.moves_to, morning, evening))


def home_zone(child: Child, now: datetime) -> str:
    """Where the child lives. Whoever looks around shall find a slot open at any hour: while it is
    night or early afternoon in Shanghai, the first family lives in Paris."""
    if not child.open_slot:
        return child.zone
    return next((zone for zone in _HOMES if _is_dosing_time(now, zone)), _HOMES[0])


def _is_dosing_time(now: datetime, zone: str) -> bool:
    """From five o'clock to noon, or to midnight."""
    return now.astimezone(ZoneInfo(zone)).hour % 12 >= 5


def _open_now(child: Child, since: date, now: datetime, place: int) -> Timetable:
    """The first child's slot fell due within the last quarter of an hour, that of the next one
    is due within the coming one: the notifier has something to send at once."""
    zone = home_zone(child, now)
    local = now.astimezone(ZoneInfo(zone))
    due = local.replace(minute=local.minute // 15 * 15, second=0, microsecond=0) + place * _QUARTER
    other = due + timedelta(hours=12)
    morning, evening = sorted((due.time(), other.time()))
    return Timetable(since, zone, morning, evening)
