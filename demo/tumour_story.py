"""What is measured and felt of the tumour, and what was given beside sirolimus."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from demo.stage import Story
from domain.response_inputs import Firmness, SkinColour
from domain.volume import Diameters
from models.tumour import TreatmentKind
from services.medicines import record_medicine
from services.tumour import (
    Entering,
    Modality,
    SaidSkin,
    SaidTreatment,
    SaidVolume,
    record_skin,
    record_treatment,
    record_volume,
)

READER: Final = "Demo reader"
LESION: Final = "1"
# mm at the baseline, times the size of the child's tumour
_SIDES: Final = (58, 43, 31)
_TOO_EARLY_TO_TELL: Final = 0.35
_LOW_PLATELETS: Final = 25


def image(story: Story, on: date, now: datetime) -> None:
    """A reading of the tumour on this day."""
    course, month = story.course, story.month(now)
    first = on <= story.first_on
    if not course.imaged and not first:
        return
    left = 1.0 if first else course.at((1.0, course.volume_left), month)
    said = SaidVolume(
        client_id=story.id("volume", on),
        measured_on=on,
        lesion=LESION,
        modality=Modality.MRI,
        reader=READER,
        diameters=None if course.measured_ml else _diameters(story, left),
        volume_ml=Decimal(course.measured_ml[0 if first else 1]) if course.measured_ml else None,
    )
    record_volume(story.stage.session, _entering(story, now), said, protocol=story.stage.protocol)


def examine(story: Story, on: date, now: datetime) -> None:
    """Colour and firmness against the baseline: early on everything is about the same."""
    course, month = story.course, story.month(now)
    early = course.way(month) < _TOO_EARLY_TO_TELL and course.colour is SkinColour.LIGHTER
    said = SaidSkin(
        client_id=story.id("skin", on),
        examined_on=on,
        colour=SkinColour.SLIGHTLY_LIGHTER if early else course.colour,
        firmness=Firmness.UNCHANGED if early else course.firmness,
    )
    record_skin(story.stage.session, _entering(story, now), said)


@dataclass(frozen=True, slots=True)
class Given:
    """Something given beside sirolimus, from a day and perhaps until one."""

    kind: TreatmentKind
    name: str
    on: date
    until: date | None = None


def treat_at_first(story: Story, now: datetime) -> None:
    """What a child with consumptive coagulopathy gets in the first days."""
    on = story.first_on - timedelta(days=1)
    if not story.child.kmp:
        return
    until = min(on + timedelta(days=14), story.day_of(story.stage.now))
    give(story, Given(TreatmentKind.MEDICINE, "Prednisolone", on, until), now)
    if story.course.platelets[0] < _LOW_PLATELETS:
        give(story, Given(TreatmentKind.PLATELETS, "Platelets", on), now)
        concentrate = TreatmentKind.FIBRINOGEN_CONCENTRATE
        give(story, Given(concentrate, "Fibrinogen concentrate", on), now)


def give(story: Story, given: Given, now: datetime) -> None:
    said = SaidTreatment(
        client_id=story.id("treatment", given.kind, given.on),
        kind=given.kind,
        name=given.name,
        started_on=given.on,
        ended_on=given.until,
    )
    session, entering = story.stage.session, _entering(story, now)
    if given.kind is TreatmentKind.MEDICINE:
        record_medicine(session, entering, said, protocol=story.stage.protocol)
    else:
        record_treatment(session, entering, said)


def _entering(story: Story, now: datetime) -> Entering:
    return Entering(story.people.prescriber, story.row, now)


def _diameters(story: Story, left: float) -> Diameters:
    """Sides that shrink alike, measured to the millimetre."""
    size = float(story.child.height_cm) / 90 * left ** (1 / 3)
    length, width, height = (Decimal(max(1, round(side * size))) for side in _SIDES)
    return Diameters(length, width, height)
