"""A matter ends because its fact went away: kept as such, by nobody."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, update
from sqlalchemy.orm import Session

from models.attention import Alert
from services.actor import SYSTEM
from services.alert_history import RESOLVED_ITSELF, AlertStep, add_step
from services.audit import Act, record


def end_itself(session: Session, row: Alert, *, now: datetime) -> bool:
    """End an open row; False where somebody changed it since it was read."""
    if not change_open(session, row, {"acknowledged_at": now, "outcome": RESOLVED_ITSELF}):
        return False
    add_step(session, row, AlertStep.RESOLVED_ITSELF, now=now)
    told = {"code": row.code, "outcome": RESOLVED_ITSELF}
    site_id = row.site_id
    act = Act("alert.resolved_itself", "alert", row.id, row.participant_id, site_id, new=told)
    record(session, SYSTEM, act, now)
    return True


def change_open(session: Session, row: Alert, values: dict[str, Any]) -> bool:
    """Change an open row unless somebody else did since it was read."""
    result = session.execute(
        update(Alert)
        .where(
            Alert.id == row.id,
            Alert.acknowledged_at.is_(None),
            Alert.escalations == row.escalations,
        )
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    session.expire(row)
    return cast(CursorResult[Any], result).rowcount == 1
