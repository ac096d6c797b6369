"""From which slot an order may take effect."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from domain.entries import DOSE_OUTCOMES
from domain.errors import DomainError
from domain.slots import SlotKey, nearest_slot, slot_at
from models.dose import DoseEntry
from models.participant import Participant, ParticipantStatus
from services.errors import RefusedError
from services.timetables import timetables


def earliest_slot(session: Session, participant: Participant, *, now: datetime) -> SlotKey:
    """The first slot an order written now may begin with: the one nearest to now.

    A family may be waiting for exactly this dose, as on the morning of a blood draw. Slots further
    back are history: the diary must go on showing the order they were given under.
    Raises RefusedError `no_such_slot` for a child without dose times.
    """
    try:
        return nearest_slot(timetables(session, participant.id), now).key
    except DomainError as error:
        raise RefusedError(error.code, "from_on") from error


def check_from_slot(
    session: Session, participant: Participant, slot: SlotKey, *, now: datetime
) -> None:
    """Raises RefusedError `study_over` for a child who left the study; `no_such_slot`,
    `from_slot_passed`, or `slot_already_given` when a dose is in the diary there: what was given
    was given under the order of its time."""
    if participant.status is not ParticipantStatus.ACTIVE:
        raise RefusedError("study_over")
    if slot < earliest_slot(session, participant, now=now):
        raise RefusedError("from_slot_passed", "from_on")
    try:
        slot_at(timetables(session, participant.id), slot.on, slot.half)
    except DomainError as error:
        raise RefusedError(error.code, "from_on") from error
    if is_given(session, participant, slot):
        raise RefusedError("slot_already_given", "from_on")


def is_given(session: Session, participant: Participant, slot: SlotKey) -> bool:
    """Does the diary tell of a dose in this slot that nobody corrected since?"""
    later = aliased(DoseEntry)
    told = (
        select(DoseEntry.id)
        .outerjoin(later, later.amends_id == DoseEntry.id)
        .where(
            DoseEntry.participant_id == participant.id,
            DoseEntry.slot_on == slot.on,
            DoseEntry.half == slot.half,
            DoseEntry.outcome.in_(DOSE_OUTCOMES),
            later.id.is_(None),
        )
    )
    return session.scalar(told.limit(1)) is not None
