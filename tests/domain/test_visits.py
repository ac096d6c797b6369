"""Visits and photo days on the calendar."""

from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from domain.protocol_file import load_protocol
from domain.visits import PlannedVisit, photo_days, planned_visits

PROTOCOL = load_protocol(Path(__file__).parents[2] / "protocols/khe-sirolimus-v1.toml")


def the_visit(code: str, first_dose_on: date) -> PlannedVisit:
    (visit,) = (v for v in planned_visits(PROTOCOL, first_dose_on) if v.code == code)
    return visit


def test_a_year_has_a_baseline_two_weeks_and_twelve_months() -> None:
    visits = planned_visits(PROTOCOL, date(2025, 3, 3))
    assert [visit.on for visit in visits][:3] == [
        date(2025, 3, 3),
        date(2025, 3, 17),
        date(2025, 4, 3),
    ]
    assert visits[-1].on == date(2026, 3, 3)
    assert len(visits) == 14


@pytest.mark.parametrize(
    ("first_dose_on", "code", "on"),
    [
        (date(2025, 1, 31), "month_1", date(2025, 2, 28)),
        (date(2024, 1, 31), "month_1", date(2024, 2, 29)),
        (date(2025, 1, 31), "month_2", date(2025, 3, 31)),
        (date(2025, 1, 28), "month_1", date(2025, 2, 28)),
        (date(2024, 2, 29), "month_12", date(2025, 2, 28)),
        (date(2025, 11, 30), "month_1", date(2025, 12, 30)),
        (date(2025, 12, 31), "month_1", date(2026, 1, 31)),
    ],
)
def test_months_count_by_the_calendar(first_dose_on: date, code: str, on: date) -> None:
    assert the_visit(code, first_dose_on).on == on


def test_the_window_lies_around_the_planned_day() -> None:
    visit = the_visit("day_14", date(2025, 3, 3))
    assert (visit.window_from, visit.window_to) == (date(2025, 3, 15), date(2025, 3, 20))


def test_what_is_due_comes_from_the_plan() -> None:
    assert "assessment" in the_visit("month_3", date(2025, 3, 3)).due
    assert "assessment" not in the_visit("month_2", date(2025, 3, 3)).due


def test_visits_come_in_order_whatever_the_order_of_the_file() -> None:
    backwards = replace(PROTOCOL, visits=PROTOCOL.visits[::-1])
    assert planned_visits(backwards, date(2025, 3, 3)) == planned_visits(PROTOCOL, date(2025, 3, 3))


def test_no_two_windows_overlap() -> None:
    for first_dose_on in (date(2025, 1, 31), date(2024, 2, 29), date(2025, 7, 15)):
        visits = planned_visits(PROTOCOL, first_dose_on)
        assert all(one.window_to < next_.window_from for one, next_ in pairwise(visits))


def test_photos_are_due_weekly_for_a_month_then_every_two_weeks() -> None:
    days = photo_days(PROTOCOL, date(2025, 3, 3), date(2025, 4, 28))
    assert [(day - date(2025, 3, 3)).days for day in days] == [0, 7, 14, 21, 28, 42, 56]


def test_the_last_day_counts_and_the_day_before_does_not_reach_it() -> None:
    start = date(2025, 3, 3)
    assert photo_days(PROTOCOL, start, date(2025, 3, 10))[-1] == date(2025, 3, 10)
    assert photo_days(PROTOCOL, start, date(2025, 3, 9)) == (start,)


def test_before_the_first_dose_no_photo_is_due() -> None:
    assert photo_days(PROTOCOL, date(2025, 3, 3), date(2025, 3, 2)) == ()


def test_a_weekly_phase_that_ends_within_a_week_ends_with_its_last_full_week() -> None:
    plan = replace(PROTOCOL.photos, weekly_until_day=10, then_every_days=10)
    days = photo_days(replace(PROTOCOL, photos=plan), date(2025, 3, 3), date(2025, 3, 20))
    assert days == (date(2025, 3, 3), date(2025, 3, 10), date(2025, 3, 20))
