"""Matters for the clinic: each is raised once, whoever finds it first."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from domain.protocol import Protocol
from models.attention import Alert, Urgency
from models.participant import Participant
from services.alert_history import RESOLVED_ITSELF, AlertStep, add_step
from services.audit import plain


@dataclass(frozen=True, slots=True)
class Matter:
    """`code` says what it is, `name` which one of its kind (a slot, a level): together with the
    child they are the key under which it is raised once. `facts` hold what a reviewer needs and
    no names."""

    code: str
    name: str
    urgency: Urgency
    facts: Mapping[str, object] = field(default_factory=dict[str, object])


def matter(
    protocol: Protocol, code: str, name: str, facts: Mapping[str, object] | None = None
) -> Matter:
    """A matter as pressing as the study file says; one that it does not name is a review."""
    trigger = protocol.worklist.trigger(code)
    urgency = Urgency(trigger.urgency) if trigger else Urgency.REVIEW
    return Matter(code, name, urgency, facts or {})


def raise_once(
    session: Session, participant: Participant, matter: Matter, *, rule_version: str, now: datetime
) -> Alert | None:
    """Put a matter on the clinic's worklist; None if it is, or was, there already.

    Two processes that find it at the same instant meet at the unique key.
    """
    key = f"{matter.code}:{participant.id}:{matter.name}"
    if session.scalar(select(Alert.id).where(Alert.key == key)) is not None:
        return None
    alert = Alert(
        key=key,
        site_id=participant.site_id,
        participant_id=participant.id,
        code=matter.code,
        urgency=matter.urgency,
        facts=plain(matter.facts),
        raised_at=now,
        rule_version=rule_version,
    )
    try:
        with session.begin_nested():
            session.add(alert)
            session.flush()
    except IntegrityError:
        return None
    return alert


def stand(
    session: Session, participant: Participant, found: Matter, *, since: datetime, now: datetime
) -> Alert:
    """The row of something read from the facts, raised now if it has none. One that had ended by
    itself is open again: the fact is back."""
    raise_once(session, participant, found, rule_version=participant.protocol_key, now=since)
    key = f"{found.code}:{participant.id}:{found.name}"
    row = session.scalars(select(Alert).where(Alert.key == key)).one()
    if row.outcome == RESOLVED_ITSELF:
        row.acknowledged_at = row.outcome = None
        add_step(session, row, AlertStep.REOPENED, now=now)
    return row
