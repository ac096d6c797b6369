import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.order_guards import Guard
from domain.orders import order_for_slot
from domain.protocol import Half
from domain.slots import SlotKey
from factories import a_clinician, a_participant, an_order, as_actor
from models.audit import AuditEntry
from models.dose import DoseEntry
from models.order import DoseOrder
from models.participant import Participant, ParticipantStatus
from models.site import Site, StaffRole
from models.visit import Visit
from results_of_a_child import KHE
from services.access import Permission
from services.actor import Actor, ActorKind, Grant
from services.errors import (
    ConflictError,
    ForbiddenError,
    NeedsConfirmationError,
    NotFoundError,
    RefusedError,
)
from services.holds import SaidHold, hold
from services.measurements import kept
from services.order_history import order_history
from services.orders import SaidOrder, sign_order, write_order
from services.starting_dose import propose_start
from services.visits import plan

# 08:30 in Shanghai: the morning slot is the nearest
NOW = datetime(2026, 3, 10, 0, 30, tzinfo=UTC)
MORNING = SlotKey(date(2026, 3, 10), Half.MORNING)
EVENING = MORNING.shifted(1)
D = Decimal


@pytest.fixture
def child(session: Session) -> Participant:
    """80 cm and 10.5 kg, high arm: 0.8 mg/m² are 0.386 mg, 0.38 mL on the syringe."""
    return a_participant(session)


def staff(session: Session, child: Participant, role: StaffRole = StaffRole.PRESCRIBER) -> Actor:
    return as_actor(session, a_clinician(session, session.get_one(Site, child.site_id), role))


@pytest.fixture
def doctor(session: Session, child: Participant) -> Actor:
    return staff(session, child)


def said(**changes: object) -> SaidOrder:
    values: dict[str, object] = {
        "client_id": uuid.uuid4(),
        "from_slot": EVENING,
        "reason": "level above range",
        "given_ml": D("0.36"),
    }
    return SaidOrder(**(values | changes))  # type: ignore[arg-type]  # test data by keyword


def written(
    session: Session, actor: Actor, child: Participant, order: SaidOrder, now: datetime = NOW
) -> DoseOrder:
    return write_order(session, actor, child, order, protocol=KHE, now=now)


def signed(session: Session, actor: Actor, child: Participant, row: DoseOrder) -> DoseOrder:
    return sign_order(session, actor, child, row.public_id, protocol=KHE, now=NOW)


def test_the_starting_dose_comes_from_arm_and_body_surface(
    session: Session, child: Participant
) -> None:
    start = propose_start(session, child, protocol=KHE, on=EVENING.on)
    assert start.amount.given_ml == D("0.38")
    assert start.amount.prescribed_mg.quantize(D("0.001")) == D("0.386")
    assert start.warnings == ()


@pytest.mark.parametrize(("born_on", "warned"), [("2025-09-11", True), ("2025-09-10", False)])
def test_a_start_under_six_completed_months_is_warned_of(
    session: Session, born_on: str, warned: bool
) -> None:
    child = a_participant(session, born_on=date.fromisoformat(born_on))
    start = propose_start(session, child, protocol=KHE, on=MORNING.on)
    assert (Guard.UNDER_AGE_WARNING in start.warnings) is warned


def test_a_signed_order_keeps_everything_it_was_computed_from(
    session: Session, child: Participant, doctor: Actor
) -> None:
    start = propose_start(session, child, protocol=KHE, on=EVENING.on).amount.prescribed_mg
    order = said(given_ml=None, prescribed_mg=start)
    row = written(session, doctor, child, order)
    assert (row.given_ml, row.strength_mg_per_ml) == (D("0.38"), D(1))
    assert row.prescribed_mg == kept(start)
    assert row.rounding_error_mg == D("0.38") - row.prescribed_mg
    assert (row.height_cm, row.weight_kg, row.bsa_formula) == (D("80.0"), D("10.5"), "mosteller")
    assert (row.signed_at, row.signed_by_id) == (NOW, doctor.account_id)
    assert (row.rule_version, row.guards) == (KHE.key, [])


def test_the_diary_shows_the_new_order_from_its_slot_on_and_the_old_one_before(
    session: Session, child: Participant, doctor: Actor
) -> None:
    an_order(session, child, given_ml=D("0.32"))
    written(session, doctor, child, said(given_ml=D("0.36")))
    history = order_history(session, child.id)
    before = order_for_slot(history, MORNING.on, Half.MORNING)
    after = order_for_slot(history, EVENING.on, Half.EVENING)
    assert before is not None
    assert after is not None
    assert (before.ml, after.ml) == (D("0.32"), D("0.36"))


@pytest.mark.parametrize("role", [StaffRole.COORDINATOR, StaffRole.MONITOR, StaffRole.READER])
def test_who_may_not_prescribe_cannot_write_an_order(
    session: Session, child: Participant, role: StaffRole
) -> None:
    with pytest.raises(ForbiddenError):
        written(session, staff(session, child, role), child, said())


def test_the_same_order_twice_is_one_and_with_other_content_a_conflict(
    session: Session, child: Participant, doctor: Actor
) -> None:
    order = said()
    first = written(session, doctor, child, order)
    assert written(session, doctor, child, order).id == first.id
    with pytest.raises(ConflictError):
        written(session, doctor, child, said(client_id=order.client_id, given_ml=D("0.38")))


@pytest.mark.parametrize(
    ("ml", "asked"),
    [
        # against 0.40 mL: exactly a quarter more, one mark further, and the same downwards
        ("0.50", set[Guard]()),
        ("0.55", {Guard.CONFIRM_WITH_REASON}),
        ("0.30", set[Guard]()),
        ("0.28", {Guard.CONFIRM_WITH_REASON}),
        # exactly double and half still need one signature, fivefold needs the mL again
        ("0.80", {Guard.CONFIRM_WITH_REASON}),
        ("0.20", {Guard.CONFIRM_WITH_REASON}),
        ("2.00", {Guard.CONFIRM_WITH_REASON, Guard.RETYPE_ML}),
        ("0.08", {Guard.CONFIRM_WITH_REASON, Guard.RETYPE_ML}),
    ],
)
def test_an_unusual_order_must_be_confirmed(
    session: Session, child: Participant, doctor: Actor, ml: str, asked: set[Guard]
) -> None:
    an_order(session, child, given_ml=D("0.40"))
    order = said(given_ml=D(ml))
    if not asked:
        assert written(session, doctor, child, order).signed_at == NOW
        return
    with pytest.raises(NeedsConfirmationError) as confirm:
        written(session, doctor, child, order)
    assert set(confirm.value.warnings) == asked


@pytest.mark.parametrize(
    ("ml", "complete"), [("0.80", True), ("0.85", False), ("0.20", True), ("0.19", False)]
)
def test_more_than_double_or_less_than_half_waits_for_a_second_prescriber(
    session: Session, child: Participant, doctor: Actor, ml: str, complete: bool
) -> None:
    an_order(session, child, given_ml=D("0.40"))
    confirmed = frozenset({Guard.CONFIRM_WITH_REASON})
    row = written(session, doctor, child, said(given_ml=D(ml), confirmed=confirmed))
    assert (row.signed_at is not None) is complete
    ruling = order_for_slot(order_history(session, child.id), EVENING.on, EVENING.half)
    assert ruling is not None
    assert (ruling.ml == D(ml)) is complete


def test_the_tenfold_slip_needs_the_same_millilitres_twice(
    session: Session, child: Participant, doctor: Actor
) -> None:
    an_order(session, child, given_ml=D("0.18"))
    confirmed = frozenset({Guard.CONFIRM_WITH_REASON})
    slip = said(given_ml=D("1.80"), confirmed=confirmed, retyped_ml=D("0.18"))
    with pytest.raises(RefusedError) as refused:
        written(session, doctor, child, slip)
    assert (refused.value.code, refused.value.field) == ("retyped_ml_differs", "retyped_ml")
    meant = said(given_ml=D("1.80"), confirmed=confirmed, retyped_ml=D("1.8"))
    assert written(session, doctor, child, meant).signed_at is None


def test_a_second_prescriber_makes_the_order_valid(
    session: Session, child: Participant, doctor: Actor
) -> None:
    row = a_waiting_order(session, child, doctor)
    other = staff(session, child, StaffRole.INVESTIGATOR)
    signed(session, other, child, row)
    assert (row.signed_at, row.second_signed_by_id) == (NOW, other.account_id)
    assert row.signed_by_id == doctor.account_id
    assert signed(session, other, child, row).id == row.id


def a_waiting_order(session: Session, child: Participant, by: Actor) -> DoseOrder:
    an_order(session, child, given_ml=D("0.40"))
    confirmed = frozenset({Guard.CONFIRM_WITH_REASON})
    return written(session, by, child, said(given_ml=D("0.90"), confirmed=confirmed))


def test_nobody_signs_twice_for_two(session: Session, child: Participant, doctor: Actor) -> None:
    row = a_waiting_order(session, child, doctor)
    with pytest.raises(RefusedError) as refused:
        signed(session, doctor, child, row)
    assert refused.value.code == "second_person_needed"
    assert row.signed_at is None


def test_a_coordinator_cannot_give_the_second_signature(
    session: Session, child: Participant, doctor: Actor
) -> None:
    row = a_waiting_order(session, child, doctor)
    with pytest.raises(ForbiddenError):
        signed(session, staff(session, child, StaffRole.COORDINATOR), child, row)


def test_an_order_that_another_overtook_is_not_signed_any_more(
    session: Session, child: Participant, doctor: Actor
) -> None:
    row = a_waiting_order(session, child, doctor)
    written(session, doctor, child, said(given_ml=D("0.42")), NOW + timedelta(minutes=1))
    with pytest.raises(RefusedError) as refused:
        signed(session, staff(session, child), child, row)
    assert refused.value.code == "order_overtaken"


def test_another_childs_order_is_not_found(
    session: Session, child: Participant, doctor: Actor
) -> None:
    other = an_order(session, a_participant(session), signed_at=None)
    with pytest.raises(NotFoundError):
        signed(session, doctor, child, other)


def test_a_machine_drafts_and_a_person_signs(
    session: Session, child: Participant, doctor: Actor
) -> None:
    machine = Actor(
        kind=ActorKind.MACHINE,
        account_id=doctor.account_id,
        name="machine",
        channel="api",
        grants=(Grant(child.site_id, StaffRole.PRESCRIBER),),
        verbs=frozenset({Permission.ORDER}),
    )
    row = written(session, machine, child, said())
    assert (row.signed_at, row.signed_by_id) == (None, None)
    assert signed(session, doctor, child, row).signed_at == NOW


@pytest.mark.parametrize(
    ("slot", "code"),
    [
        (MORNING, None),
        (MORNING.shifted(-1), "from_slot_passed"),
    ],
)
def test_an_order_begins_with_the_nearest_slot_at_the_earliest(
    session: Session, child: Participant, doctor: Actor, slot: SlotKey, code: str | None
) -> None:
    if code is None:
        assert written(session, doctor, child, said(from_slot=slot)).from_half is Half.MORNING
        return
    with pytest.raises(RefusedError) as refused:
        written(session, doctor, child, said(from_slot=slot))
    assert refused.value.code == code


def test_a_dose_that_was_given_keeps_the_order_it_was_given_under(
    session: Session, child: Participant, doctor: Actor
) -> None:
    session.add(
        DoseEntry(
            client_id=uuid.uuid4(),
            participant_id=child.id,
            slot_on=MORNING.on,
            half=MORNING.half,
            outcome="given",
            entered_at=NOW,
            received_at=NOW,
            entered_by_id=child.recorded_by_id,
            channel="clinic",
        )
    )
    session.flush()
    with pytest.raises(RefusedError) as refused:
        written(session, doctor, child, said(from_slot=MORNING))
    assert refused.value.code == "slot_already_given"
    assert written(session, doctor, child, said(from_slot=EVENING)).signed_at == NOW


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"given_ml": D("0.37")}, "not_a_syringe_mark"),
        ({"given_ml": D("0")}, "not_a_syringe_mark"),
        ({"given_ml": None, "prescribed_mg": D("0.001")}, "dose_not_measurable"),
        ({"given_ml": None}, "ml_or_mg"),
        ({"prescribed_mg": D("0.36")}, "ml_or_mg"),
        ({"reason": " "}, "reason_needed"),
    ],
)
def test_an_order_nobody_could_follow_is_refused(
    session: Session,
    child: Participant,
    doctor: Actor,
    change: dict[str, object],
    code: str,
) -> None:
    with pytest.raises(RefusedError) as refused:
        written(session, doctor, child, said(**change))
    assert refused.value.code == code


def test_under_six_months_the_warning_must_be_read(session: Session) -> None:
    baby = a_participant(session, born_on=date(2025, 12, 1))
    doctor = staff(session, baby)
    with pytest.raises(NeedsConfirmationError) as confirm:
        written(session, doctor, baby, said())
    assert confirm.value.warnings == (Guard.UNDER_AGE_WARNING,)
    read = frozenset({Guard.UNDER_AGE_WARNING})
    row = written(session, doctor, baby, said(confirmed=read))
    assert row.guards == ["under_age_warning"]


def test_visits_follow_when_the_first_dose_moves(
    session: Session, child: Participant, doctor: Actor
) -> None:
    plan(session, doctor, child, protocol=KHE, first_dose_on=MORNING.on, now=NOW)
    written(session, doctor, child, said(from_slot=SlotKey(date(2026, 3, 12), Half.MORNING)))
    day_14 = session.scalars(select(Visit).filter_by(code="day_14")).one()
    assert day_14.on == date(2026, 3, 26)
    written(session, doctor, child, said(from_slot=SlotKey(date(2026, 4, 1), Half.MORNING)))
    assert day_14.on == date(2026, 3, 26)


def test_every_order_leaves_its_trace(session: Session, child: Participant, doctor: Actor) -> None:
    row = a_waiting_order(session, child, doctor)
    signed(session, staff(session, child), child, row)
    found = session.scalars(select(AuditEntry).filter_by(subject="dose_order").order_by("id"))
    assert [entry.action for entry in found] == ["order.written", "order.signed"]


@pytest.mark.parametrize("status", [ParticipantStatus.WITHDRAWN, ParticipantStatus.COMPLETED])
def test_nothing_is_ordered_for_a_child_who_left_the_study(
    session: Session, child: Participant, doctor: Actor, status: ParticipantStatus
) -> None:
    an_order(session, child, given_ml=D("0.40"))
    order = said(given_ml=D("0.90"), confirmed=frozenset({Guard.CONFIRM_WITH_REASON}))
    waiting = written(session, doctor, child, order)
    child.status = status
    pause = SaidHold(client_id=uuid.uuid4(), from_slot=EVENING.shifted(1), reason="fever")
    refusals: tuple[Callable[[], object], ...] = (
        lambda: written(session, doctor, child, said()),
        lambda: signed(session, staff(session, child), child, waiting),
        lambda: hold(session, doctor, child, pause, protocol=KHE, now=NOW),
    )
    for refusal in refusals:
        with pytest.raises(RefusedError) as refused:
            refusal()
        assert refused.value.code == "study_over"
    # what was ordered before is answered as before
    assert written(session, doctor, child, order).id == waiting.id


def test_an_order_signed_at_the_very_instant_before_overtakes_nothing(
    session: Session, child: Participant, doctor: Actor
) -> None:
    written(session, doctor, child, said(given_ml=D("0.40")))
    confirmed = frozenset({Guard.CONFIRM_WITH_REASON})
    waiting = written(session, doctor, child, said(given_ml=D("0.85"), confirmed=confirmed))
    assert signed(session, staff(session, child), child, waiting).signed_at == NOW
