"""A clinician's own verdict on a level, beside that of the rule (trial.md §3)."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from domain.trough import Finding
from models.laboratory import Level, LevelOverrule
from models.participant import Participant
from services.actor import Actor, account_of
from services.audit import Act, record
from services.errors import RefusedError
from services.once import add_once, first_result
from services.results import check_reason, is_corrected


@dataclass(frozen=True, slots=True, kw_only=True)
class OverruleSaid:
    """What a clinician says of a sample instead of the rule, and why."""

    client_id: uuid.UUID
    verdict: Finding
    reason: str


def overrule_level(
    session: Session,
    actor: Actor,
    level: Level,
    said: OverruleSaid,
    *,
    now: datetime,
) -> tuple[LevelOverrule, bool]:
    """Put a clinician's verdict above that of the rule (True), or return what an earlier arrival
    of the same form said (False). The level and the computed verdict stay as they are.

    Raises RefusedError `reason_needed` and `already_corrected`, and ConflictError.
    """
    key = {"client_id": said.client_id}
    content = {
        "level_id": level.id,
        "verdict": said.verdict.value,
        "reason": said.reason.strip(),
    }
    earlier = first_result(session, LevelOverrule, key, content)
    if earlier is not None:
        return earlier, False
    check_reason(said.verdict, said.reason, field="reason")
    if is_corrected(session, level):
        raise RefusedError("already_corrected")
    row = LevelOverrule(**key, **content, recorded_at=now, recorded_by_id=account_of(actor))
    row, new = add_once(session, row, key, content)
    if new:
        _audit(session, actor, level, row)
    return row, new


def _audit(session: Session, actor: Actor, level: Level, row: LevelOverrule) -> None:
    act = Act(
        action="level.overruled",
        subject="level",
        subject_id=level.id,
        participant_id=level.participant_id,
        site_id=session.get_one(Participant, level.participant_id).site_id,
        new={"verdict": row.verdict},
        reason=row.reason,
    )
    record(session, actor, act, row.recorded_at)
