"""Holds: pausing, going on, and what the next order is compared with."""

import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from domain.orders import OrderKind, is_held, order_for_slot
from domain.protocol import Half
from domain.slots import SlotKey
from factories import a_clinician, a_participant, an_order, as_actor
from models.participant import Participant
from models.site import Site, StaffRole
from results_of_a_child import KHE
from services.actor import Actor
from services.errors import ForbiddenError, NeedsConfirmationError, RefusedError
from services.holds import SaidHold, SaidRestart, hold, restart
from services.order_history import order_history
from services.orders import SaidOrder, write_order

# 08:30 in Shanghai: the morning slot is the nearest
NOW = datetime(2026, 3, 10, 0, 30, tzinfo=UTC)
EVENING = SlotKey(date(2026, 3, 10), Half.EVENING)
D = Decimal


@pytest.fixture
def child(session: Session) -> Participant:
    return a_participant(session)


def staff(session: Session, child: Participant, role: StaffRole = StaffRole.PRESCRIBER) -> Actor:
    return as_actor(session, a_clinician(session, session.get_one(Site, child.site_id), role))


@pytest.fixture
def doctor(session: Session, child: Participant) -> Actor:
    return staff(session, child)


def test_a_hold_silences_slots_and_a_restart_gives_the_old_dose_again(
    session: Session, child: Participant, doctor: Actor
) -> None:
    an_order(session, child)
    pause = SaidHold(client_id=uuid.uuid4(), from_slot=EVENING, reason="fever")
    held = hold(session, doctor, child, pause, protocol=KHE, now=NOW)
    assert hold(session, doctor, child, pause, protocol=KHE, now=NOW).id == held.id
    assert is_held(order_history(session, child.id), EVENING.shifted(40))
    later = NOW + timedelta(days=2)
    back = EVENING.shifted(4)
    again = SaidRestart(client_id=uuid.uuid4(), from_slot=back, reason="well again")
    restart(session, doctor, child, again, protocol=KHE, now=later)
    history = order_history(session, child.id)
    assert is_held(history, back.shifted(-1))
    assert not is_held(history, back)
    dose = order_for_slot(history, back.on, back.half)
    assert dose is not None
    assert (dose.kind, dose.ml) == (OrderKind.DOSE, D("0.36"))


def test_only_a_dose_can_be_held_and_only_a_hold_ended(
    session: Session, child: Participant, doctor: Actor
) -> None:
    pause = SaidHold(client_id=uuid.uuid4(), from_slot=EVENING, reason="fever")
    with pytest.raises(RefusedError) as nothing:
        hold(session, doctor, child, pause, protocol=KHE, now=NOW)
    assert nothing.value.code == "nothing_to_hold"
    an_order(session, child)
    again = SaidRestart(client_id=uuid.uuid4(), from_slot=EVENING, reason="well")
    with pytest.raises(RefusedError) as none_open:
        restart(session, doctor, child, again, protocol=KHE, now=NOW)
    assert none_open.value.code == "no_hold"


def test_a_hold_ends_after_it_begins(session: Session, child: Participant, doctor: Actor) -> None:
    an_order(session, child)
    for until, fits in ((EVENING, False), (EVENING.shifted(1), True)):
        pause = SaidHold(
            client_id=uuid.uuid4(), from_slot=EVENING, until_slot=until, reason="surgery"
        )
        if fits:
            hold(session, doctor, child, pause, protocol=KHE, now=NOW)
            continue
        with pytest.raises(RefusedError) as refused:
            hold(session, doctor, child, pause, protocol=KHE, now=NOW)
        assert refused.value.code == "until_not_after_from"


def test_a_coordinator_cannot_hold(session: Session, child: Participant) -> None:
    an_order(session, child)
    pause = SaidHold(client_id=uuid.uuid4(), from_slot=EVENING, reason="fever")
    coordinator = staff(session, child, StaffRole.COORDINATOR)
    with pytest.raises(ForbiddenError):
        hold(session, coordinator, child, pause, protocol=KHE, now=NOW)


def test_after_a_hold_the_next_order_is_compared_with_the_dose_before_it(
    session: Session, child: Participant, doctor: Actor
) -> None:
    an_order(session, child, given_ml=D("0.40"))
    pause = SaidHold(client_id=uuid.uuid4(), from_slot=EVENING, reason="fever")
    hold(session, doctor, child, pause, protocol=KHE, now=NOW)
    order = SaidOrder(
        client_id=uuid.uuid4(),
        from_slot=EVENING.shifted(3),
        reason="well again",
        given_ml=D("0.55"),
    )
    with pytest.raises(NeedsConfirmationError):
        write_order(session, doctor, child, order, protocol=KHE, now=NOW)
