"""The matter that a level is for the clinic: one a level, at its highest tier (trial.md §3)."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.attention import Alert, Urgency
from models.laboratory import Level
from models.participant import Participant
from services.actor import Actor, account_of
from services.alert_history import AlertStep, add_step
from services.alerts import Matter, raise_once
from services.audit import Act, record
from services.verdicts import JudgedLevel

CODE: Final = "level_concern"
# how such a matter ends without a clinician's answer
CORRECTED: Final = AlertStep.LEVEL_CORRECTED.value


def raise_concern(
    session: Session, participant: Participant, judged: JudgedLevel, now: datetime
) -> None:
    """Put the level on the worklist where its number asks for it, whatever the verdict."""
    if judged.concern is None:
        return
    matter = Matter(
        code=CODE,
        name=str(judged.row.public_id),
        urgency=Urgency(judged.concern.action),
        facts={
            "level": judged.row.public_id,
            "result": judged.level.text,
            "drawn_at": judged.row.drawn_at,
            "position": judged.position,
            "tier": judged.concern.code,
            "verdict": judged.headline,
            "low": judged.target.low,
            "low_included": judged.target.low_included,
            "high": judged.target.high,
        },
    )
    raise_once(session, participant, matter, rule_version=participant.protocol_key, now=now)


def end_concern(
    session: Session,
    actor: Actor,
    participant: Participant,
    *,
    amended: Level,
    by: Level,
    now: datetime,
) -> None:
    """A corrected level concerns nobody any more: its open matter ends with the reason of the
    correction. One that somebody answered stays as it was answered."""
    key = f"{CODE}:{participant.id}:{amended.public_id}"
    alert = session.scalar(select(Alert).where(Alert.key == key).with_for_update())
    if alert is None or alert.acknowledged_at is not None:
        return
    alert.acknowledged_at, alert.acknowledged_by_id = now, account_of(actor)
    alert.outcome, alert.outcome_note = CORRECTED, by.amend_reason
    by_id, step = account_of(actor), AlertStep.LEVEL_CORRECTED
    add_step(session, alert, step, now=now, by_id=by_id, note=by.amend_reason)
    act = Act("alert.ended", "alert", alert.id, participant.id, participant.site_id)
    new = {"code": alert.code, "outcome": CORRECTED, "level": by.public_id}
    record(session, actor, replace(act, new=new, reason=by.amend_reason), now)
