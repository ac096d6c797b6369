"""Which child comes before and after another in the lists of a site."""

import uuid
from dataclasses import dataclass
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from models.participant import Participant, ParticipantStatus

_OTHERS: Final = select(Participant.public_id).where(
    Participant.site_id == bindparam("site_id"), Participant.status == ParticipantStatus.ACTIVE
)
_NUMBER: Final = Participant.study_number
_LOWER: Final = _OTHERS.where(bindparam("number") > _NUMBER).order_by(_NUMBER.desc()).limit(1)
_HIGHER: Final = _OTHERS.where(bindparam("number") < _NUMBER).order_by(_NUMBER).limit(1)
# built once: putting a select together takes as long as running it
_BOTH: Final = select(_LOWER.scalar_subquery(), _HIGHER.scalar_subquery())


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Ids for an address; None at either end of the list."""

    before: uuid.UUID | None
    after: uuid.UUID | None


def neighbours_of(session: Session, child: Participant) -> Neighbours:
    """The children of the same site who are in the study, by study number, in one query."""
    place = {"site_id": child.site_id, "number": child.study_number}
    before, after = session.execute(_BOTH, place).one()
    return Neighbours(before=before, after=after)
