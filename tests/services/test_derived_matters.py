"""What calls the clinic without being told: read from the facts."""

import uuid
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.entries import Outcome
from domain.protocol import Half
from factories import PROTOCOL_KEY, a_carer, a_clinician, a_participant, a_site, an_order, as_actor
from models.attention import Urgency
from models.dose import CorrectionRequest
from models.message import ContactPreference, MessageState
from models.participant import Guardianship, Participant
from models.site import Site
from models.visit import InpatientStay, Visit, VisitState
from services.actor import Actor
from services.errors import RefusedError
from worklist_of_a_site import (
    MORNING,
    NOW,
    a_draw,
    a_message,
    a_visit,
    an_assessment,
    an_entry,
    an_event,
    answer,
    carer_of,
    codes,
    item,
    seen,
)


@pytest.fixture
def site(session: Session) -> Site:
    return a_site(session)


@pytest.fixture
def doctor(session: Session, site: Site) -> Actor:
    return as_actor(session, a_clinician(session, site))


@pytest.fixture
def child(session: Session, site: Site) -> Participant:
    """Ordered since yesterday evening: only one slot is over, so nothing is silent yet."""
    child = a_participant(session, site)
    an_order(session, child, from_on=date(2026, 3, 9), from_half=Half.EVENING)
    a_carer(session, child)
    return child


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (MessageState.UNDELIVERED, ["message_undelivered"]),
        (MessageState.FAILED, ["message_undelivered"]),
        (MessageState.IN_DOUBT, ["message_in_doubt"]),
        (MessageState.DELIVERED, []),
    ],
)
def test_a_message_that_did_not_arrive_is_told(
    session: Session, child: Participant, doctor: Actor, state: MessageState, told: list[str]
) -> None:
    carer = carer_of(session, child)
    a_message(session, child, carer, MessageState.DELIVERED)
    a_message(session, child, carer, state)
    assert codes(seen(session, doctor)) == told


def test_a_carer_who_opted_out_is_told_and_one_who_came_back_is_not(
    session: Session, child: Participant, doctor: Actor
) -> None:
    carer = carer_of(session, child)
    for wants, told in ((False, ["opted_out"]), (True, [])):
        phone = carer.us_phone_number or ""
        row = ContactPreference(phone=phone, wants_messages=wants, at=NOW, source="sms")
        session.add(row)
        session.flush()
        assert codes(seen(session, doctor)) == told


def test_an_order_waits_for_its_second_signature_until_another_is_signed(
    session: Session, child: Participant, doctor: Actor
) -> None:
    an_order(session, child, signed_at=None, recorded_at=NOW, given_ml=Decimal("0.90"))
    what = item(session, doctor, "second_signature")
    assert not what.can_be_acknowledged
    with pytest.raises(RefusedError) as refused:
        answer(session, doctor, child, what)
    assert refused.value.code == "ends_by_work"
    from_slot = {"from_on": date(2026, 3, 9), "from_half": Half.EVENING}
    an_order(session, child, signed_at=NOW + timedelta(minutes=1), **from_slot)
    assert codes(seen(session, doctor)) == []


def test_a_correction_that_was_asked_for_waits(
    session: Session, child: Participant, doctor: Actor
) -> None:
    session.add(
        CorrectionRequest(
            client_id=uuid.uuid4(),
            participant_id=child.id,
            slot_on=date(2026, 3, 1),
            half=Half.MORNING,
            outcome=Outcome.GIVEN,
            reason="forgot to write it down",
            asked_at=NOW,
            asked_by_id=child.recorded_by_id,
        )
    )
    session.flush()
    what = item(session, doctor, "correction_asked")
    assert (what.since, what.facts) == (NOW, {"count": 1})


@pytest.mark.parametrize(
    ("on", "told"),
    [
        (date(2026, 3, 11), []),
        (date(2026, 3, 10), ["visit_today"]),
        (date(2026, 3, 9), ["visit_overdue"]),
        (date(2026, 3, 7), ["visit_overdue"]),
        (date(2026, 3, 6), ["visit_window_missed"]),
    ],
)
def test_visits_are_told_on_their_day_and_after_and_when_their_window_has_passed(
    session: Session, child: Participant, doctor: Actor, on: date, told: list[str]
) -> None:
    session.add(
        Visit(
            participant_id=child.id,
            code="month_1",
            on=on,
            window_from=on,
            window_to=on + timedelta(days=3),
            is_trough_day=False,
            state=VisitState.PLANNED,
            rule_version=PROTOCOL_KEY,
            recorded_at=NOW,
            recorded_by_id=child.recorded_by_id,
        )
    )
    session.flush()
    assert codes(seen(session, doctor)) == told


def test_a_child_without_a_carer_is_told_since_the_last_one_left(
    session: Session, child: Participant, doctor: Actor
) -> None:
    tie = session.scalars(select(Guardianship).where(Guardianship.participant_id == child.id)).one()
    tie.ended_at = NOW - timedelta(hours=3)
    session.flush()
    what = item(session, doctor, "no_carer")
    assert (what.since, what.kind) == (tie.ended_at, "reachability")


@pytest.mark.parametrize(
    ("hours", "drawn", "told"),
    [
        (3.49, False, []),
        (3.5, False, ["trough_undrawn"]),
        (3.5, True, []),
    ],
)
def test_blood_not_drawn_on_a_trough_day_is_told_four_hours_after_the_morning_dose(
    session: Session,
    child: Participant,
    doctor: Actor,
    hours: float,
    drawn: bool,
    told: list[str],
) -> None:
    a_visit(session, child, date(2026, 3, 10), code="month_1", is_trough_day=True)
    if drawn:
        a_draw(session, child, NOW)
    later = NOW + timedelta(hours=hours)
    assert [code for code in codes(seen(session, doctor, later)) if code != "visit_today"] == told


def test_blood_of_another_day_does_not_count_for_the_trough_day(
    session: Session, child: Participant, doctor: Actor
) -> None:
    a_visit(session, child, date(2026, 3, 10), is_trough_day=True)
    a_draw(session, child, NOW - timedelta(hours=10))
    assert "trough_undrawn" in codes(seen(session, doctor, NOW + timedelta(hours=4)))


def test_an_assessment_is_due_from_its_visit_on_until_it_is_signed(
    session: Session, child: Participant, doctor: Actor
) -> None:
    an_entry(session, child, MORNING)
    a_visit(session, child, date(2026, 3, 10), code="month_3", state=VisitState.DONE)
    assert codes(seen(session, doctor)) == ["assessment_due"]
    assert not item(session, doctor, "assessment_due").can_be_acknowledged
    session.add(an_assessment(child, "month_3"))
    session.flush()
    assert codes(seen(session, doctor)) == []


def test_a_visit_without_an_assessment_asks_for_none(
    session: Session, child: Participant, doctor: Actor
) -> None:
    a_visit(session, child, date(2026, 3, 10), code="month_1", state=VisitState.DONE)
    assert codes(seen(session, doctor)) == []


@pytest.mark.parametrize(("is_serious", "told"), [(True, ["serious_event"]), (False, [])])
def test_a_serious_event_is_told_until_somebody_answers(
    session: Session, child: Participant, doctor: Actor, is_serious: bool, told: list[str]
) -> None:
    session.add(an_event(child, is_serious=is_serious))
    session.flush()
    assert codes(seen(session, doctor)) == told
    for what in seen(session, doctor).items:
        assert what.urgency is Urgency.URGENT
        answer(session, doctor, child, what)
    assert codes(seen(session, doctor)) == []


@pytest.mark.parametrize(
    ("until", "told"),
    [(None, []), (date(2026, 3, 9), ["silent"]), (date(2026, 3, 10), [])],
)
def test_days_in_hospital_are_not_silent(
    session: Session, child: Participant, doctor: Actor, until: date | None, told: list[str]
) -> None:
    """Two slots after the stay are a silence; those of the ward are not."""
    stay = InpatientStay(
        client_id=uuid.uuid4(),
        participant_id=child.id,
        from_on=date(2026, 3, 8),
        until_on=until,
        recorded_at=NOW,
        recorded_by_id=child.recorded_by_id,
    )
    session.add(stay)
    session.flush()
    two_over = NOW + timedelta(days=1, hours=5, minutes=31)
    assert codes(seen(session, doctor, two_over)) == told
