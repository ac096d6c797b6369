"""The audit trail: one call beside every write."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Any, cast

from sqlalchemy.orm import Session

from models.audit import AuditEntry
from services.actor import Actor, ActorKind


@dataclass(frozen=True, slots=True)
class Act:
    """What was done to what. `old` and `new` hold only the fields that matter to a reviewer."""

    action: str
    subject: str
    subject_id: int | None
    participant_id: int | None = None
    site_id: int | None = None
    old: Mapping[str, object] | None = None
    new: Mapping[str, object] | None = None
    reason: str | None = None


def record(session: Session, actor: Actor, act: Act, now: datetime) -> None:
    """Add the entry to the caller's transaction: the act and its trace stand or fall together."""
    if actor.account_id is None and actor.kind is not ActorKind.SYSTEM:
        raise ValueError("an act needs an actor")
    session.add(
        AuditEntry(
            at=now,
            actor_id=actor.account_id,
            actor_name=actor.name,
            channel=actor.channel,
            action=act.action,
            subject=act.subject,
            subject_id=act.subject_id,
            participant_id=act.participant_id,
            site_id=act.site_id,
            old=_document(act.old),
            new=_document(act.new),
            reason=act.reason,
        )
    )


def _document(fields: Mapping[str, object] | None) -> dict[str, Any] | None:
    return None if fields is None else {name: plain(value) for name, value in fields.items()}


def plain(value: object) -> Any:
    """A value as a JSON document can hold it without losing exactness: decimals become text."""
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, Mapping):
        document = cast(Mapping[object, object], value)
        return {str(key): plain(item) for key, item in document.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in cast(Sequence[object], value)]
    return value
