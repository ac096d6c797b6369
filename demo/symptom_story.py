"""What families tell of beside the doses: colds, mouth sores, a fever, mostly small things."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from functools import partial
from typing import Final

from demo.stage import Story
from domain.entries import Channel
from models.symptom import SymptomReport
from services.symptoms import SaidSymptom, report_symptom

_EVENING: Final = time(19, 20)


@dataclass(frozen=True, slots=True)
class Symptom:
    """`kind` and `severity` are codes of the protocol."""

    kind: str
    severity: str
    note: str
    celsius: str | None = None


# what a family says of the events of demo/event_story.py, by their term
TOLD: Final[Mapping[str, Symptom]] = {
    "Mucositis oral": Symptom("mouth_sores", "mild", "口腔里有两个小溃疡"),
    "Upper respiratory infection": Symptom("cold", "moderate", "流鼻涕、咳嗽，晚上睡不好"),
    "Diarrhea": Symptom("diarrhoea", "mild", "大便次数多，不成形"),
    "Fever": Symptom("fever", "mild", "下午开始发热", "38.4"),
}
# nobody has decided on these yet: by the last digit of the study number
_RECENT: Final[Mapping[str, Symptom]] = {
    "1": Symptom("mouth_sores", "mild", "嘴唇内侧有一个小溃疡"),
    "4": Symptom("fever", "moderate", "昨晚开始发热，精神还好", "38.6"),
    "7": Symptom("bleeding", "mild", "刷牙时牙龈出血"),
}


def put_on_agenda(story: Story) -> None:
    """One report of the last days for some of the children."""
    symptom = _RECENT.get(story.child.number[-1])
    at = story.clock(story.day_of(story.stage.now) - timedelta(days=2), _EVENING)
    if symptom is not None and story.carers and story.day_of(at) > story.first_on:
        story.agenda.at(at, partial(_recently, story, symptom))


def _recently(story: Story, symptom: Symptom, now: datetime) -> None:
    tell(story, symptom, now)


def tell(story: Story, symptom: Symptom, now: datetime) -> SymptomReport:
    """The first carer reports it on the phone."""
    stage, on = story.stage, story.day_of(now)
    said = SaidSymptom(
        client_id=story.id("symptom", symptom.kind, on),
        kind=symptom.kind,
        severity=symptom.severity,
        noticed_on=on,
        celsius=Decimal(symptom.celsius) if symptom.celsius else None,
        note=symptom.note,
        entered_at=now,
        channel=Channel.PAGE,
        language=story.carers[0].locale,
    )
    return report_symptom(
        stage.session, story.carers[0], story.row, said, protocol=stage.protocol, now=now
    ).row
