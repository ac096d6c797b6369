"""What becomes of a slot when people say things about it."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from diary_of_a_child import an_entry, an_order, at, key, states
from domain.diary import SlotState, SlotStatus
from domain.entries import Entry, Outcome, existing_dose
from domain.orders import OrderKind

GIVEN, PARTIAL, VOMITED = Outcome.GIVEN, Outcome.PARTIAL, Outcome.VOMITED
MISSED, RETRACTED = Outcome.MISSED, Outcome.RETRACTED


def state_of(*entries: Entry) -> SlotState:
    (state,) = states([0], entries)
    return state


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (GIVEN, SlotStatus.GIVEN),
        (PARTIAL, SlotStatus.PARTIAL),
        (VOMITED, SlotStatus.VOMITED),
        (MISSED, SlotStatus.MISSED),
    ],
)
def test_one_entry_decides_the_slot(outcome: Outcome, status: SlotStatus) -> None:
    state = state_of(an_entry(0, outcome))
    assert (state.status, state.contradictory, state.witnesses) == (status, False, ("mother",))


def test_silence_is_unknown_and_never_missed() -> None:
    (state,) = states([0], [], now=at(0))
    assert (state.status, state.still_open) == (SlotStatus.UNKNOWN, True)


def test_an_unknown_slot_stays_open_while_the_dose_could_still_be_given() -> None:
    (six_hours,) = states([0], [], now=at(0, 6))
    (later,) = states([0], [], now=at(0, 6) + timedelta(seconds=1))
    assert (six_hours.still_open, later.still_open) == (True, False)


def test_a_slot_in_the_future_is_not_due() -> None:
    (state,) = states([0], [], now=at(0) - timedelta(seconds=1))
    assert (state.status, state.still_open) == (SlotStatus.NOT_DUE, False)


def test_a_dose_given_before_it_was_due_is_given() -> None:
    (state,) = states([0], [an_entry(0, hours=-1)], now=at(0, -0.5))
    assert state.status is SlotStatus.GIVEN


def test_a_correction_supersedes_what_it_names_and_nothing_is_lost() -> None:
    first = an_entry(0)
    correction = an_entry(0, PARTIAL, share=Decimal("0.5"), amends=first.id)
    state = state_of(first, correction)
    assert state.status is SlotStatus.PARTIAL
    assert (state.entries, state.superseded) == ((correction,), (first,))


def test_a_correction_may_move_a_dose_to_another_slot() -> None:
    first = an_entry(0)
    moved = an_entry(1, amends=first.id)
    old, new = states([0, 1], [first, moved])
    assert (old.status, new.status) == (SlotStatus.UNKNOWN, SlotStatus.GIVEN)
    assert old.superseded == (first,)


def test_an_undo_takes_the_entry_back() -> None:
    first = an_entry(0)
    state = state_of(first, an_entry(0, RETRACTED, amends=first.id))
    assert (state.status, state.superseded) == (SlotStatus.UNKNOWN, (first,))


def test_undoing_a_correction_brings_the_first_word_back() -> None:
    first = an_entry(0)
    correction = an_entry(0, MISSED, amends=first.id)
    state = state_of(first, correction, an_entry(0, RETRACTED, amends=correction.id))
    assert (state.status, state.entries) == (SlotStatus.GIVEN, (first,))


def test_undoing_an_undo_brings_the_entry_back() -> None:
    first = an_entry(0)
    undo = an_entry(0, RETRACTED, amends=first.id)
    assert state_of(first, undo, an_entry(0, RETRACTED, amends=undo.id)).entries == (first,)


def test_the_last_of_a_chain_of_corrections_counts() -> None:
    first = an_entry(0)
    second = an_entry(0, PARTIAL, amends=first.id)
    third = an_entry(0, MISSED, amends=second.id)
    assert state_of(third, first, second).entries == (third,)


@pytest.mark.parametrize(
    ("minutes", "status", "doses"),
    [(0, SlotStatus.GIVEN, 1), (30, SlotStatus.GIVEN, 1), (31, SlotStatus.DOUBLED, 2)],
)
def test_two_carers_near_in_time_are_two_witnesses_of_one_dose(
    minutes: int, status: SlotStatus, doses: int
) -> None:
    state = state_of(an_entry(0), an_entry(0, hours=minutes / 60, by="father"))
    assert (state.status, len(state.doses)) == (status, doses)
    assert state.witnesses == ("mother", "father")


def test_reports_do_not_chain_into_one_dose() -> None:
    reports = [an_entry(0, hours=minutes / 60, by=f"carer {minutes}") for minutes in (0, 25, 50)]
    assert state_of(*reports).status is SlotStatus.DOUBLED


def test_a_dose_without_a_time_is_the_one_the_other_carer_told() -> None:
    state = state_of(an_entry(0, hours=None), an_entry(0, hours=2, by="father"))
    assert (state.status, len(state.doses)) == (SlotStatus.GIVEN, 1)
    assert state.doses[0].taken_at == at(0, 2)


def test_a_second_dose_meant_as_such_is_doubled_however_near() -> None:
    state = state_of(an_entry(0), an_entry(0, hours=0.1, by="father", second_dose=True))
    assert (state.status, len(state.doses)) == (SlotStatus.DOUBLED, 2)


def test_a_second_dose_is_no_longer_double_when_the_first_was_taken_back() -> None:
    first = an_entry(0)
    second = an_entry(0, hours=0.1, second_dose=True)
    undo = an_entry(0, RETRACTED, amends=first.id)
    assert state_of(first, second, undo).status is SlotStatus.GIVEN


def test_given_against_missed_keeps_both_and_says_so() -> None:
    state = state_of(an_entry(0), an_entry(0, MISSED, by="father"))
    assert (state.status, state.contradictory) == (SlotStatus.GIVEN, True)
    assert len(state.entries) == 2


def test_all_of_it_against_a_part_of_it_is_contradictory_and_counts_as_a_part() -> None:
    state = state_of(an_entry(0), an_entry(0, PARTIAL, by="father", share=Decimal("0.5")))
    assert (state.status, state.contradictory) == (SlotStatus.PARTIAL, True)
    assert state.doses[0].share == Decimal("0.5")


def test_a_vomit_told_later_belongs_to_the_dose_told_before() -> None:
    state = state_of(an_entry(0), an_entry(0, VOMITED, by="father", vomited_after_minutes=40))
    assert (state.status, state.contradictory) == (SlotStatus.VOMITED, False)
    assert state.doses[0].vomited_after_minutes == 40
    assert state.doses[0].share == 1


def test_a_part_nobody_measured_has_no_share() -> None:
    assert state_of(an_entry(0, PARTIAL)).doses[0].share is None


def test_a_held_slot_is_held_and_never_missed() -> None:
    history = [an_order(), an_order(1, kind=OrderKind.HOLD, until=3, signed=1)]
    before, held, told, after = states(range(4), [an_entry(2, MISSED)], history)
    assert (before.status, held.status, after.status) == ("unknown", "held", "unknown")
    assert told.status is SlotStatus.HELD
    assert [state.prescribed for state in (before, held, after)] == [True, False, True]


def test_a_dose_given_in_a_held_slot_is_not_hidden() -> None:
    history = [an_order(), an_order(0, kind=OrderKind.HOLD, until=3, signed=1)]
    (state,) = states([1], [an_entry(1)], history)
    assert (state.status, state.prescribed) == (SlotStatus.GIVEN, False)


def test_slots_without_an_order_are_left_out_unless_somebody_reported() -> None:
    found = states(range(-2, 2), [an_entry(-1)], [an_order(0), an_order(1, kind=OrderKind.STOP)])
    assert [state.key for state in found] == [key(-1), key(0)]


def test_the_existing_dose_is_the_one_entered_first() -> None:
    first, second = an_entry(0), an_entry(0, hours=0.2, by="father")
    assert existing_dose([second, first, an_entry(1)], key(0)) == first


def test_there_is_no_existing_dose_after_an_undo_or_a_miss() -> None:
    first = an_entry(0)
    assert existing_dose([first, an_entry(0, RETRACTED, amends=first.id)], key(0)) is None
    assert existing_dose([an_entry(0, MISSED), an_entry(1)], key(0)) is None


def test_the_order_in_which_entries_arrive_does_not_matter() -> None:
    first = an_entry(0)
    entries = [first, an_entry(0, PARTIAL, amends=first.id), an_entry(0, hours=0.3, by="father")]
    delayed = [replace(entry, received_at=at(9)) for entry in entries]
    assert state_of(*entries).status == state_of(*reversed(delayed)).status
