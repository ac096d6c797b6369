"""Orders that answer a level: the proposal taken, or another dose in view of it."""

import uuid
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from domain.protocol import Half
from domain.slots import SlotKey
from factories import a_clinician, as_actor
from models.laboratory import Level
from models.participant import Participant
from models.site import Site, StaffRole
from proposals_by_hand import a_measured_child, a_stored_level
from results_of_a_child import KHE
from services.actor import Actor
from services.errors import RefusedError
from services.orders import SaidOrder, write_order

NOW = datetime(2026, 3, 10, 0, 30, tzinfo=UTC)
EVENING = SlotKey(date(2026, 3, 10), Half.EVENING)
D = Decimal


def doctor_of(session: Session, child: Participant) -> Actor:
    site = session.get_one(Site, child.site_id)
    return as_actor(session, a_clinician(session, site, StaffRole.PRESCRIBER))


def an_answer(answered: Level, **changes: Any) -> SaidOrder:
    values: dict[str, Any] = {
        "client_id": uuid.uuid4(),
        "from_slot": EVENING,
        "reason": "below the range",
        "level": answered.public_id,
        "takes_proposal": True,
    }
    return SaidOrder(**(values | changes))


def test_a_proposal_taken_is_an_order_that_keeps_it(session: Session) -> None:
    child = a_measured_child(session, "low", "0.30")
    level = a_stored_level(session, child, "5.0")
    said = an_answer(level, given_ml=D("0.36"))
    doctor = doctor_of(session, child)
    row, again = (
        write_order(session, doctor, child, said, protocol=KHE, now=NOW) for _ in range(2)
    )
    assert again.id == row.id
    # prescribed is the cap, and the mark beyond it was stepped back
    assert (row.prescribed_mg, row.given_ml) == (D("0.375"), D("0.36"))
    assert row.rounding_error_mg == D("-0.015")
    assert (row.level_id, row.guards, row.signed_at) == (level.id, [], NOW)
    assert row.proposal is not None
    assert (row.proposal["taken"], row.proposal["result"]) == (True, "5.0")
    assert row.proposal["proposal"]["given_ml"] == "0.36"


def test_another_dose_keeps_what_the_formula_had_said(session: Session) -> None:
    child = a_measured_child(session, "low", "0.30")
    level = a_stored_level(session, child, "5.0")
    said = an_answer(level, takes_proposal=False, given_ml=D("0.34"))
    row = write_order(session, doctor_of(session, child), child, said, protocol=KHE, now=NOW)
    assert row.proposal is not None
    assert row.given_ml == D("0.34")
    assert (row.proposal["taken"], row.proposal["proposal"]["given_ml"]) == (False, "0.36")


@pytest.mark.parametrize(
    ("level", "changes", "code"),
    [
        ("8.0", {}, "no_dose_proposal"),
        ("5.0", {"level": None}, "no_dose_proposal"),
        ("5.0", {"given_ml": D("0.38")}, "dose_proposal_changed"),
        ("5.0", {"prescribed_mg": D("0.375")}, "ml_or_mg"),
        ("5.0", {"reason": " "}, "reason_needed"),
    ],
)
def test_what_is_not_proposed_cannot_be_taken(
    session: Session, level: str, changes: dict[str, Any], code: str
) -> None:
    child = a_measured_child(session, "low", "0.30")
    said = an_answer(a_stored_level(session, child, level), **changes)
    with pytest.raises(RefusedError, match=code):
        write_order(session, doctor_of(session, child), child, said, protocol=KHE, now=NOW)
