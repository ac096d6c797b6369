"""Playing the whole made-up study into a database."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from demo import (
    enrolment_story,
    event_story,
    incident_story,
    medicine_story,
    photo_story,
    sample_story,
    symptom_story,
    visit_story,
)
from demo.admission_story import bring_list
from demo.cast import CAST
from demo.children import Child
from demo.diary_writing import Diary
from demo.messages_story import write_messages
from demo.people import OPENED_BEFORE, Secrets, open_sites
from demo.ranges_story import put_up_ranges
from demo.reading_story import read_masked
from demo.stage import SitePeople, Stage, Story
from demo.waiting_story import WAITING, let_one_wait
from models.account import Account
from models.site import Site
from services.protocols import Protocols


@dataclass(frozen=True, slots=True)
class Scope:
    """How much of the study: these children (by study number), at most so many days of each."""

    children: frozenset[str] = frozenset(child.study_number for child in CAST)
    longest_days: int = 400

    @property
    def cast(self) -> Sequence[Child]:
        return [
            replace(child, days=min(child.days, self.longest_days))
            for child in CAST
            if child.study_number in self.children
        ]


WHOLE: Final = Scope()


def is_empty(session: Session) -> bool:
    """Nobody and no site there yet."""
    people = session.scalar(select(func.count()).select_from(Account))
    return not people and not session.scalar(select(func.count()).select_from(Site))


def load(
    stage: Stage, secrets: Secrets, protocols: Protocols, *, scope: Scope = WHOLE
) -> tuple[Story, ...]:
    """Play the study up to `stage.now`. The caller commits."""
    people = open_sites(stage.session, secrets, protocol_key=stage.protocol.key, now=stage.now)
    # whoever came first was randomised first
    in_order = sorted(enumerate(scope.cast), key=lambda numbered: -numbered[1].days)
    cast = [child for _place, child in in_order]
    bring_list(stage, cast, people, now=stage.now - OPENED_BEFORE)
    for site in people.values():
        put_up_ranges(stage, site, now=stage.now - OPENED_BEFORE)
    stories = tuple(_play(stage, child, people[child.site], place) for place, child in in_order)
    let_one_wait(stage, people[WAITING.site])
    for story in stories:
        event_story.answer_alerts(story, protocols)
    for site in people.values():
        read_masked(stage, site, protocols)
    write_messages(stories)
    stage.session.flush()
    return stories


def _play(stage: Stage, child: Child, people: SitePeople, place: int) -> Story:
    story = enrolment_story.begin(stage, child, people, place)
    diary = Diary(story)
    enrolment_story.baseline(story, diary)
    visit_story.put_on_agenda(story, diary)
    sample_story.put_on_agenda(story, diary)
    incident_story.put_on_agenda(story, diary)
    event_story.put_on_agenda(story)
    symptom_story.put_on_agenda(story)
    medicine_story.put_on_agenda(story)
    photo_story.put_on_agenda(story)
    diary.put_on_agenda()
    story.agenda.play(stage.now)
    diary.flush()
    return story
