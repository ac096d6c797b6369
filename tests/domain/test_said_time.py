"""Which instant a clock time without a date means."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.said_time import latest_until, nearest_to

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
# 08:30 on 10 March in Shanghai
NOW = datetime(2026, 3, 10, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("clock", "ago"),
    [
        (time(8, 30), timedelta(0)),
        (time(8, 0), timedelta(minutes=30)),
        (time(8, 31), timedelta(hours=23, minutes=59)),
        (time(20, 10), timedelta(hours=12, minutes=20)),
        (time(0, 5), timedelta(hours=8, minutes=25)),
    ],
)
def test_a_time_is_the_latest_one_that_is_not_in_the_future(clock: time, ago: timedelta) -> None:
    assert latest_until(clock, SHANGHAI, NOW) == NOW - ago


@pytest.mark.parametrize(
    ("clock", "after"),
    [
        (time(8, 0), timedelta(minutes=-30)),
        (time(20, 29), timedelta(hours=11, minutes=59)),
        (time(20, 31), timedelta(hours=-11, minutes=-59)),
        (time(20, 30), timedelta(hours=-12)),
    ],
)
def test_a_time_near_another_may_lie_on_either_side(clock: time, after: timedelta) -> None:
    assert nearest_to(clock, SHANGHAI, NOW) == NOW + after


def test_a_time_that_comes_twice_in_a_night_means_the_later_one_that_has_been() -> None:
    first = datetime(2025, 10, 26, 0, 30, tzinfo=UTC)
    second = first + timedelta(hours=1)
    assert latest_until(time(2, 30), BERLIN, second - timedelta(seconds=1)) == first
    assert latest_until(time(2, 30), BERLIN, second) == second


def test_a_time_that_a_night_skips_is_still_an_instant() -> None:
    morning = datetime(2026, 3, 29, 6, 0, tzinfo=UTC)
    found = latest_until(time(2, 30), BERLIN, morning)
    assert found.astimezone(BERLIN).time() in {time(3, 30), time(1, 30)}
