"""Which child comes before and after another in the lists of a site."""

import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from models.participant import Participant, ParticipantStatus


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Ids for an address; None at either end of the list."""

    before: uuid.UUID | None
    after: uuid.UUID | None


def neighbours_of(session: Session, child: Participant) -> Neighbours:
    """The children of the same site who are in the study, by study number, in one query."""
    lower = _others(child).where(Participant.study_number < child.study_number)
    higher = _others(child).where(Participant.study_number > child.study_number)
    before = lower.order_by(Participant.study_number.desc()).limit(1).scalar_subquery()
    after = higher.order_by(Participant.study_number).limit(1).scalar_subquery()
    found = session.execute(select(before, after)).one()
    return Neighbours(before=found[0], after=found[1])


def _others(child: Participant) -> Select[Any]:
    return select(Participant.public_id).where(
        Participant.site_id == child.site_id, Participant.status == ParticipantStatus.ACTIVE
    )
