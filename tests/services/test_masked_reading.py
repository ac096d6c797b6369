"""Photo pairs read by people who know neither child nor arm nor which picture came first."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.masked_answers import CaseState, Comparison
from factories import a_clinician, as_actor
from models.audit import AuditEntry
from models.reading import ReadingAnswer, ReadingCase, ReadingTask
from models.site import StaffGrant, StaffRole
from pairs_to_read import NOW, ReadingRoom, a_reading_room, always, drawn
from services.errors import ConflictError, ForbiddenError, NotFoundError, RefusedError
from services.masked_cases import name_third
from services.masked_readers import SaidReaders
from services.masked_reading import (
    SaidReading,
    Side,
    answer,
    consensus_for,
    open_task,
    picture_key,
    reading_desk,
)
from services.masked_results import case_line, cases_at, readers_agreement, unmask

LIGHTER, SAME, DARKER, CANNOT_SAY = Comparison


@pytest.fixture
def room(session: Session) -> ReadingRoom:
    return a_reading_room(session)


def said(what: Comparison = LIGHTER, note: str | None = None) -> SaidReading:
    return SaidReading(uuid.uuid4(), what, note)


def test_each_reader_goes_through_the_pairs_in_an_own_drawn_order(room: ReadingRoom) -> None:
    # rank and side of the first reader, of the second, of the third
    early = room.a_case(drawn(5, 0, 900, 1, 1, 0))
    late = room.a_case(drawn(700, 1, 30, 1, 1, 0))
    first, second = (reading_desk(room.session, room.reader(n)) for n in (1, 2))
    assert first.following == room.task(early, 1)
    assert second.following == room.task(late, 2)
    assert (first.read, first.total) == (0, 2)


def test_the_side_of_the_baseline_is_drawn_for_each_task(room: ReadingRoom) -> None:
    case = room.a_case(drawn(1, 0, 2, 1, 3, 0))
    sides = [room.task(case, seat).baseline_is_left for seat in (1, 2, 3)]
    assert sides == [True, False, True]


def test_two_readers_of_a_pair_have_different_tasks(room: ReadingRoom) -> None:
    case = room.a_case(always(1, 0))
    assert len({room.task(case, seat).public_id for seat in (1, 2, 3)}) == 3


def test_left_and_right_follow_the_drawn_side(room: ReadingRoom) -> None:
    child, then, later = room.a_child()
    then.display_key, later.display_key = "then/display.jpg", "later/display.jpg"
    case = room.a_case(drawn(1, 0, 2, 1, 3, 0), child=child, baseline=then, followup=later)
    keys = [
        picture_key(room.session, room.reader(seat), room.task(case, seat).public_id, Side.LEFT)
        for seat in (1, 2)
    ]
    assert keys == ["then/display.jpg", "later/display.jpg"]


def test_an_answer_locks_and_the_next_pair_comes(room: ReadingRoom) -> None:
    first, second = (room.a_case(always(rank, 0)) for rank in (1, 2))
    room.says(first, 1, LIGHTER)
    desk = reading_desk(room.session, room.reader(1))
    assert (desk.read, desk.total, desk.following) == (1, 2, room.task(second, 1))
    with pytest.raises(RefusedError, match="reading_is_locked"):
        open_task(room.session, room.reader(1), room.task(first, 1).public_id)
    with pytest.raises(RefusedError, match="reading_is_locked"):
        picture_key(room.session, room.reader(1), room.task(first, 1).public_id, Side.LEFT)


def test_the_same_form_twice_is_one_answer(room: ReadingRoom) -> None:
    task = room.task(room.a_case(always(1, 0)), 1)
    form = said(note=" edge is blurred ")
    row, is_new = answer(room.session, room.reader(1), task.public_id, form, now=NOW)
    again, is_new_again = answer(room.session, room.reader(1), task.public_id, form, now=NOW)
    assert (is_new, is_new_again, again.id) == (True, False, row.id)
    assert row.note == "edge is blurred"
    assert room.session.query(AuditEntry).filter_by(action="reading.answered").count() == 1


def test_the_same_form_with_another_answer_is_a_conflict(room: ReadingRoom) -> None:
    task = room.task(room.a_case(always(1, 0)), 1)
    form = said(LIGHTER)
    answer(room.session, room.reader(1), task.public_id, form, now=NOW)
    changed = SaidReading(form.client_id, DARKER)
    with pytest.raises(ConflictError):
        answer(room.session, room.reader(1), task.public_id, changed, now=NOW)


def test_a_locked_answer_is_not_changed_by_a_second_form(room: ReadingRoom) -> None:
    task = room.task(room.a_case(always(1, 0)), 1)
    answer(room.session, room.reader(1), task.public_id, said(LIGHTER), now=NOW)
    with pytest.raises(RefusedError, match="reading_is_locked"):
        answer(room.session, room.reader(1), task.public_id, said(DARKER), now=NOW)
    assert room.session.scalars(select(ReadingAnswer.answer)).all() == ["lighter"]


def test_another_readers_task_looks_like_none(room: ReadingRoom) -> None:
    task = room.task(room.a_case(always(1, 0)), 1)
    with pytest.raises(NotFoundError):
        open_task(room.session, room.reader(2), task.public_id)
    with pytest.raises(NotFoundError):
        answer(room.session, room.investigator, task.public_id, said(), now=NOW)


def test_two_who_agree_need_no_third(room: ReadingRoom) -> None:
    # the second has the baseline on the right: "darker" means that the follow-up is lighter
    case = room.a_case(drawn(1, 0, 1, 1, 1, 0))
    room.says(case, 1, LIGHTER)
    room.says(case, 2, DARKER)
    assert case_line(room.session, case).state is CaseState.COMPLETE
    third = reading_desk(room.session, room.reader(3))
    assert (third.total, third.following) == (0, None)
    with pytest.raises(NotFoundError):
        open_task(room.session, room.reader(3), room.task(case, 3).public_id)


@pytest.mark.parametrize("second", [SAME, CANNOT_SAY])
def test_a_disagreement_goes_to_the_third_whose_answer_decides(
    room: ReadingRoom, second: Comparison
) -> None:
    case = room.a_case(always(1, 0))
    room.says(case, 1, LIGHTER)
    assert reading_desk(room.session, room.reader(3)).total == 0
    room.says(case, 2, second)
    assert case_line(room.session, case).state is CaseState.WAITING
    assert reading_desk(room.session, room.reader(3)).following == room.task(case, 3)
    room.says(case, 3, DARKER)
    unmask(room.session, room.investigator, [case.public_id], now=NOW)
    line = case_line(room.session, case)
    assert (line.consensus, line.said) == (DARKER, {1: LIGHTER, 2: second, 3: DARKER})


def test_without_a_third_one_is_asked_for_and_named(room: ReadingRoom) -> None:
    two = SaidReaders(first=room.readers[0].public_id, second=room.readers[1].public_id)
    case = room.a_case(always(1, 0), named=two)
    room.says(case, 1, LIGHTER)
    room.says(case, 2, SAME)
    assert case_line(room.session, case).state is CaseState.NEEDS_THIRD
    third = room.readers[2].public_id
    for _ in range(2):
        name_third(
            room.session, room.investigator, case.public_id, third, draw=always(1, 1), now=NOW
        )
    assert reading_desk(room.session, room.reader(3)).following == room.task(case, 3)
    assert not room.task(case, 3).baseline_is_left


def test_the_third_is_somebody_else_and_named_once(room: ReadingRoom) -> None:
    two = SaidReaders(first=room.readers[0].public_id, second=room.readers[1].public_id)
    case = room.a_case(always(1, 0), named=two)
    with pytest.raises(RefusedError, match="reader_named_twice"):
        name_third(
            room.session, room.investigator, case.public_id, two.first, draw=always(1, 1), now=NOW
        )
    named = room.a_case(always(1, 0))
    other = a_clinician(room.session, room.site, StaffRole.READER).public_id
    with pytest.raises(RefusedError, match="third_is_named"):
        name_third(
            room.session, room.investigator, named.public_id, other, draw=always(1, 1), now=NOW
        )


def test_nothing_is_unmasked_before_all_answers_are_locked(room: ReadingRoom) -> None:
    case = room.a_case(always(1, 0))
    room.says(case, 1, LIGHTER)
    with pytest.raises(RefusedError, match="reading_not_complete"):
        unmask(room.session, room.investigator, [case.public_id], now=NOW)
    room.says(case, 2, DARKER)
    with pytest.raises(RefusedError, match="reading_not_complete"):
        unmask(room.session, room.investigator, [case.public_id], now=NOW)
    room.says(case, 3, DARKER)
    unmask(room.session, room.investigator, [case.public_id], now=NOW)
    assert case.unmasked_at == NOW


def test_until_then_nobody_is_told_an_answer(room: ReadingRoom) -> None:
    case = room.a_case(always(1, 0))
    for seat in (1, 2):
        room.says(case, seat, LIGHTER)
    child = case_line(room.session, case).child
    line = case_line(room.session, case)
    told = {(seat.said, seat.note, seat.baseline_is_left) for seat in line.seats}
    assert (line.consensus, told) == (None, {(None, None, None)})
    assert [seat.is_locked for seat in line.seats] == [True, True, False]
    assert readers_agreement([line]).plain.plain.n == 0
    assert consensus_for(room.session, child, "month_3") is None
    trail = room.session.query(AuditEntry).filter(AuditEntry.action.startswith("reading")).all()
    assert "lighter" not in str([(entry.old, entry.new) for entry in trail])


def test_unmasking_is_once_and_tells_who_when_and_what(room: ReadingRoom) -> None:
    case = room.a_case(drawn(1, 0, 1, 1, 1, 0))
    room.says(case, 1, LIGHTER)
    room.says(case, 2, DARKER)
    unmask(room.session, room.investigator, [case.public_id], now=NOW)
    later = NOW + timedelta(days=1)
    unmask(room.session, room.investigator, [case.public_id], now=later)
    assert (case.unmasked_at, case.unmasked_by_id) == (NOW, room.investigator.account_id)
    entry = room.session.query(AuditEntry).filter_by(action="reading.unmasked").one()
    assert entry.new is not None
    assert entry.new["said"] == {"1": "lighter", "2": "lighter"}
    assert entry.new["consensus"] == "lighter"


def test_the_result_of_a_visit_stands_ready_as_evidence(room: ReadingRoom) -> None:
    case = room.a_case(always(1, 0))
    for seat in (1, 2):
        room.says(case, seat, LIGHTER)
    unmask(room.session, room.investigator, [case.public_id], now=NOW)
    line = case_line(room.session, case)
    found = consensus_for(room.session, line.child, "month_3")
    assert found is not None
    assert (found.skin, found.by_seat, found.rule_version) == (
        LIGHTER,
        (LIGHTER, LIGHTER),
        "khe-sirolimus-v1",
    )
    assert found.followup_photo == line.followup.public_id
    assert consensus_for(room.session, line.child, "month_6") is None


def test_agreement_counts_the_first_two_of_unmasked_cases(room: ReadingRoom) -> None:
    told = [(LIGHTER, LIGHTER), (LIGHTER, SAME), (SAME, SAME), (CANNOT_SAY, LIGHTER)]
    for first, second in told:
        case = room.a_case(always(1, 0))
        room.says(case, 1, first)
        room.says(case, 2, second)
        if first is not second:
            room.says(case, 3, LIGHTER)
        unmask(room.session, room.investigator, [case.public_id], now=NOW)
    room.a_case(always(1, 0))
    found = readers_agreement(cases_at(room.session, [room.site.id]))
    assert found.plain.table == ((1, 1, 0, 0), (0, 1, 0, 0), (0, 0, 0, 0), (1, 0, 0, 0))
    assert (found.plain.plain.n, found.weighted.n) == (4, 3)
    assert found.rule_versions == ("khe-sirolimus-v1",)


@pytest.mark.parametrize("role", [StaffRole.COORDINATOR, StaffRole.PRESCRIBER])
def test_only_the_investigator_makes_cases_and_unmasks(
    room: ReadingRoom, session: Session, role: StaffRole
) -> None:
    case = room.a_case(always(1, 0))
    nurse = as_actor(session, a_clinician(session, room.site, role))
    with pytest.raises(ForbiddenError):
        unmask(session, nurse, [case.public_id], now=NOW)
    outsider = as_actor(session, a_clinician(session))
    with pytest.raises(NotFoundError):
        unmask(session, outsider, [case.public_id], now=NOW)
    with pytest.raises(NotFoundError):
        unmask(session, room.investigator, [case.public_id, uuid.uuid4()], now=NOW)


def test_who_gets_another_role_at_the_site_reads_no_more(
    room: ReadingRoom, session: Session
) -> None:
    task = room.task(room.a_case(always(1, 0)), 1)
    session.add(
        StaffGrant(
            account_id=room.readers[0].id,
            site_id=room.site.id,
            role=StaffRole.MONITOR,
            granted_at=NOW,
        )
    )
    session.flush()
    desk = reading_desk(session, room.reader(1))
    assert (desk.total, desk.is_barred) == (0, True)
    with pytest.raises(RefusedError, match="reader_not_masked"):
        open_task(session, room.reader(1), task.public_id)


def test_who_is_a_reader_no_more_finds_nothing(room: ReadingRoom, session: Session) -> None:
    task = room.task(room.a_case(always(1, 0)), 1)
    grant = session.scalars(select(StaffGrant).filter_by(account_id=room.readers[0].id)).one()
    grant.revoked_at = NOW
    session.flush()
    with pytest.raises(NotFoundError):
        open_task(session, room.reader(1), task.public_id)


def test_a_task_and_an_answer_are_never_changed(room: ReadingRoom) -> None:
    case = room.a_case(always(1, 0))
    room.says(case, 1, LIGHTER)
    room.session.commit()
    for row, column in ((ReadingTask, "place"), (ReadingAnswer, "note")):
        kept = room.session.query(row).first()
        assert kept is not None
        setattr(kept, column, 7 if column == "place" else "another")
        with pytest.raises(Exception, match="never changed"):
            room.session.flush()
        room.session.rollback()
    assert room.session.query(ReadingCase).count() == 1
