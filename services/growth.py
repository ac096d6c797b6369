"""Has a child outgrown its order? (trial.md §2)"""

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from domain.dosing import BodySurface, body_surface, exact, needs_reweighing_review
from domain.orders import OrderKind
from domain.protocol import Protocol
from models.order import DoseOrder
from models.participant import Measurement, Participant
from services.errors import RefusedError
from services.measurements import kept, latest_measurement, surface_of
from services.order_history import given_mg, signed_orders


@dataclass(frozen=True, slots=True)
class SizeReview:
    """The dose ordered last against the body of then and of now.

    `change` is a fraction: 0.1 is a tenth more surface. `is_due` asks for a review of the dose.
    """

    order: DoseOrder
    measured: Measurement
    then: BodySurface
    now: BodySurface
    change: Decimal
    is_due: bool
    mg: Decimal
    mg_per_m2_then: Decimal
    mg_per_m2_now: Decimal


def size_review(
    session: Session, participant: Participant, *, protocol: Protocol
) -> SizeReview | None:
    """What the last signed dose is to the newest measurement; None before the first order."""
    doses = [row for row in signed_orders(session, participant.id) if row.kind is OrderKind.DOSE]
    if not doses:
        return None
    try:
        size = latest_measurement(session, participant.id)
    except RefusedError:
        return None
    order, mg = doses[-1], given_mg(doses[-1])
    then, today = _surface_then(order), surface_of(size)
    if then is None or mg is None:
        return None
    with exact():
        return SizeReview(
            order=order,
            measured=size,
            then=then,
            now=today,
            change=kept(today.m2 / then.m2 - 1),
            is_due=needs_reweighing_review(then, today, protocol.dosing),
            mg=mg,
            mg_per_m2_then=kept(mg / then.m2),
            mg_per_m2_now=kept(mg / today.m2),
        )


def has_outgrown_order(session: Session, participant: Participant, *, protocol: Protocol) -> bool:
    """Has body surface changed so much since the dose was ordered that it should be reviewed?"""
    review = size_review(session, participant, protocol=protocol)
    return review is not None and review.is_due


def has_outgrown(order: DoseOrder, size: Measurement, *, protocol: Protocol) -> bool:
    """The same for one order and the newest measurement, from the sizes: surfaces are kept cut."""
    then = _surface_then(order)
    return then is not None and needs_reweighing_review(then, surface_of(size), protocol.dosing)


def _surface_then(order: DoseOrder) -> BodySurface | None:
    if order.height_cm is None or order.weight_kg is None or order.bsa_formula is None:
        return None
    return body_surface(order.height_cm, order.weight_kg, order.bsa_formula)
