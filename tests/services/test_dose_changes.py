"""Taking back and correcting."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from a_family import DUE, EVENING, MORNING, NOW, Family
from domain.diary import SlotStatus
from domain.entries import Outcome
from factories import a_participant
from services.errors import NotFoundError, RefusedError


@pytest.fixture
def family(session: Session) -> Family:
    a_participant(session)  # noise: another child, whose diary must not show up
    return Family(session)


# --- taking back


def test_undo_adds_a_retraction_and_the_slot_is_open_again(family: Family) -> None:
    row = family.log().entry
    back = family.undo(row)
    assert (back.outcome, back.amends_id) == (Outcome.RETRACTED, row.id)
    logged = family.log()
    assert logged.state is not None
    assert logged.state.status is SlotStatus.GIVEN
    assert len(logged.state.doses) == 1


def test_undo_twice_is_one_retraction(family: Family) -> None:
    row = family.log().entry
    assert family.undo(row).id == family.undo(row, after=9).id


def test_undo_ends_after_its_seconds_and_the_grace_of_a_slow_network(family: Family) -> None:
    family.undo(family.log().entry, after=70)
    row = family.log().entry
    with pytest.raises(RefusedError, match="undo_too_late"):
        family.undo(row, after=70.5)


def test_nobody_undoes_what_another_person_said(family: Family) -> None:
    row = family.log().entry
    with pytest.raises(RefusedError, match="undo_not_yours"):
        family.undo(row, by=family.father)


def test_an_entry_of_another_child_is_not_found(family: Family, session: Session) -> None:
    row = Family(session).log().entry
    with pytest.raises(NotFoundError):
        family.undo(row)


# --- correcting


def test_a_correction_names_what_it_amends_and_both_stay(family: Family) -> None:
    row = family.log().entry
    logged = family.correct(row, outcome=Outcome.MISSED, missed_reason="refused")
    assert (logged.entry.amends_id, logged.entry.amend_reason) == (row.id, "wrong button")
    assert logged.state is not None
    assert logged.state.status is SlotStatus.MISSED
    assert [entry.id for entry in logged.state.superseded] == [str(row.id)]


def test_a_correction_may_move_a_dose_to_another_slot(family: Family) -> None:
    row = family.log(slot=EVENING.shifted(-2), taken_at=NOW - timedelta(hours=11)).entry
    logged = family.correct(row, slot=MORNING, taken_at=NOW)
    assert logged.state is not None
    assert logged.state.status is SlotStatus.GIVEN
    assert family.alerts() == []


def test_an_entry_can_be_taken_out_with_a_reason(family: Family) -> None:
    row = family.log(slot=EVENING, taken_at=NOW).entry
    logged = family.correct(row, slot=None, outcome=Outcome.RETRACTED, reason="not given")
    assert logged.state is not None
    assert logged.state.status is SlotStatus.NOT_DUE


def test_a_correction_needs_a_reason(family: Family) -> None:
    with pytest.raises(RefusedError) as refusal:
        family.correct(family.log().entry, reason="  ")
    assert refusal.value.field == "reason"


def test_an_entry_is_corrected_once_and_then_its_correction(family: Family) -> None:
    row = family.log().entry
    second = family.correct(row, taken_at=DUE).entry
    with pytest.raises(RefusedError, match="entry_superseded"):
        family.correct(row, taken_at=NOW)
    assert family.correct(second, taken_at=NOW).created


def test_the_same_correction_twice_is_one(family: Family) -> None:
    row = family.log().entry
    said = {"client_id": uuid.uuid4(), "taken_at": DUE}
    first = family.correct(row, **said)
    assert family.correct(row, **said).entry.id == first.entry.id


def test_a_correction_cannot_be_undone(family: Family) -> None:
    corrected = family.correct(family.log().entry, taken_at=DUE).entry
    with pytest.raises(RefusedError, match="undo_not_possible"):
        family.undo(corrected)


def test_old_entries_are_corrected_by_the_investigator_only(family: Family) -> None:
    row = family.log(taken_at=NOW).entry
    with pytest.raises(RefusedError, match="needs_correction_request"):
        family.correct(row, outcome=Outcome.MISSED, now=NOW + timedelta(hours=24, seconds=1))
