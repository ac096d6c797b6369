"""A clock time without a date, as people say it, and the instant they mean."""

from collections.abc import Iterator
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from domain.slots import DAY


def latest_until(clock: time, zone: ZoneInfo, until: datetime) -> datetime:
    """The last instant not after `until` at which the clock on the wall showed `clock`."""
    return max(at for at in _around(clock, zone, until) if at <= until)


def nearest_to(clock: time, zone: ZoneInfo, at: datetime) -> datetime:
    """The instant nearest to `at` at which the clock on the wall shows `clock`; of two as near
    the earlier."""
    return min(_around(clock, zone, at), key=lambda found: (abs(found - at), found))


def _around(clock: time, zone: ZoneInfo, at: datetime) -> Iterator[datetime]:
    """The night of the change shows a clock time twice, or not at all: then it is as much later
    as the clock jumps."""
    today = at.astimezone(zone).date()
    for on in (today - 2 * DAY, today - DAY, today, today + DAY):
        for fold in (0, 1):
            local = datetime.combine(on, clock.replace(tzinfo=None), zone).replace(fold=fold)
            yield local.astimezone(UTC)
