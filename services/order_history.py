"""The signed orders of a child as the rules read them."""

from decimal import Decimal
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from domain.orders import OrderStep
from domain.protocol import Half
from domain.slots import SlotKey
from models.order import DoseOrder

# built once: putting a select together takes as long as running it
_SIGNED: Final = (
    select(DoseOrder)
    .where(DoseOrder.participant_id == bindparam("child"), DoseOrder.signed_at.is_not(None))
    .order_by(DoseOrder.signed_at, DoseOrder.id)
)


def signed_orders(session: Session, participant_id: int) -> tuple[DoseOrder, ...]:
    """All signed orders in the order of signing, without those a later row amends."""
    rows = tuple(session.scalars(_SIGNED, {"child": participant_id}))
    amended = {row.amends_id for row in rows}
    return tuple(row for row in rows if row.id not in amended)


def order_history(session: Session, participant_id: int) -> tuple[OrderStep, ...]:
    """The same as rules take them; `order_id` is the row's database id as text."""
    return tuple(step_of(row) for row in signed_orders(session, participant_id))


def step_of(row: DoseOrder) -> OrderStep:
    """One signed order as a step. Raises ValueError for an unsigned one: it rules nothing."""
    if row.signed_at is None:
        raise ValueError("only a signed order rules a slot")
    return OrderStep(
        order_id=str(row.id),
        kind=row.kind,
        from_slot=SlotKey(row.from_on, row.from_half),
        signed_at=row.signed_at,
        until_slot=None if row.until_on is None else SlotKey(row.until_on, _half(row)),
        ml=row.given_ml,
        mg=given_mg(row),
    )


def given_mg(row: DoseOrder) -> Decimal | None:
    """What the syringe really gives: rounded mL times strength."""
    if row.given_ml is None or row.strength_mg_per_ml is None:
        return None
    return row.given_ml * row.strength_mg_per_ml


def _half(row: DoseOrder) -> Half:
    if row.until_half is None:
        raise ValueError("an end is a slot: date and half")
    return row.until_half
