"""Both sides of every limit of lateness."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.lateness import (
    Admission,
    Moment,
    Timing,
    admission,
    is_late_entry,
    is_too_soon,
    moment,
    timing,
)
from rules_of_v1 import SLOT_RULES

DUE = datetime(2024, 3, 5, 0, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def after(hours: float) -> datetime:
    return DUE + timedelta(hours=hours)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (after(-2) - SECOND, Moment.NOT_YET),
        (after(-2), Moment.ON_TIME),
        (after(2), Moment.ON_TIME),
        (after(2) + SECOND, Moment.LATE),
        (after(6), Moment.LATE),
        (after(6) + SECOND, Moment.TOO_LATE),
        (after(24), Moment.TOO_LATE),
        (after(24) + SECOND, Moment.MISSED_OPEN),
    ],
)
def test_an_unanswered_slot_moves_from_not_yet_to_open_question(
    now: datetime, expected: Moment
) -> None:
    assert moment(DUE, now, SLOT_RULES) is expected


@pytest.mark.parametrize(
    ("taken_at", "expected"),
    [
        (after(-2) - SECOND, Timing.EARLY),
        (after(-2), Timing.ON_TIME),
        (after(2), Timing.ON_TIME),
        (after(2) + SECOND, Timing.LATE),
        (after(6), Timing.LATE),
        (after(6) + SECOND, Timing.TOO_LATE),
    ],
)
def test_a_given_dose_is_measured_against_its_slot(taken_at: datetime, expected: Timing) -> None:
    assert timing(DUE, taken_at, SLOT_RULES) is expected


@pytest.mark.parametrize(
    ("recorded_at", "expected"),
    [
        (DUE - timedelta(minutes=5) - SECOND, Admission.REFUSE_FUTURE),
        (DUE - timedelta(minutes=5), Admission.ACCEPT),
        (DUE, Admission.ACCEPT),
        (after(2), Admission.ACCEPT),
        (after(2) + SECOND, Admission.ACCEPT_LATE),
        (after(24), Admission.ACCEPT_LATE),
        (after(24) + SECOND, Admission.NEEDS_CORRECTION_REQUEST),
    ],
)
def test_what_the_diary_answers_to_an_entry_about_the_past(
    recorded_at: datetime, expected: Admission
) -> None:
    assert admission(DUE, recorded_at, SLOT_RULES) is expected


def test_an_entry_is_tagged_late_beyond_two_hours() -> None:
    assert not is_late_entry(DUE, after(2), SLOT_RULES)
    assert is_late_entry(DUE, after(2) + SECOND, SLOT_RULES)


def test_doses_less_than_eight_hours_apart_are_too_soon_whichever_is_told_first() -> None:
    assert is_too_soon(DUE, after(8) - SECOND, SLOT_RULES)
    assert is_too_soon(after(8) - SECOND, DUE, SLOT_RULES)
    assert not is_too_soon(DUE, after(8), SLOT_RULES)
