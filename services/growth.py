"""Has a child outgrown its order? (trial.md §2)"""

from sqlalchemy.orm import Session

from domain.dosing import body_surface, needs_reweighing_review
from domain.orders import OrderKind
from domain.protocol import Protocol
from models.participant import Participant
from services.measurements import latest_measurement, surface_of
from services.order_history import signed_orders


def has_outgrown_order(session: Session, participant: Participant, *, protocol: Protocol) -> bool:
    """Has body surface changed so much since the dose was ordered that it should be reviewed?"""
    doses = [row for row in signed_orders(session, participant.id) if row.kind is OrderKind.DOSE]
    if not doses:
        return False
    last = doses[-1]
    if last.height_cm is None or last.weight_kg is None or last.bsa_formula is None:
        return False
    then = body_surface(last.height_cm, last.weight_kg, last.bsa_formula)
    now = surface_of(latest_measurement(session, participant.id))
    return needs_reweighing_review(then, now, protocol.dosing)
