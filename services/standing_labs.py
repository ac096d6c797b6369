"""The laboratory results of a child that stand: no other row corrects them."""

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from models.laboratory import LabResult
from models.participant import Participant


def results_of(session: Session, participant: Participant) -> tuple[LabResult, ...]:
    """All results of the child that no other row corrects, in the order they were drawn."""
    later = aliased(LabResult)
    rows = session.scalars(
        select(LabResult)
        .where(
            LabResult.participant_id == participant.id,
            ~exists(select(later.id).where(later.amends_id == LabResult.id)),
        )
        .order_by(LabResult.drawn_at, LabResult.id)
    )
    return tuple(rows)


def latest_of(session: Session, participant: Participant) -> dict[str, LabResult]:
    """The newest result of each analyte, by its code."""
    return {row.analyte: row for row in results_of(session, participant)}
