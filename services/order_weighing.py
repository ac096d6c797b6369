"""An order worked out before it is written: amounts, what it rests on, and its guards."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from domain.adjustment import Refused
from domain.dosing import DoseAmount, completed_months, dose_of_ml, measured
from domain.errors import DomainError
from domain.order_guards import Guard, guards_for
from domain.orders import OrderKind
from domain.protocol import Protocol
from domain.slots import SlotKey
from models.participant import Measurement, Participant
from services.adjustments import Adjustment, adjustment, document_of, level_named
from services.errors import RefusedError
from services.measurements import latest_measurement
from services.order_history import given_mg, signed_orders
from services.starting_dose import propose_start


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidOrder:
    """A dose from a named slot on: the mL on the syringe, the mg prescribed, or the proposal.

    `level` is the public id of the level that the order answers. With `takes_proposal` the dose is
    the formula's; `given_ml`, if said too, is what the prescriber saw, and must still be it.
    `confirmed` are the guards the prescriber saw and accepted; `retyped_ml` is the volume typed a
    second time where a guard asks for it.
    """

    client_id: uuid.UUID
    from_slot: SlotKey
    reason: str
    given_ml: Decimal | None = None
    prescribed_mg: Decimal | None = None
    level: uuid.UUID | None = None
    takes_proposal: bool = False
    confirmed: frozenset[Guard] = frozenset()
    retyped_ml: Decimal | None = None


@dataclass(frozen=True, slots=True)
class WeighedOrder:
    """An order as it would be written: amounts, what it is compared with, and its guards.

    `reference_mg` is the dose ordered before, or for a first order the arm's starting dose.
    `adjustment` is what the formula says to the level it answers, None where it names none.
    """

    amount: DoseAmount
    measured: Measurement
    reference_mg: Decimal
    is_first: bool
    guards: frozenset[Guard]
    adjustment: Adjustment | None
    takes_proposal: bool

    @property
    def document(self) -> dict[str, Any] | None:
        """What the prescriber saw of the formula, as it is kept with the order."""
        if self.adjustment is None:
            return None
        return {**document_of(self.adjustment), "taken": self.takes_proposal}


def weigh(
    session: Session,
    participant: Participant,
    said: SaidOrder,
    *,
    protocol: Protocol,
    now: datetime,
) -> WeighedOrder:
    """Compute an order without writing it.

    Raises RefusedError for a dose no syringe can give, `no_dose_proposal` where the formula refuses
    or no level is named, `dose_proposal_changed`; NotFoundError for an unknown level.
    """
    found = None
    if said.level is not None:
        level = level_named(session, participant, said.level)
        found = adjustment(session, participant, level, protocol=protocol, now=now)
    amount = _proposed(said, found) if said.takes_proposal else _amount(said, protocol)
    before = _dose_before(session, participant, said.from_slot)
    reference = (
        before
        or propose_start(
            session, participant, protocol=protocol, on=said.from_slot.on
        ).amount.given_mg
    )
    guards = guards_for(
        amount.given_mg,
        reference,
        protocol.dosing,
        age_months=completed_months(participant.born_on, said.from_slot.on),
    )
    size = latest_measurement(session, participant.id)
    return WeighedOrder(amount, size, reference, before is None, guards, found, said.takes_proposal)


def _proposed(said: SaidOrder, found: Adjustment | None) -> DoseAmount:
    """The dose of the proposal, if it still is what was seen."""
    if found is None or isinstance(found.answer, Refused):
        raise RefusedError("no_dose_proposal")
    dose = found.answer.dose
    if said.prescribed_mg is not None:
        raise RefusedError("ml_or_mg", "prescribed_mg")
    if said.given_ml not in {None, dose.given_ml}:
        raise RefusedError("dose_proposal_changed", "given_ml")
    return dose


def _amount(said: SaidOrder, protocol: Protocol) -> DoseAmount:
    field = "given_ml" if said.prescribed_mg is None else "prescribed_mg"
    if (said.given_ml is None) == (said.prescribed_mg is None):
        raise RefusedError("ml_or_mg", field)
    try:
        if said.given_ml is not None:
            return dose_of_ml(said.given_ml, protocol.dosing)
        return measured(said.prescribed_mg or Decimal(0), protocol.dosing)
    except DomainError as error:
        raise RefusedError(error.code, field) from error


def _dose_before(session: Session, participant: Participant, slot: SlotKey) -> Decimal | None:
    """What one dose gave by the last signed dose order; holds in between do not count."""
    rows = [row for row in signed_orders(session, participant.id) if row.kind is OrderKind.DOSE]
    ruling = [row for row in rows if SlotKey(row.from_on, row.from_half) <= slot]
    return given_mg((ruling or rows)[-1]) if rows else None
