"""Medicines that come up beside sirolimus: known, moderate, and one that nobody knows."""

from collections.abc import Mapping
from datetime import time, timedelta
from functools import partial
from typing import Final, NamedTuple

from demo.stage import Story
from demo.tumour_story import Given, give
from models.tumour import TreatmentKind

_ELEVEN: Final = time(11)


class Course(NamedTuple):
    """From so many days ago, for so many days; None goes on."""

    name: str
    days_ago: int
    days: int | None


COURSES: Final[Mapping[str, Course]] = {
    "DA-02": Course("小儿氨酚黄那敏颗粒", 2, 3),
    "DA-06": Course("Fluconazole", 9, None),
    "DA-10": Course("克拉霉素干混悬剂", 3, None),
    "DB-03": Course("苯巴比妥", 40, 12),
}


def put_on_agenda(story: Story) -> None:
    course = COURSES.get(story.child.study_number)
    if course is None:
        return
    on = story.day_of(story.stage.now) - timedelta(days=course.days_ago)
    until = None if course.days is None else on + timedelta(days=course.days)
    given = Given(TreatmentKind.MEDICINE, course.name, on, until)
    if on > story.first_on:
        story.agenda.at(story.clock(on, _ELEVEN), partial(give, story, given))
