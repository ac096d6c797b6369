"""Which order rules a slot, and since when a dose is taken."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from domain.orders import (
    OrderKind,
    OrderStep,
    dose_changed_between,
    dose_runs_from,
    is_held,
    is_prescribed,
    order_at,
    order_for_slot,
)
from domain.protocol import Half
from domain.slots import SlotKey
from rules_of_v1 import TROUGH_RULES

START = SlotKey(date(2024, 3, 1), Half.EVENING)
SIGNED = datetime(2024, 3, 1, 6, tzinfo=UTC)


def at(slots: int) -> SlotKey:
    return START.shifted(slots)


def dose(order_id: str, from_slot: int, mg: str, signed: int = 0) -> OrderStep:
    return OrderStep(
        order_id,
        OrderKind.DOSE,
        at(from_slot),
        SIGNED + timedelta(hours=signed),
        ml=Decimal(mg),
        mg=Decimal(mg),
    )


def hold(from_slot: int, until: int | None, signed: int) -> OrderStep:
    end = None if until is None else at(until)
    return OrderStep("hold", OrderKind.HOLD, at(from_slot), SIGNED + timedelta(hours=signed), end)


def test_before_the_first_order_nothing_is_prescribed() -> None:
    history = [dose("first", 0, "0.3")]
    assert order_at(history, at(-1)) is None
    assert not is_prescribed(history, at(-1))
    assert is_prescribed(history, at(0))
    assert order_for_slot(history, date(2024, 3, 1), Half.EVENING) == history[0]


def test_a_past_slot_keeps_the_order_of_its_time() -> None:
    history = [dose("second", 10, "0.2", signed=5), dose("first", 0, "0.3")]
    before, after = order_at(history, at(9)), order_at(history, at(10))
    assert before is not None
    assert after is not None
    assert (before.order_id, after.order_id) == ("first", "second")


def test_a_hold_covers_its_slots_up_to_the_restart_slot() -> None:
    history = [dose("first", 0, "0.3"), hold(4, 6, signed=1)]
    assert [is_held(history, at(slot)) for slot in (3, 4, 5, 6)] == [False, True, True, False]
    assert is_prescribed(history, at(6))


def test_an_open_hold_lasts_until_a_dose_is_signed() -> None:
    planned = dose("planned before the hold", 8, "0.2")
    history = [dose("first", 0, "0.3"), planned, hold(4, None, signed=1)]
    assert is_held(history, at(100))
    history.append(dose("restart", 9, "0.2", signed=2))
    assert is_held(history, at(8))
    assert is_prescribed(history, at(9))


def test_a_hold_still_to_come_outlives_a_dose_signed_before_it_begins() -> None:
    history = [dose("first", 0, "0.3"), hold(10, 14, signed=1), dose("next", 4, "0.2", signed=2)]
    assert [is_held(history, at(n)) for n in (4, 9, 10, 13, 14)] == [
        False,
        False,
        True,
        True,
        False,
    ]
    ruling = order_at(history, at(14))
    assert ruling is not None
    assert ruling.order_id == "next"


def test_a_hold_ended_by_a_dose_stays_ended() -> None:
    history = [
        dose("first", 0, "0.3"),
        hold(10, 20, signed=1),
        dose("ends it", 14, "0.2", signed=2),
        dose("sooner", 4, "0.25", signed=3),
    ]
    assert [is_held(history, at(n)) for n in (10, 13, 14, 20)] == [True, True, False, False]


def test_a_stop_ends_a_hold_still_to_come() -> None:
    stop = OrderStep("stop", OrderKind.STOP, at(4), SIGNED + timedelta(hours=2))
    history = [dose("first", 0, "0.3"), hold(10, 14, signed=1), stop]
    assert not is_held(history, at(10))


def test_after_a_stop_there_is_no_dose() -> None:
    stop = OrderStep("stop", OrderKind.STOP, at(5), SIGNED + timedelta(hours=1))
    history = [dose("first", 0, "0.3"), stop]
    assert is_prescribed(history, at(4))
    assert not is_prescribed(history, at(5))
    assert not is_held(history, at(5))


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([], 0),
        ([dose("same again", 6, "0.3", signed=2)], 0),
        ([dose("new dose", 6, "0.2", signed=2)], 6),
        ([hold(4, 5, signed=1)], 0),
        ([hold(4, 6, signed=1)], 6),
        ([hold(4, None, signed=1), dose("restart, same dose", 5, "0.3", signed=2)], 0),
        ([hold(4, None, signed=1), dose("restart, same dose", 6, "0.3", signed=2)], 6),
    ],
)
def test_what_starts_the_count_to_steady_state(steps: list[OrderStep], expected: int) -> None:
    assert dose_runs_from([dose("first", 0, "0.3"), *steps], at(12), TROUGH_RULES) == at(expected)


def test_without_a_dose_nothing_counts() -> None:
    history = [dose("first", 0, "0.3"), hold(4, None, signed=1)]
    assert dose_runs_from(history, at(5), TROUGH_RULES) is None
    assert dose_runs_from(history, at(-1), TROUGH_RULES) is None


def test_a_dose_change_between_two_slots_is_seen() -> None:
    history = [dose("first", 0, "0.3"), dose("second", 10, "0.2", signed=5)]
    assert not dose_changed_between(history, at(3), at(9))
    assert dose_changed_between(history, at(9), at(10))
