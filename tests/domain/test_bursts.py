"""Back-fill shortly before a visit: what counts as a burst, at each of its bounds."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from diary_of_a_child import TIMETABLES, at, key
from domain.bursts import Burst, ToldLate, bursts
from domain.slots import local_date
from rules_of_v1 import ADHERENCE_RULES

# the morning of 4 March; slots 4 and 5 are the day before
NOW = at(6)
VISIT = date(2024, 3, 4)


def told(number: int, *, back: float, after: float = 0, by: str = "mother") -> ToldLate:
    """Said `after` minutes from now of a dose `back` hours before."""
    entered = NOW + timedelta(minutes=after)
    return ToldLate(by, key(number), entered - timedelta(hours=back), entered)


def found(*said: ToldLate, visits: Sequence[date] = (VISIT,)) -> tuple[Burst, ...]:
    return bursts(said, visits, lambda at: local_date(TIMETABLES, at), ADHERENCE_RULES)


def test_two_doses_of_long_ago_told_at_once_are_a_burst() -> None:
    (burst,) = found(told(4, back=23), told(5, back=12, after=1))
    assert (burst.by, burst.visit_on, len(burst.told)) == ("mother", VISIT, 2)
    assert (burst.entered_at, burst.oldest_claim) == (NOW, NOW - timedelta(hours=23))


def test_one_alone_is_none() -> None:
    assert found(told(4, back=23)) == ()


@pytest.mark.parametrize(("back", "is_burst"), [(6, True), (5.99, False)])
def test_each_dose_is_so_long_ago(back: float, is_burst: bool) -> None:
    assert bool(found(told(4, back=23), told(5, back=back))) is is_burst


@pytest.mark.parametrize(("after", "is_burst"), [(30, True), (30.1, False)])
def test_all_are_told_within_minutes_of_the_first(after: float, is_burst: bool) -> None:
    assert bool(found(told(4, back=23), told(5, back=12, after=after))) is is_burst


def test_two_people_are_two_hands() -> None:
    assert found(told(4, back=23), told(5, back=12, by="father")) == ()


@pytest.mark.parametrize(("days", "is_burst"), [(-1, False), (0, True), (3, True), (4, False)])
def test_a_visit_follows_soon(days: int, is_burst: bool) -> None:
    said = told(4, back=23), told(5, back=12)
    assert bool(found(*said, visits=[VISIT + timedelta(days=days)])) is is_burst
