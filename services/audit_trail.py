"""Reading the audit trail of a child, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from models.audit import AuditEntry


@dataclass(frozen=True, slots=True)
class TrailPage:
    """Entries, the newest first; `older_than` names the next page, None on the last."""

    entries: Sequence[AuditEntry]
    older_than: int | None


def trail_of(
    session: Session, participant_id: int, *, older_than: int | None = None, limit: int = 50
) -> TrailPage:
    """What was done about a child. `older_than` is what the page before said."""
    query = select(AuditEntry).where(AuditEntry.participant_id == participant_id)
    last = None if older_than is None else session.get(AuditEntry, older_than)
    if last is not None:
        query = query.where(
            or_(AuditEntry.at < last.at, and_(AuditEntry.at == last.at, AuditEntry.id < last.id))
        )
    newest_first = query.order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
    found = session.scalars(newest_first.limit(limit + 1)).all()
    entries = found[:limit]
    return TrailPage(entries, entries[-1].id if len(found) > limit else None)
