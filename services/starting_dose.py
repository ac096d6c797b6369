"""What the arm says a child shall start with: shown before enrolment and with the first order."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.dosing import (
    BodySurface,
    DoseAmount,
    body_surface,
    is_under_age,
    starting_dose,
)
from domain.order_guards import Guard
from domain.protocol import Arm, Protocol
from models.participant import Allocation, Participant
from services.errors import RefusedError
from services.measurements import latest_measurement


@dataclass(frozen=True, slots=True)
class StartProposal:
    """The starting dose with everything it rests on. `warnings` must be confirmed when signing."""

    arm: Arm
    surface: BodySurface
    measured_on: date | None
    amount: DoseAmount
    warnings: tuple[Guard, ...]


def start_for(
    arm: Arm,
    surface: BodySurface,
    *,
    born_on: date,
    on: date,
    protocol: Protocol,
    measured_on: date | None = None,
) -> StartProposal:
    """The starting dose of an arm for a child of this size on day `on` (trial.md §1, §2)."""
    amount = starting_dose(arm, surface, protocol.dosing)
    young = is_under_age(born_on, on, protocol.dosing)
    return StartProposal(
        arm, surface, measured_on, amount, (Guard.UNDER_AGE_WARNING,) if young else ()
    )


def start_of_size(
    height_cm: Decimal, weight_kg: Decimal, arm: Arm, *, born_on: date, on: date, protocol: Protocol
) -> StartProposal:
    """The same for a child who is not enrolled yet."""
    surface = body_surface(height_cm, weight_kg, protocol.dosing.bsa_formula)
    return start_for(arm, surface, born_on=born_on, on=on, protocol=protocol)


def propose_start(
    session: Session, participant: Participant, *, protocol: Protocol, on: date
) -> StartProposal:
    """The starting dose for an enrolled child, from the newest measurement."""
    measured = latest_measurement(session, participant.id)
    surface = body_surface(measured.height_cm, measured.weight_kg, protocol.dosing.bsa_formula)
    return start_for(
        arm_of(session, participant, protocol),
        surface,
        born_on=participant.born_on,
        on=on,
        protocol=protocol,
        measured_on=measured.measured_on,
    )


def arm_of(session: Session, participant: Participant, protocol: Protocol) -> Arm:
    """The arm the child was allocated to. Raises RefusedError `not_allocated` without one."""
    code = session.scalar(select(Allocation.arm).where(Allocation.participant_id == participant.id))
    if code is None:
        raise RefusedError("not_allocated")
    return protocol.arm(code)
