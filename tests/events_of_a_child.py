"""Adverse events and symptoms as people tell them, for the tests of both."""

import uuid
from datetime import date
from typing import Any

from domain.entries import Channel
from models.adverse_event import Relatedness
from models.participant import Participant
from results_of_a_child import KHE, local
from services.actor import Actor
from services.adverse_events import Action, EventOutcome, EventSource, SaidEvent
from services.event_changes import Changing
from services.symptoms import SaidSymptom

# Tuesday 10 March 2026, 09:00 in Shanghai
NOW = local(date(2026, 3, 10), "09:00")
TODAY = date(2026, 3, 10)


def an_event(**changes: Any) -> SaidEvent:
    values: dict[str, Any] = {
        "client_id": uuid.uuid4(),
        "term": "Mucositis oral",
        "grade": 1,
        "verbatim": "sore mouth",
        "source": EventSource.DIARY,
        "started_on": date(2026, 3, 5),
        "relatedness": Relatedness.PROBABLE,
        "action": Action.NONE,
        "outcome": EventOutcome.RECOVERING,
    }
    return SaidEvent(**(values | changes))


def a_symptom(**changes: Any) -> SaidSymptom:
    values: dict[str, Any] = {
        "client_id": uuid.uuid4(),
        "kind": "mouth_sores",
        "severity": "mild",
        "noticed_on": TODAY,
        "entered_at": NOW,
        "channel": Channel.PAGE,
        "language": "zh",
    }
    return SaidSymptom(**(values | changes))


def changing(actor: Actor, child: Participant) -> Changing:
    return Changing(actor, child, KHE, NOW)
