"""Words of adverse events: criteria, fields of a change, decisions; terms in groups."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from flask_babel import lazy_gettext as _

from clinician.result_words import ACTIONS, OUTCOMES, RELATEDNESS, SOURCES, options, word
from domain.events import Criterion
from domain.protocol import Protocol
from domain.protocol_events import EventTerm
from models.adverse_event import AdverseEvent
from services.candidate_decisions import Choice
from web import event_sentences as event_sentences  # noqa: PLC0414 - it adds its sentences
from web.formats import day, language

CRITERIA: Final[Mapping[str, Any]] = {
    Criterion.DEATH: _("Death"),
    Criterion.LIFE_THREATENING: _("Danger to life"),
    Criterion.HOSPITALISATION: _("Hospital stay, or a longer one"),
    Criterion.DISABILITY: _("Lasting or marked disability"),
    Criterion.CONGENITAL_ANOMALY: _("Congenital anomaly"),
    Criterion.IMPORTANT: _("Another medically important event"),
}
FIELDS: Final[Mapping[str, Any]] = {
    "term": _("Term"),
    "verbatim": _("Reported as"),
    "source": _("Source"),
    "started_on": _("Started on"),
    "ended_on": _("Ended on"),
    "serious_criteria": _("Criteria of seriousness"),
    "relatedness": _("Related to sirolimus"),
    "action": _("What was done with sirolimus"),
    "outcome": _("Outcome"),
    "baseline_grade": _("Grade before treatment"),
}
CHOICES: Final[Mapping[str, Any]] = {
    Choice.NEW: _("new event"),
    Choice.JOIN: _("joined an event"),
    Choice.NONE: _("no event"),
}
_CODES: Final[Mapping[str, Mapping[str, Any]]] = {
    "source": SOURCES,
    "relatedness": RELATEDNESS,
    "action": ACTIONS,
    "outcome": OUTCOMES,
}


@dataclass(frozen=True, slots=True)
class TermGroup:
    """The terms of a class, each with its name for the reader and the grades it has."""

    label: str
    terms: tuple[tuple[str, str], ...]


def term_groups(protocol: Protocol) -> list[TermGroup]:
    """Every term of the study by class; the class's "Other, specify" comes last."""
    rules = protocol.events
    groups: list[TermGroup] = []
    for soc in rules.classes:
        own = [term for term in (*rules.terms, *rules.others) if term.soc == soc.code]
        label = soc.label.get(language(), soc.label["en"])
        groups.append(TermGroup(label, tuple((term.code, _option(term)) for term in own)))
    return sorted(groups, key=lambda group: len(group.terms) == 1)


def _option(term: EventTerm) -> str:
    """The name, and the grades where CTCAE has not all five."""
    name = _name(term)
    grades = [str(grade) for grade in term.grades]
    missing = term.grades != tuple(range(1, 6))
    return f"{name} ({', '.join(grades)})" if missing else name


def _name(term: EventTerm) -> str:
    return term.label.get(language(), term.code)


def term_word(protocol: Protocol, name: str) -> str:
    """The term in the reader's language."""
    found = protocol.events.term(name)
    return name if found is None else _name(found)


def choices() -> dict[str, list[tuple[str, Any]]]:
    """What the selects of an event's form offer."""
    return {
        "sources": options(SOURCES),
        "relatedness": options(RELATEDNESS),
        "actions": options(ACTIONS),
        "outcomes": options(OUTCOMES),
        "criteria": options(CRITERIA),
    }


def criteria_words(event: AdverseEvent) -> list[str]:
    return [word(CRITERIA, code) for code in event.serious_criteria or ()]


def field_word(name: str, value: Any, protocol: Protocol) -> str:
    """The value of a field as a change keeps it."""
    if value is None or value == []:
        return "–"
    if name == "term":
        return term_word(protocol, str(value))
    if name == "serious_criteria":
        return ", ".join(word(CRITERIA, code) for code in value)
    if name in {"started_on", "ended_on"}:
        return day(date.fromisoformat(str(value)))
    return word(_CODES[name], str(value)) if name in _CODES else str(value)
