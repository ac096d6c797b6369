"""When the diary calls the clinic."""

from collections.abc import Sequence

import pytest

from diary_of_a_child import all_given, an_entry, an_order, at, key, states
from domain.diary_alerts import AlertKind, DiaryAlert, diary_alerts
from domain.entries import Entry, Outcome
from domain.orders import OrderKind, OrderStep
from rules_of_v1 import SLOT_RULES


def alerts(
    slots: int, entries: Sequence[Entry], history: Sequence[OrderStep] | None = None
) -> tuple[DiaryAlert, ...]:
    return diary_alerts(states(range(slots), entries, history), SLOT_RULES)


def diary(slots: int, *, missed: Sequence[int]) -> list[Entry]:
    gone = [an_entry(number, Outcome.MISSED) for number in missed]
    return all_given(range(slots), but=missed) + gone


def test_a_good_diary_is_quiet() -> None:
    assert alerts(20, diary(20, missed=[])) == ()


def test_one_missed_dose_is_quiet_and_two_in_a_row_are_not() -> None:
    assert alerts(6, diary(6, missed=[2])) == ()
    assert alerts(6, diary(6, missed=[2, 3])) == (
        DiaryAlert(AlertKind.MISSED_IN_A_ROW, (key(2), key(3))),
    )


def test_a_longer_run_is_the_same_alert() -> None:
    (alert, *_) = alerts(8, diary(8, missed=[2, 3, 4]))
    assert alert == DiaryAlert(AlertKind.MISSED_IN_A_ROW, (key(2), key(3)))


def test_an_unknown_slot_is_no_missed_one() -> None:
    entries = [entry for entry in diary(6, missed=[2]) if entry.slot != key(3)]
    assert alerts(6, entries) == ()


def test_missed_doses_on_both_sides_of_a_hold_are_in_a_row() -> None:
    history = [an_order(), an_order(3, kind=OrderKind.HOLD, until=5, signed=1)]
    assert [alert.kind for alert in alerts(8, diary(8, missed=[2, 5]), history)] == [
        AlertKind.MISSED_IN_A_ROW
    ]


@pytest.mark.parametrize(("third", "called"), [(13, True), (14, False)])
def test_three_missed_within_seven_days_call(third: int, called: bool) -> None:
    found = alerts(20, diary(20, missed=[0, 5, third]))
    assert ([alert.kind for alert in found] == [AlertKind.MISSED_OFTEN]) is called


def test_after_an_alert_the_count_starts_again() -> None:
    found = alerts(20, diary(20, missed=[0, 2, 4, 6, 8]))
    assert [alert.slots[-1] for alert in found] == [key(4)]


def test_a_doubled_dose_calls_even_in_a_hold() -> None:
    history = [an_order(), an_order(0, kind=OrderKind.HOLD, until=4, signed=1)]
    twice = [an_entry(1), an_entry(1, hours=3, second_dose=True)]
    assert DiaryAlert(AlertKind.DOUBLED, (key(1),)) in alerts(4, twice, history)


def test_two_silent_slots_call_and_one_does_not() -> None:
    assert alerts(6, diary(5, missed=[])) == ()
    assert alerts(8, diary(5, missed=[])) == (DiaryAlert(AlertKind.SILENT, (key(5), key(6))),)


def test_a_slot_that_can_still_be_answered_is_not_silent() -> None:
    found = states(range(8), diary(6, missed=[]), now=at(7, 6))
    assert diary_alerts(found, SLOT_RULES) == ()


def test_silence_that_was_broken_does_not_call() -> None:
    entries = [entry for entry in diary(8, missed=[]) if entry.slot not in {key(3), key(4)}]
    assert alerts(8, entries) == ()
