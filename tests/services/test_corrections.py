"""What is older than the diary takes: asked by the family, decided by the investigator."""

import uuid
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from a_family import NOW, PROTOCOL, Family, a_dose
from domain.diary import SlotState, SlotStatus
from domain.entries import Channel, Outcome
from domain.protocol import Half
from domain.slots import SlotKey
from factories import a_clinician, a_participant, as_actor
from models.audit import AuditEntry
from models.dose import CorrectionRequest, CorrectionState, DoseEntry
from models.site import Site, StaffRole
from services.actor import Actor
from services.corrections import Decision, ask, decide, open_requests, requests_of
from services.diary import read
from services.errors import ConflictError, ForbiddenError, NotFoundError, RefusedError

LAST_WEEK = SlotKey(date(2026, 3, 3), Half.MORNING)
THEN = datetime(2026, 3, 3, 0, 20, tzinfo=UTC)


@pytest.fixture
def family(session: Session) -> Family:
    a_participant(session)
    return Family(session)


@pytest.fixture
def investigator(session: Session, family: Family) -> Actor:
    site = session.get_one(Site, family.child.site_id)
    return as_actor(session, a_clinician(session, site), "clinic")


def asked(family: Family, **said: Any) -> CorrectionRequest:
    reason = said.pop("reason", "we were travelling")
    values: dict[str, Any] = {"slot": LAST_WEEK, "taken_at": THEN} | said
    row, _ = ask(
        family.session,
        family.actor(),
        family.child,
        a_dose(**values),
        reason=reason,
        protocol=PROTOCOL,
        now=NOW,
    )
    return row


def decided(
    family: Family, actor: Actor, row: CorrectionRequest, accepted: bool = True
) -> CorrectionRequest:
    return decide(
        family.session,
        actor,
        family.child,
        row.public_id,
        decision=Decision(accepted, "fits the bottle"),
        protocol=PROTOCOL,
        now=NOW,
    )


def slot_state(family: Family) -> SlotState:
    on = LAST_WEEK.on
    diary = read(family.session, family.child, PROTOCOL, first_on=on, last_on=on, now=NOW)
    state = diary.state(LAST_WEEK)
    assert state is not None
    return state


def test_a_request_changes_nothing_in_the_diary(family: Family) -> None:
    asked(family)
    assert slot_state(family).status is SlotStatus.UNKNOWN


def test_an_accepted_request_enters_the_diary_as_the_clinics_entry(
    family: Family, investigator: Actor
) -> None:
    row = decided(family, investigator, asked(family))
    entry = family.session.get_one(DoseEntry, row.entry_id)
    assert (entry.channel, entry.taken_at, entry.is_late_entry) == (Channel.CLINIC, THEN, True)
    assert entry.entered_by_id == investigator.account_id
    assert slot_state(family).status is SlotStatus.GIVEN


def test_what_stood_there_is_amended_and_stays_visible(family: Family, investigator: Actor) -> None:
    for person in (family.mother, family.father):
        family.log(by=person, slot=LAST_WEEK, taken_at=THEN, now=THEN)
    row = asked(family, outcome=Outcome.MISSED, missed_reason="refused", taken_at=None)
    decided(family, investigator, row)
    state = slot_state(family)
    assert state.status is SlotStatus.MISSED
    assert len(state.superseded) == 2


def test_an_entry_can_be_taken_out(family: Family, investigator: Actor) -> None:
    family.log(slot=LAST_WEEK, taken_at=THEN, now=THEN)
    decided(family, investigator, asked(family, outcome=Outcome.RETRACTED, taken_at=None))
    assert slot_state(family).status is SlotStatus.UNKNOWN


def test_a_declined_request_stays_with_its_reason(family: Family, investigator: Actor) -> None:
    row = decided(family, investigator, asked(family), accepted=False)
    assert (row.state, row.decision_reason) == (CorrectionState.DECLINED, "fits the bottle")
    assert family.entries() == []


def test_the_same_decision_twice_is_one_and_another_is_refused(
    family: Family, investigator: Actor
) -> None:
    row = asked(family)
    decided(family, investigator, row)
    decided(family, investigator, row)
    assert len(family.entries()) == 1
    with pytest.raises(RefusedError, match="already_decided"):
        decided(family, investigator, row, accepted=False)


@pytest.mark.parametrize("role", [StaffRole.COORDINATOR, StaffRole.PRESCRIBER, StaffRole.MONITOR])
def test_only_an_investigator_decides(family: Family, session: Session, role: StaffRole) -> None:
    site = session.get_one(Site, family.child.site_id)
    with pytest.raises(ForbiddenError):
        decided(family, as_actor(session, a_clinician(session, site, role)), asked(family))


def test_an_investigator_of_another_site_does_not_decide(family: Family, session: Session) -> None:
    with pytest.raises(ForbiddenError):
        decided(family, as_actor(session, a_clinician(session)), asked(family))


def test_a_request_of_another_child_is_not_found(
    family: Family, investigator: Actor, session: Session
) -> None:
    other = asked(Family(session))
    with pytest.raises(NotFoundError):
        decided(family, investigator, other)


def test_asking_twice_is_one_request_and_other_words_are_a_conflict(family: Family) -> None:
    client_id = uuid.uuid4()
    first = asked(family, client_id=client_id)
    assert asked(family, client_id=client_id).id == first.id
    with pytest.raises(ConflictError):
        asked(family, client_id=client_id, reason="another reason")


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"reason": " "}, "reason"),
        ({"slot": None}, "slot"),
        ({"taken_at": datetime(2026, 3, 11, tzinfo=UTC)}, "taken_at"),
        ({"given_ml": Decimal("0.1")}, "given_ml"),
    ],
)
def test_a_request_must_make_sense(family: Family, said: dict[str, Any], field: str) -> None:
    with pytest.raises(RefusedError) as refusal:
        asked(family, **said)
    assert refusal.value.field == field


def test_open_requests_are_those_of_the_site(family: Family, investigator: Actor) -> None:
    asked(Family(family.session))
    mine = asked(family)
    assert open_requests(family.session, investigator.site_ids) == (mine,)
    decided(family, investigator, mine)
    assert open_requests(family.session, investigator.site_ids) == ()
    assert requests_of(family.session, family.child.id) == (mine,)


def test_asking_and_deciding_leave_traces(family: Family, investigator: Actor) -> None:
    decided(family, investigator, asked(family))
    actions = family.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == ["ask_correction", "log_dose", "decide_correction"]
