"""The made-up bodies behave as bodies do."""

from datetime import UTC, datetime, timedelta

import pytest

from demo.kinetics import Dose, body_for, level_at

START = datetime(2026, 1, 1, 8, tzinfo=UTC)
BODY = body_for(average_level=10.0, mg_per_dose=0.5, half_life=15.0)


def doses(count: int, mg: float = 0.5) -> list[Dose]:
    return [Dose(START + timedelta(hours=12 * number), mg) for number in range(count)]


def trough_after(given: list[Dose]) -> float:
    return level_at(BODY, given, START + timedelta(hours=12 * len(given)))


def test_nothing_given_is_nothing_found() -> None:
    assert level_at(BODY, [], START) == 0


def test_a_dose_still_to_come_is_not_in_the_blood() -> None:
    assert level_at(BODY, doses(1), START) == 0


def test_levels_rise_to_a_steady_state() -> None:
    assert trough_after(doses(2)) < trough_after(doses(6)) < trough_after(doses(40))
    assert trough_after(doses(40)) == pytest.approx(trough_after(doses(60)), rel=1e-3)


def test_the_average_over_a_dosing_interval_is_the_one_asked_for() -> None:
    given = doses(60)
    last = given[-1].at
    hourly = [level_at(BODY, given, last + timedelta(minutes=6 * step)) for step in range(1, 121)]
    assert sum(hourly) / len(hourly) == pytest.approx(10.0, rel=0.02)


def test_twice_the_dose_is_twice_the_level() -> None:
    assert trough_after(doses(40, mg=1.0)) == pytest.approx(2 * trough_after(doses(40)))


def test_one_missed_dose_lowers_the_trough_noticeably() -> None:
    given = doses(40)
    missed = level_at(BODY, given[:-1], START + timedelta(hours=12 * len(given)))
    assert 0.2 < 1 - missed / trough_after(given) < 0.6
