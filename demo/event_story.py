"""Adverse events, and what the clinic did about the matters that were raised."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from functools import partial
from typing import Final, NamedTuple

from sqlalchemy import select

from demo.stage import Story
from models.adverse_event import AdverseEvent, Relatedness
from models.attention import Alert, Urgency
from services.adverse_events import (
    Action,
    EventOutcome,
    EventSource,
    SaidEvent,
    record_event,
)
from services.alert_acts import Acknowledgement, AlertOutcome, acknowledge
from services.event_changes import Changing, SaidChange, SaidGrade, change_event, regrade_event
from services.protocols import Protocols

# what came up longer ago has been dealt with, mostly
STILL_OPEN: Final = timedelta(days=4)
_ANSWERED_AFTER: Final = timedelta(hours=5)
_TWO_O_CLOCK: Final = time(14)


class Event(NamedTuple):
    """CTCAE term, grade, words it came in, and for how many days it went on."""

    term: str
    grade: int
    verbatim: str
    days: int
    source: EventSource
    relatedness: Relatedness


EVENTS: Final = (
    Event("Mucositis oral", 1, "口腔里有两个小溃疡", 6, EventSource.DIARY, Relatedness.PROBABLE),
    Event(
        "Upper respiratory infection", 2, "流鼻涕、咳嗽", 8, EventSource.DIARY, Relatedness.POSSIBLE
    ),
    Event("Hypertriglyceridemia", 1, "TG 2.1 mmol/L", 40, EventSource.LAB, Relatedness.PROBABLE),
    Event("Diarrhea", 1, "大便次数多，不成形", 3, EventSource.DIARY, Relatedness.POSSIBLE),
    Event("Rash acneiform", 1, "脸上有小疹子", 12, EventSource.CLINIC, Relatedness.POSSIBLE),
    Event("Fever", 1, "38.4 °C，一天", 2, EventSource.DIARY, Relatedness.UNLIKELY),
)
_OUTCOMES: Final[Mapping[str, AlertOutcome]] = {
    "level_concern": AlertOutcome.DOSE_CHANGED,
    "doubled": AlertOutcome.FAMILY_CALLED,
    "vomited_early": AlertOutcome.FAMILY_CALLED,
    "dose_before_trough": AlertOutcome.SEEN_AT_VISIT,
}


def put_on_agenda(story: Story) -> None:
    """One event in about two months of treatment."""
    days = (story.day_of(story.stage.now) - story.first_on).days
    day = story.chance.randint(9, 60)
    while day < days:
        event = story.chance.choice(EVENTS)
        at = story.clock(story.first_on, _TWO_O_CLOCK) + timedelta(days=day)
        story.agenda.at(at, partial(_record, story, event))
        day += story.chance.randint(30, 110)


def _record(story: Story, event: Event, now: datetime) -> None:
    began_on = story.day_of(now) - timedelta(days=1)
    said = SaidEvent(
        client_id=story.id("event", began_on),
        term=event.term,
        grade=event.grade,
        verbatim=event.verbatim,
        source=event.source,
        started_on=began_on,
        relatedness=event.relatedness,
        action=Action.NONE,
        outcome=EventOutcome.RECOVERING,
    )
    stage, actor = story.stage, story.people.investigator
    row, _new = record_event(
        stage.session, actor, story.row, said, protocol=stage.protocol, now=now
    )
    if event.days > 10 and story.chance.random() < 0.5:
        story.agenda.at(now + timedelta(days=3), partial(_worsen, story, event, row))
    story.agenda.at(now + timedelta(days=event.days), partial(_end, story, row))


def _worsen(story: Story, event: Event, row: AdverseEvent, now: datetime) -> None:
    said = SaidGrade(grade=event.grade + 1, since_on=story.day_of(now))
    regrade_event(story.stage.session, _changing(story, now), row, said)


def _end(story: Story, row: AdverseEvent, now: datetime) -> None:
    """What was entered as going on is over."""
    said = SaidChange(
        client_id=story.id("event over", row.public_id),
        fields={"ended_on": story.day_of(now), "outcome": EventOutcome.RECOVERED.value},
        reason="复诊时已恢复",
    )
    change_event(story.stage.session, _changing(story, now), row, said)


def _changing(story: Story, now: datetime) -> Changing:
    return Changing(story.people.investigator, story.row, story.stage.protocol, now)


def answer_alerts(story: Story, protocols: Protocols) -> None:
    """Most older matters were answered within hours; the rest still wait."""
    stage = story.stage
    raised = stage.session.scalars(
        select(Alert)
        .where(Alert.participant_id == story.row.id, Alert.acknowledged_at.is_(None))
        .order_by(Alert.raised_at, Alert.id)
    )
    for alert in raised.all():
        urgent = alert.urgency in {Urgency.URGENT, Urgency.SAME_DAY}
        if alert.raised_at > stage.now - STILL_OPEN or (not urgent and story.chance.random() < 0.1):
            continue
        outcome = _OUTCOMES.get(alert.code, AlertOutcome.NOTHING_NEEDED)
        acknowledge(
            stage.session,
            story.people.coordinator,
            story.row,
            alert.key,
            said=Acknowledgement(outcome),
            protocols=protocols,
            now=alert.raised_at + _ANSWERED_AFTER,
        )
