"""A child who came this morning: registered and consented for, its arm still sealed."""

from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Final

from demo.admission_story import prepare
from demo.children import HIGH, Child
from demo.stage import SitePeople, Stage, local_today, made_up_id, minutes
from models.participant import Participant
from services.participants import Registration, register

WAITING: Final = Child(
    site="DA",
    number="90",
    call_name="可可",
    sex="female",
    arm=HIGH,  # nobody knows: the list decides when it is randomised
    age_months=20,
    kmp=False,
    days=0,
    course="slow",
    exposure=10.0,
    carers=("zhao_mother",),
    height_cm="83",
    weight_kg="11.2",
)
_BEFORE: Final = 20


def let_one_wait(stage: Stage, people: SitePeople) -> Participant:
    """Register the child and prepare everything but the button."""
    at: datetime = stage.now - minutes(_BEFORE)
    today = local_today(at, people.site.time_zone)
    said = Registration(
        client_id=made_up_id(WAITING.study_number, "enrolment"),
        study_number=WAITING.study_number,
        call_name=WAITING.call_name,
        born_on=today - timedelta(days=600),
        sex=WAITING.sex,
        kasabach_merritt=WAITING.kmp,
        enrolled_on=today,
        time_zone=people.site.time_zone,
        morning=time(8),
        evening=time(20),
        height_cm=Decimal(WAITING.height_cm),
        weight_kg=Decimal(WAITING.weight_kg),
        measured_on=today,
    )
    row = register(
        stage.session, people.coordinator, people.site, said, protocol=stage.protocol, now=at
    )
    prepare(stage, WAITING, people, row, now=at)
    return row
