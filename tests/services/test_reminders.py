"""Planning: the right rows for the right people, once."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from domain.entries import Outcome
from domain.orders import OrderKind
from domain.protocol import Half
from factories import a_carer, a_guardianship, a_participant, a_site, an_order
from messages_of_a_study import (
    EVENING,
    MORNING,
    PROTOCOLS,
    TODAY,
    a_carer_abroad,
    a_family,
    a_trough_day,
    blood_taken,
    messages,
    told,
)
from models.account import Account
from models.message import Message, MessageKind, MessageState
from models.participant import DaySchedule, Participant, ParticipantStatus
from services import preferences, reminders
from services.preferences import ChoiceSource, PhoneTrouble

NOW = MORNING - timedelta(hours=2)
TOMORROW = TODAY + timedelta(days=1)


def planned(session: Session, now: datetime = NOW) -> Sequence[Message]:
    reminders.plan(session, PROTOCOLS, now)
    return messages(session)


def names(rows: Sequence[Message]) -> list[tuple[MessageKind, date | None, Half | None]]:
    return [(row.kind, row.slot_on, row.half) for row in rows]


def test_each_carer_gets_one_reminder_a_slot_for_a_day_ahead(session: Session) -> None:
    child, mother = a_family(session)
    father = a_carer_abroad(session, child)
    rows = planned(session)
    assert sorted((row.account_id, row.due_at) for row in rows) == [
        (mother.id, MORNING),
        (mother.id, EVENING),
        (father.id, MORNING),
        (father.id, EVENING),
    ]
    assert {row.state for row in rows} == {MessageState.PLANNED}
    assert {row.phone for row in rows} == {mother.us_phone_number, father.us_phone_number}


def test_planning_again_changes_nothing(session: Session) -> None:
    a_family(session)
    assert reminders.plan(session, PROTOCOLS, NOW) == 2
    before = [(row.id, row.planned_at) for row in messages(session)]
    assert reminders.plan(session, PROTOCOLS, NOW + timedelta(minutes=1)) == 0
    assert [(row.id, row.planned_at) for row in messages(session)] == before


def test_a_round_that_did_not_happen_heals_at_the_next_one(session: Session) -> None:
    a_family(session)
    rows = planned(session, MORNING + timedelta(minutes=59))
    assert [row.due_at for row in rows] == [MORNING, EVENING, MORNING + timedelta(days=1)]
    assert names(rows)[0] == (MessageKind.DOSE, TODAY, Half.MORNING)


def test_many_children_are_planned_in_batches(session: Session) -> None:
    for _ in range(5):
        a_family(session)
    batches = [*reminders.batches(session, 2)]
    assert [len(batch) for batch in batches] == [2, 2, 1]
    assert [reminders.plan(session, PROTOCOLS, NOW, batch) for batch in batches] == [4, 4, 2]


@pytest.mark.parametrize(
    ("locale", "half", "start"),
    [
        ("en", Half.MORNING, "Reminder: it is time for this morning's entry. Reply 1"),
        ("en", Half.EVENING, "Good evening, please make tonight's entry now. Reply 1"),
        ("zh", Half.MORNING, "早上好，请完成今早的记录。回复1"),
        ("zh", Half.EVENING, "晚上好，今晚的记录时间到了。回复1"),
    ],
)
def test_words_are_in_the_carers_language_and_differ_by_half(
    session: Session, locale: str, half: Half, start: str
) -> None:
    a_family(session, locale=locale)
    planned(session)
    (row,) = messages(session, half=half)
    assert (row.locale, (row.body or "")[: len(start)]) == (locale, start)


def test_where_nobody_can_reply_the_words_do_not_ask_for_it(session: Session) -> None:
    child, _ = a_family(session)
    a_carer(session, of=child, locale="zh", us_phone_number="+8613800138000")
    planned(session)
    texts = [row.body for row in messages(session, phone="+8613800138000")]
    assert texts == ["早上好，请完成今早的记录。", "晚上好，今晚的记录时间到了。"]


def closed(session: Session, child: Participant, carer: Account) -> None:
    carer.active = False


def without_phone(session: Session, child: Participant, carer: Account) -> None:
    carer.us_phone_number = None


def unreachable(session: Session, child: Participant, carer: Account) -> None:
    preferences.note_trouble(
        session,
        carer.id,
        carer.us_phone_number or "",
        PhoneTrouble.UNREACHABLE,
        code="21614",
        now=NOW,
    )


def opted_out(session: Session, child: Participant, carer: Account) -> None:
    phone = carer.us_phone_number or ""
    preferences.choose(session, phone, wants=False, source=ChoiceSource.SMS, now=NOW)


def withdrawn(session: Session, child: Participant, carer: Account) -> None:
    child.status = ParticipantStatus.WITHDRAWN


def on_hold(session: Session, child: Participant, carer: Account) -> None:
    no_dose = {"prescribed_mg": None, "given_ml": None, "signed_at": NOW}
    an_order(session, child, kind=OrderKind.HOLD, from_on=TODAY, **no_dose)


def stopped(session: Session, child: Participant, carer: Account) -> None:
    no_dose = {"prescribed_mg": None, "given_ml": None, "signed_at": NOW}
    an_order(session, child, kind=OrderKind.STOP, from_on=TODAY, **no_dose)


def all_logged(session: Session, child: Participant, carer: Account) -> None:
    told(session, child, Half.MORNING)
    told(session, child, Half.EVENING, outcome=Outcome.MISSED)


@pytest.mark.parametrize(
    "happens",
    [closed, without_phone, unreachable, opted_out, withdrawn, on_hold, stopped, all_logged],
)
def test_nothing_is_planned_and_the_neighbours_are_not_touched(
    session: Session, happens: Callable[[Session, Participant, Account], None]
) -> None:
    child, carer = a_family(session)
    neighbour, _ = a_family(session)
    happens(session, child, carer)
    session.flush()
    assert {row.participant_id for row in planned(session)} == {neighbour.id}


@pytest.mark.parametrize("changes", [{"wants_reminders": False}, {"ended_at": NOW}])
def test_a_tie_that_ended_or_wants_none_brings_nothing(
    session: Session, changes: dict[str, Any]
) -> None:
    child, mother = a_family(session)
    other = a_carer(session)
    a_guardianship(session, other, child, **changes)
    assert {row.account_id for row in planned(session)} == {mother.id}


def test_whoever_opts_in_again_is_reminded_again(session: Session) -> None:
    child, carer = a_family(session)
    opted_out(session, child, carer)
    phone, later = carer.us_phone_number or "", NOW + timedelta(minutes=1)
    preferences.choose(session, phone, wants=True, source=ChoiceSource.PAGE, now=later)
    assert len(planned(session)) == 2


def test_an_entry_that_was_taken_back_silences_nothing(session: Session) -> None:
    child, _ = a_family(session)
    entry = told(session, child, Half.MORNING)
    told(session, child, Half.MORNING, outcome=Outcome.RETRACTED, amends=entry)
    assert len(planned(session)) == 2


def test_around_a_trough_the_words_change(session: Session) -> None:
    child, _ = a_family(session)
    a_trough_day(session, child, TOMORROW)
    rows = planned(session, MORNING + timedelta(hours=2))
    assert names(rows) == [
        (MessageKind.TROUGH_EVE, TODAY, Half.EVENING),
        (MessageKind.DOSE, TODAY, Half.EVENING),
        (MessageKind.TROUGH_MORNING, TOMORROW, Half.MORNING),
    ]
    assert [row.due_at for row in rows] == [
        EVENING - timedelta(hours=1),
        EVENING,
        MORNING + timedelta(hours=23),
    ]
    assert "WAIT" in (rows[0].body or "")
    assert "WAIT" in (rows[2].body or "")


def test_once_the_blood_is_taken_nobody_is_told_to_wait(session: Session) -> None:
    child, _ = a_family(session)
    a_trough_day(session, child, TODAY)
    blood_taken(session, child, NOW - timedelta(minutes=30))
    assert names(planned(session, NOW)) == [(MessageKind.DOSE, TODAY, Half.EVENING)]


def other_times(session: Session, child: Participant, from_on: date, morning: time) -> None:
    row = DaySchedule(
        participant_id=child.id,
        from_on=from_on,
        time_zone="Asia/Shanghai",
        morning_local=morning,
        evening_local=time(20),
        recorded_at=NOW,
        recorded_by_id=child.recorded_by_id,
    )
    session.add(row)
    session.flush()


def test_a_planned_reminder_moves_along_with_its_slot(session: Session) -> None:
    child, _ = a_family(session)
    planned(session)
    other_times(session, child, TODAY, time(9, 30))
    assert reminders.plan(session, PROTOCOLS, NOW) == 0
    moved = messages(session)[0]
    assert moved.due_at == moved.next_try_at == MORNING + timedelta(minutes=90)
    assert moved.expires_at == MORNING + timedelta(minutes=150)


def test_a_sent_reminder_is_not_sent_again_because_its_slot_moved(session: Session) -> None:
    child, _ = a_family(session)
    planned(session)[0].state = MessageState.SENT
    session.flush()
    other_times(session, child, TODAY, time(9, 30))
    rows = planned(session)
    assert (rows[0].state, rows[0].due_at) == (MessageState.SENT, MORNING)
    assert len(rows) == 2


def test_a_cancelled_reminder_is_planned_again_when_its_reason_went_away(session: Session) -> None:
    a_family(session)
    row = planned(session)[0]
    row.state, row.end_reason, row.ended_at = MessageState.CANCELLED, "on_hold", NOW
    session.flush()
    again = planned(session)[0]
    assert (again.id, again.state, again.end_reason) == (row.id, MessageState.PLANNED, None)


def test_in_the_night_of_a_clock_change_there_are_still_two_a_day(session: Session) -> None:
    child = a_participant(session, a_site(session, time_zone="Europe/Berlin"))
    an_order(session, child)
    a_carer_abroad(session, child)
    evening_before = datetime.fromisoformat("2026-03-28T17:00:00+00:00")
    due = [row.due_at.isoformat() for row in planned(session, evening_before)]
    # 20:00 in winter time and 08:00 in summer time: eleven real hours apart
    assert due == ["2026-03-28T19:00:00+00:00", "2026-03-29T06:00:00+00:00"]


@contextmanager
def counted(session: Session) -> Iterator[list[str]]:
    """The statements that reach the database meanwhile."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        asked.append(statement)

    engine = session.connection().engine
    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


def test_planning_asks_as_many_questions_for_many_children_as_for_one(session: Session) -> None:
    a_family(session)
    with counted(session) as for_one:
        reminders.plan(session, PROTOCOLS, NOW)
    for _ in range(10):
        child, _ = a_family(session)
        told(session, child, Half.EVENING)
    with counted(session) as for_many:
        reminders.plan(session, PROTOCOLS, NOW)
    assert session.scalar(select(func.count(Message.id))) == 12
    assert len(for_many) == len(for_one)
