"""Days in hospital: both ends count, an open stay goes on."""

from datetime import date

import pytest

from domain.stays import Stay, days_of_stays


def on(day: int) -> date:
    return date(2026, 3, day)


def test_both_ends_count() -> None:
    assert days_of_stays([Stay(on(5), on(6))], on(1), on(31)) == {on(5), on(6)}


def test_an_open_stay_goes_on_to_the_last_day_asked_for() -> None:
    assert days_of_stays([Stay(on(5), None)], on(1), on(7)) == {on(5), on(6), on(7)}


def test_days_outside_of_those_asked_for_are_left_out() -> None:
    assert days_of_stays([Stay(on(1), on(10))], on(5), on(6)) == {on(5), on(6)}


@pytest.mark.parametrize(
    ("other", "overlaps"),
    [
        (Stay(on(1), on(4)), False),
        (Stay(on(1), on(5)), True),
        (Stay(on(7), None), True),
        (Stay(on(8), None), False),
        (Stay(on(1), None), True),
    ],
)
def test_stays_that_share_a_day_overlap(other: Stay, overlaps: bool) -> None:
    stay = Stay(on(5), on(7))
    assert (stay.overlaps(other), other.overlaps(stay)) == (overlaps, overlaps)
