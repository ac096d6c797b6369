"""Matters for the clinic: each is raised once, whoever finds it first."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models.attention import Alert, Urgency
from models.participant import Participant
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
