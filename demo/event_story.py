"""Adverse events, and what the clinic did about the matters that were raised."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from functools import partial
from typing import Final, NamedTuple

from sqlalchemy import select

from demo.stage import Story
from demo.symptom_story import TOLD, tell
from domain.events import Criterion
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
from services.candidate_decisions import Choice, SaidDecision, decide
from services.derived_matters import ENDED_BY_WORK
from services.event_changes import Changing, SaidChange, SaidGrade, change_event, regrade_event
from services.protocols import Protocols

# what came up longer ago has been dealt with, mostly
STILL_OPEN: Final = timedelta(days=4)
_ANSWERED_AFTER: Final = timedelta(hours=5)
_DECIDED_AFTER: Final = timedelta(minutes=40)
_TWO_O_CLOCK: Final = time(14)
# one child of each site was in hospital
_IN_HOSPITAL: Final = "03"
_IN_HOSPITAL_ON_DAY: Final = 41


class Event(NamedTuple):
    """CTCAE term, grade, words it came in, and for how many days it went on."""

    term: str
    grade: int
    verbatim: str
    days: int
    source: EventSource
    relatedness: Relatedness
    action: Action = Action.NONE
    criteria: tuple[Criterion, ...] = ()


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
PNEUMONIA: Final = Event(
    *("Lung infection", 3, "发热、咳嗽，肺炎住院7天", 9, EventSource.CLINIC, Relatedness.POSSIBLE),
    Action.HELD,
    (Criterion.HOSPITALISATION,),
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
    if story.child.number == _IN_HOSPITAL and days > _IN_HOSPITAL_ON_DAY:
        at = story.clock(story.first_on, _TWO_O_CLOCK) + timedelta(days=_IN_HOSPITAL_ON_DAY)
        story.agenda.at(at, partial(_record, story, PNEUMONIA))
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
        action=event.action,
        serious_criteria=event.criteria,
        outcome=EventOutcome.RECOVERING,
    )
    row = _decide(story, event, said, now)
    if event.days > 10 and story.chance.random() < 0.5:
        story.agenda.at(now + timedelta(days=3), partial(_worsen, story, event, row))
    story.agenda.at(now + timedelta(days=event.days), partial(_end, story, row))


def _decide(story: Story, event: Event, said: SaidEvent, now: datetime) -> AdverseEvent:
    """What the family told is decided on; anything else is entered as it was seen."""
    session, told = story.stage.session, TOLD.get(event.term)
    if told is None or not story.carers:
        changing = _changing(story, now)
        actor, protocol = changing.actor, changing.protocol
        return record_event(session, actor, story.row, said, protocol=protocol, now=now)[0]
    report = tell(story, told, now)
    decision = SaidDecision(
        client_id=said.client_id, evidence_id=report.public_id, choice=Choice.NEW, event=said
    )
    row, _new = decide(session, _changing(story, now + _DECIDED_AFTER), decision)
    return session.get_one(AdverseEvent, row.event_id)


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
        if alert.code in ENDED_BY_WORK:
            continue
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
