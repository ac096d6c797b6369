"""Has a child outgrown its order? (trial.md §2)"""

from sqlalchemy.orm import Session

from domain.dosing import body_surface, needs_reweighing_review
from domain.orders import OrderKind
from domain.protocol import Protocol
from models.order import DoseOrder
from models.participant import Measurement, Participant
from services.measurements import latest_measurement, surface_of
from services.order_history import signed_orders


def has_outgrown_order(session: Session, participant: Participant, *, protocol: Protocol) -> bool:
    """Has body surface changed so much since the dose was ordered that it should be reviewed?"""
    doses = [row for row in signed_orders(session, participant.id) if row.kind is OrderKind.DOSE]
    if not doses:
        return False
    size = latest_measurement(session, participant.id)
    return has_outgrown(doses[-1], size, protocol=protocol)


def has_outgrown(order: DoseOrder, size: Measurement, *, protocol: Protocol) -> bool:
    """The same for one order and the newest measurement, from the sizes: surfaces are kept cut."""
    if order.height_cm is None or order.weight_kg is None or order.bsa_formula is None:
        return False
    then = body_surface(order.height_cm, order.weight_kg, order.bsa_formula)
    return needs_reweighing_review(then, surface_of(size), protocol.dosing)
