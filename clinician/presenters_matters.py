"""All matters of one child in words, each with what happened to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from flask import request
from flask_babel import gettext as _

from clinician.fact_words import Reader as FactReader
from clinician.fact_words import fact_lines
from clinician.place import Place
from clinician.presenters_worklist import ItemCard, Reader, item_cards
from clinician.work_words import OUTCOMES, STEPS, URGENCIES, matter_word, options
from models.attention import Alert
from services.access import Permission
from services.alert_acts import AlertOutcome, colleagues
from services.alert_history import AlertStep, AlertStory, HistoryLine, stories_of
from services.people import names_of
from services.worklist import WorkItem, items_of_site
from web.formats import moment
from web.parts import parts


@dataclass(frozen=True, slots=True)
class StoryLine:
    """One step: when, what and by whom, and the words said."""

    at: str
    words: str
    note: str


@dataclass(frozen=True, slots=True)
class OpenMatter:
    """A matter that waits. `rule` says which rule raised it, `facts` what it rests on."""

    card: ItemCard
    story: tuple[StoryLine, ...]
    facts: tuple[tuple[str, str], ...]
    rule: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class PastMatter:
    key: str
    title: str
    urgency: str
    raised: str
    ended: str
    outcome: str
    note: str
    story: tuple[StoryLine, ...]
    facts: tuple[tuple[str, str], ...]
    rule: str
    may_reopen: bool
    is_chosen: bool


def matters_page(place: Place) -> Mapping[str, Any]:
    """What clinician/matters.html needs."""
    stories = {story.alert.key: story for story in stories_of(place.session, place.child)}
    everything = items_of_site(place.session, place.child.site_id, parts().protocols, now=place.now)
    items = [item for item in everything if item.child.id == place.child.id]
    items.sort(key=lambda item: (item.rank, item.since))
    past = [story for story in stories.values() if story.alert.acknowledged_at is not None]
    staff = colleagues(place.session, place.child.site_id)
    return {
        "open_matters": _open(place, items, stories),
        "past_matters": [_past(place, story) for story in past],
        "colleagues": [
            (str(one.public_id), one.name) for one in staff if one.id != place.actor.account_id
        ],
        "outcomes": options(OUTCOMES),
    }


def _open(
    place: Place, items: list[WorkItem], stories: Mapping[str, AlertStory]
) -> list[OpenMatter]:
    names = names_of(place.session, {item.assigned_to_id for item in items})
    acts_at = frozenset({place.child.site_id} if place.may(Permission.RECORD) else ())
    reader = Reader(place.actor.account_id, names, acts_at)
    cards = item_cards(items, parts().protocols, reader, place.now)
    return [
        OpenMatter(
            card=card,
            story=_story(stories.get(item.key), place.zone),
            facts=fact_lines(item.facts, FactReader(place.protocol, place.zone)),
            rule=item.alert.rule_version if item.alert else place.protocol.key,
            is_chosen=item.key == request.args.get("key"),
        )
        for item, card in zip(items, cards, strict=True)
    ]


def _past(place: Place, story: AlertStory) -> PastMatter:
    alert = story.alert
    return PastMatter(
        key=alert.key,
        title=matter_word(alert.code),
        urgency=str(URGENCIES[alert.urgency]),
        raised=moment(alert.raised_at, place.zone),
        ended=moment(alert.acknowledged_at, place.zone) if alert.acknowledged_at else "",
        outcome=outcome_word(alert),
        note=alert.outcome_note or "",
        story=_story(story, place.zone),
        facts=fact_lines(alert.facts, FactReader(place.protocol, place.zone)),
        rule=alert.rule_version,
        may_reopen=place.may(Permission.RECORD) and alert.outcome in set(AlertOutcome),
        is_chosen=alert.key == request.args.get("key"),
    )


def outcome_word(alert: Alert) -> str:
    """The outcome in words; a later version may know more."""
    if alert.outcome is None:
        return ""
    if alert.outcome in set(AlertOutcome):
        return str(OUTCOMES[AlertOutcome(alert.outcome)])
    return (
        str(STEPS[AlertStep(alert.outcome)]) if alert.outcome in set(AlertStep) else alert.outcome
    )


def _story(story: AlertStory | None, zone: ZoneInfo) -> tuple[StoryLine, ...]:
    if story is None:
        return ()
    return tuple(
        StoryLine(moment(step.at, zone), _step_words(step), step.note or "") for step in story.steps
    )


def _step_words(step: HistoryLine) -> str:
    words = str(STEPS[step.step])
    if step.to and step.to != step.by:
        words = str(_("%(what)s to %(name)s", what=words, name=step.to))
    return str(_("%(what)s, by %(name)s", what=words, name=step.by)) if step.by else words
