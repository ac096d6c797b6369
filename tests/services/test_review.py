import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from domain.diary import SlotStatus
from domain.entries import Outcome
from domain.orders import OrderKind
from domain.protocol import Half
from domain.response_inputs import Firmness, SkinColour
from domain.slots import SlotKey
from domain.trough import Finding
from factories import a_carer, a_clinician, a_participant, a_site, an_order, as_actor
from models.adverse_event import AdverseEvent, AdverseEventGrade, Relatedness
from models.message import Message, MessageKind, MessageState
from models.participant import Participant
from models.visit import BloodDraw
from results_of_a_child import (
    FIRST_DOSE_ON,
    KHE,
    a_dose,
    a_level,
    a_panel,
    a_result,
    days_from,
    doses_given,
    local,
    the_visits,
)
from services.actor import Actor
from services.labs import record_labs
from services.level_overrules import OverruleSaid, overrule_level
from services.levels import record_level
from services.review import Review, page
from services.review_marks import MarkKind
from services.tumour import Entering, SaidSkin, record_skin

ON = date(2026, 3, 10)
NOW = local(ON, "09:00")
MOST_QUERIES = 8


@pytest.fixture
def child(session: Session) -> Participant:
    child = a_participant(session)
    an_order(session, child)
    the_visits(session, child)
    return child


@pytest.fixture
def doctor(session: Session) -> Actor:
    return as_actor(session, a_clinician(session))


def review(session: Session, child: Participant, days: int = 30, **changes: Any) -> Review:
    asked: dict[str, Any] = {
        "first_on": ON - timedelta(days=days - 1),
        "last_on": ON,
        "now": NOW,
    }
    return page(session, child, KHE, **(asked | changes))


@contextmanager
def counted(session: Session) -> Iterator[list[str]]:
    """The statements sent to the database inside."""
    sent: list[str] = []

    def note(*event_arguments: Any) -> None:
        sent.append(event_arguments[2])

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def a_message(session: Session, child: Participant, **changes: Any) -> Message:
    carer = a_carer(session, of=child)
    values: dict[str, Any] = {
        "key": uuid.uuid4().hex,
        "kind": MessageKind.DOSE,
        "account_id": carer.id,
        "participant_id": child.id,
        "phone": "+8613800000000",
        "locale": "zh",
        "rule_version": KHE.key,
        "due_at": local(ON - timedelta(days=1)),
        "expires_at": NOW,
        "planned_at": NOW,
        "state": MessageState.DELIVERED,
        "next_try_at": NOW,
    }
    row = Message(**(values | changes))
    session.add(row)
    session.flush()
    return row


def filled(session: Session, child: Participant, doctor: Actor) -> None:
    """A bit of everything."""
    doses_given(session, child, days_from(FIRST_DOSE_ON, (ON - FIRST_DOSE_ON).days))
    for number in range(6):
        on = FIRST_DOSE_ON + timedelta(days=5 * number)
        said = a_level(drawn_at=local(on))
        level, _ = record_level(session, doctor, child, said, protocol=KHE, now=NOW)
        overruled = OverruleSaid(client_id=uuid.uuid4(), verdict=Finding.VALID, reason="seen")
        overrule_level(session, doctor, level, overruled, now=NOW)
        panel = a_panel(a_result(result=str(20 + number)), drawn_at=local(on))
        record_labs(session, doctor, child, panel, protocol=KHE, now=NOW)
    finding = SaidSkin(
        client_id=uuid.uuid4(),
        examined_on=ON,
        colour=SkinColour.LIGHTER,
        firmness=Firmness.UNCHANGED,
    )
    record_skin(session, Entering(doctor, child, NOW), finding)
    a_message(session, child)


def test_a_handful_of_queries_whatever_the_length(
    session: Session, child: Participant, doctor: Actor
) -> None:
    with counted(session) as empty:
        review(session, child)
    filled(session, child, doctor)
    session.flush()
    with counted(session) as month:
        review(session, child, days=30)
    with counted(session) as year:
        shown = review(session, child, days=365)
    assert len(shown.levels) == 6
    assert len(empty) == len(month) == len(year) <= MOST_QUERIES


def test_the_page_of_an_unstarted_child_is_empty_and_stands(session: Session) -> None:
    shown = review(session, a_participant(session))
    assert (shown.order_now, shown.states, shown.levels, shown.marks) == (None, (), (), ())
    assert shown.arm is not None
    assert shown.arm.code == "high"


def test_the_slots_of_the_days_are_shown_and_no_others(
    session: Session, child: Participant
) -> None:
    doses_given(session, child, days_from(FIRST_DOSE_ON, 35))
    shown = review(session, child, days=7)
    assert [shown.states[0].slot.on, shown.states[-1].slot.on] == [date(2026, 3, 4), ON]
    assert len(shown.states) == 14


def test_the_current_order_is_told_with_its_days(session: Session, child: Participant) -> None:
    an_order(
        session,
        child,
        from_on=date(2026, 3, 1),
        prescribed_mg=Decimal("0.40"),
        given_ml=Decimal("0.40"),
        signed_at=local(date(2026, 2, 28)),
    )
    now = review(session, child).order_now
    assert now is not None
    assert (now.step.mg, now.days, now.is_dose) == (Decimal("0.40"), 9, True)


def test_a_hold_is_the_current_order_too(session: Session, child: Participant) -> None:
    an_order(
        session,
        child,
        kind=OrderKind.HOLD,
        from_on=date(2026, 3, 9),
        prescribed_mg=None,
        given_ml=None,
        signed_at=local(date(2026, 3, 9)),
    )
    now = review(session, child).order_now
    assert now is not None
    assert (now.is_dose, now.days) == (False, None)


@pytest.mark.parametrize(
    ("weight", "asks"), [("8.68", False), ("8.67", True), ("12.96", False), ("12.97", True)]
)
def test_a_grown_child_asks_for_a_look_at_the_dose(
    session: Session, weight: str, asks: bool
) -> None:
    child = a_participant(session)
    an_order(session, child, weight_kg=Decimal(weight))  # the child weighs 10.5 kg now
    now = review(session, child).order_now
    assert now is not None
    assert now.reweigh is asks


def test_levels_carry_their_verdict_and_the_word_of_the_clinician(
    session: Session, child: Participant, doctor: Actor
) -> None:
    doses_given(session, child, days_from(FIRST_DOSE_ON, 35))
    drawn = local(date(2026, 3, 3))
    plain, _ = record_level(session, doctor, child, a_level(drawn_at=drawn), protocol=KHE, now=NOW)
    said = a_level(drawn_at=local(date(2026, 3, 3), "15:00"))
    late, _ = record_level(session, doctor, child, said, protocol=KHE, now=NOW)
    overrule = OverruleSaid(
        client_id=uuid.uuid4(), verdict=Finding.TOO_LATE, reason="the morning dose waited"
    )
    overrule_level(session, doctor, late, overrule, now=NOW)
    first, second = review(session, child).levels
    assert (first.row.id, first.headline) == (plain.id, Finding.VALID)
    assert (second.row.id, second.headline) == (late.id, Finding.TOO_LATE)
    assert second.overrule is not None


def test_a_verdict_is_the_same_on_a_short_page(
    session: Session, child: Participant, doctor: Actor
) -> None:
    """The diary is read far enough back even where the page begins with the level's own day."""
    doses_given(session, child, days_from(FIRST_DOSE_ON, 35))
    drawn = local(ON, "08:00")
    a_dose(session, child, SlotKey(ON - timedelta(days=1), Half.MORNING), None)
    record_level(session, doctor, child, a_level(drawn_at=drawn), protocol=KHE, now=NOW)
    (short,) = review(session, child, days=1).levels
    (long,) = review(session, child, days=60).levels
    assert short.verdict == long.verdict


def test_corrected_results_are_left_out(
    session: Session, child: Participant, doctor: Actor
) -> None:
    wrong, _ = record_level(session, doctor, child, a_level(), protocol=KHE, now=NOW)
    said = a_level(value=Decimal(9), amends=wrong.public_id, amend_reason="swapped")
    right, _ = record_level(session, doctor, child, said, protocol=KHE, now=NOW)
    assert [level.row.id for level in review(session, child).levels] == [right.id]


def test_results_outside_the_days_are_left_out(
    session: Session, child: Participant, doctor: Actor
) -> None:
    for clock, on in (("23:59", date(2026, 3, 3)), ("00:01", date(2026, 3, 4))):
        said = a_level(drawn_at=local(on, clock))
        record_level(session, doctor, child, said, protocol=KHE, now=NOW)
        panel = a_panel(drawn_at=local(on, clock))
        record_labs(session, doctor, child, panel, protocol=KHE, now=NOW)
    shown = review(session, child, days=7)  # from 4 March on
    assert len(shown.levels) == len(shown.labs) == 1
    assert shown.labs[0].on == date(2026, 3, 4)


def test_ordinary_reminders_are_counted_and_troubled_ones_shown(
    session: Session, child: Participant
) -> None:
    a_message(session, child)
    a_message(session, child)
    failed = a_message(session, child, state=MessageState.FAILED)
    eve = a_message(session, child, kind=MessageKind.TROUGH_EVE)
    shown = review(session, child)
    assert {mark.public_id for mark in shown.marks_of(MarkKind.MESSAGE)} == {
        failed.public_id,
        eve.public_id,
    }
    counts = {
        (mark.code, mark.detail): mark.amount
        for mark in shown.marks_of(MarkKind.MESSAGES_OF_A_KIND)
    }
    assert counts[("dose", "delivered")] == 2


def test_blood_draws_and_findings_stand_on_their_day(
    session: Session, child: Participant, doctor: Actor
) -> None:
    filled(session, child, doctor)
    session.add(
        BloodDraw(
            client_id=uuid.uuid4(),
            participant_id=child.id,
            drawn_at=NOW,
            received_at=NOW,
            entered_by_id=child.recorded_by_id,
            channel="page",
        )
    )
    session.flush()
    shown = review(session, child, days=1)
    assert [mark.at for mark in shown.marks_of(MarkKind.DRAW)] == [NOW]
    (skin,) = shown.marks_of(MarkKind.SKIN)
    assert (skin.on, skin.code, skin.detail) == (ON, "lighter", "unchanged")


def test_the_plan_of_visits_is_always_shown(session: Session, child: Participant) -> None:
    visits = review(session, child, days=1).marks_of(MarkKind.VISIT)
    assert len(visits) == len(KHE.visits)
    assert visits[0].code == "baseline"


def test_another_child_does_not_show(session: Session, child: Participant, doctor: Actor) -> None:
    other = a_participant(session, a_site(session))
    an_order(session, other)
    filled(session, other, doctor)
    shown = review(session, child)
    assert (shown.levels, shown.labs) == ((), ())
    assert {mark.kind for mark in shown.marks} == {MarkKind.VISIT}
    assert {state.status for state in shown.states} == {SlotStatus.UNKNOWN, SlotStatus.NOT_DUE}


def test_adherence_is_of_the_days_shown(session: Session, child: Participant) -> None:
    a_dose(session, child, SlotKey(date(2026, 3, 8), Half.MORNING), local(date(2026, 3, 8)))
    a_dose(session, child, SlotKey(date(2026, 3, 8), Half.EVENING), None, outcome=Outcome.MISSED)
    session.flush()
    observed = review(session, child, days=3).adherence.observed.taking
    assert (observed.part, observed.whole) == (Decimal(1), 2)


def test_an_event_is_as_bad_as_the_grades_in_force(session: Session, child: Participant) -> None:
    event = AdverseEvent(
        client_id=uuid.uuid4(),
        participant_id=child.id,
        term="Mucositis oral",
        ctcae_version="4.03",
        verbatim="sore mouth",
        source="clinic",
        started_on=date(2026, 3, 2),
        is_serious=False,
        relatedness=Relatedness.POSSIBLE,
        action="none",
        outcome="ongoing",
        recorded_at=NOW,
        recorded_by_id=child.recorded_by_id,
    )
    session.add(event)
    session.flush()
    # before the start; replaced on the same day; then two in force
    told = ((1, 4), (2, 3), (2, 1), (6, 2))
    for on, grade in told:
        row = AdverseEventGrade(
            event_id=event.id,
            grade=grade,
            from_on=date(2026, 3, on),
            recorded_at=NOW,
            recorded_by_id=child.recorded_by_id,
        )
        session.add(row)
        session.flush()
    page = review(session, child)
    grades = [(mark.on, mark.amount) for mark in page.marks_of(MarkKind.GRADE)]
    assert grades == [(date(2026, 3, 2), Decimal(1)), (date(2026, 3, 6), Decimal(2))]
    assert [mark.amount for mark in page.marks_of(MarkKind.EVENT)] == [2]
