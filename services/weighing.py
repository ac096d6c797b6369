"""Weighing a child: the measurement, and what it means for the dose."""

from datetime import datetime

from sqlalchemy.orm import Session

from domain.protocol import Protocol
from models.participant import Measurement, Participant
from services.actor import Actor
from services.matters_of_results import tell_growth
from services.measurements import SaidMeasurement, record_measurement


def weigh(
    session: Session,
    actor: Actor,
    participant: Participant,
    said: SaidMeasurement,
    *,
    protocol: Protocol,
    now: datetime,
) -> Measurement:
    """Keep height and weight; where the child outgrew its order the clinic is told, once.

    Raises like `record_measurement`.
    """
    row = record_measurement(session, actor, participant, said, protocol=protocol, now=now)
    tell_growth(session, participant, row, protocol=protocol, now=now)
    return row
