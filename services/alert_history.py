"""What happened to a matter: taken, handed over, passed on, noted, ended. Rows are only added."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.attention import Alert, AlertEvent
from models.participant import Participant
from services.people import names_of

# the outcome of a matter whose fact went away before anybody answered
RESOLVED_ITSELF: Final = "resolved_itself"


class AlertStep(StrEnum):
    """The kinds of an alert's events."""

    TAKEN = "taken"
    HANDED_OVER = "handed_over"
    NOTED = "noted"
    ESCALATED = "escalated"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED_ITSELF = "resolved_itself"
    REOPENED = "reopened"
    # the level it was about was corrected (services/level_concerns.py)
    LEVEL_CORRECTED = "level_corrected"


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One step of a matter. `by` is None where the notifier acted; `note` also holds the outcome
    of an answer's own words."""

    step: AlertStep
    at: datetime
    by: str | None
    to: str | None
    note: str | None


@dataclass(frozen=True, slots=True)
class AlertStory:
    """A matter of a child with all that happened to it, the oldest first."""

    alert: Alert
    steps: tuple[HistoryLine, ...]


def add_step(
    session: Session,
    alert: Alert,
    step: AlertStep,
    *,
    now: datetime,
    by_id: int | None = None,
    to_id: int | None = None,
    note: str | None = None,
) -> bool:
    """Add an event; False where the newest one says the same of the same person already."""
    newest = session.scalar(
        select(AlertEvent)
        .where(AlertEvent.alert_id == alert.id)
        .order_by(AlertEvent.id.desc())
        .limit(1)
    )
    said = (step.value, by_id, to_id, note)
    kept = newest and (newest.kind, newest.by_id, newest.to_id, newest.note)
    if by_id is not None and kept == said:
        return False
    session.add(
        AlertEvent(alert_id=alert.id, kind=step.value, at=now, by_id=by_id, to_id=to_id, note=note)
    )
    session.flush()
    return True


def last_touched(session: Session, alert_ids: Collection[int]) -> Mapping[int, datetime]:
    """When anything last happened to each matter; those of which nothing is known are absent."""
    if not alert_ids:
        return {}
    rows = session.execute(
        select(AlertEvent.alert_id, func.max(AlertEvent.at))
        .where(AlertEvent.alert_id.in_(alert_ids))
        .group_by(AlertEvent.alert_id)
    )
    return {alert: at for alert, at in rows}  # noqa: C416 - a Row is no pair to mypy


def story_of(session: Session, alert: Alert) -> AlertStory:
    """One matter with its history, in two queries."""
    return _stories(session, (alert,))[0]


def stories_of(session: Session, participant: Participant) -> tuple[AlertStory, ...]:
    """Every matter of a child, answered ones too, the newest first, in three queries."""
    rows = session.scalars(
        select(Alert)
        .where(Alert.participant_id == participant.id)
        .order_by(Alert.raised_at.desc(), Alert.id.desc())
    ).all()
    return _stories(session, rows)


def _stories(session: Session, alerts: Collection[Alert]) -> tuple[AlertStory, ...]:
    events = session.scalars(
        select(AlertEvent)
        .where(AlertEvent.alert_id.in_([alert.id for alert in alerts]))
        .order_by(AlertEvent.at, AlertEvent.id)
    ).all()
    names = names_of(session, {one for event in events for one in (event.by_id, event.to_id)})
    lines: dict[int, list[HistoryLine]] = {alert.id: [] for alert in alerts}
    for event in events:
        by = None if event.by_id is None else names.get(event.by_id)
        to = None if event.to_id is None else names.get(event.to_id)
        step = HistoryLine(AlertStep(event.kind), event.at, by, to, event.note)
        lines[event.alert_id].append(step)
    return tuple(AlertStory(alert, tuple(lines[alert.id])) for alert in alerts)
