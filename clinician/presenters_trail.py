"""The audit trail as lines of a table: codes stay codes, they are what an inspector looks up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.audit import AuditEntry


@dataclass(frozen=True, slots=True)
class TrailLine:
    at: datetime
    who: str
    channel: str
    action: str
    changes: tuple[tuple[str, str, str], ...]
    reason: str


def trail_lines(entries: Sequence[AuditEntry]) -> list[TrailLine]:
    return [
        TrailLine(
            at=entry.at,
            who=entry.actor_name,
            channel=entry.channel,
            action=entry.action,
            changes=tuple(_changes(entry.old or {}, entry.new or {})),
            reason=entry.reason or "",
        )
        for entry in entries
    ]


def _changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Field, before, after; a field that was not there before has nothing before."""
    names = dict.fromkeys([*old, *new])
    return [(name, _text(old.get(name)), _text(new.get(name))) for name in names]


def _text(value: Any) -> str:
    return "" if value is None else str(value)
