"""Adverse events in words: the list, one event with its history, the table by term."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from clinician.event_words import FIELDS, criteria_words, field_word, term_word
from clinician.result_words import ACTIONS, OUTCOMES, RELATEDNESS, SOURCES, word
from domain.events import GradeStep
from domain.protocol import Protocol
from models.adverse_event import AdverseEvent, AdverseEventChange
from services.adverse_events import Action, EventView
from services.event_table import GRADES, highest_by_term
from web.formats import day, moment


@dataclass(frozen=True, slots=True)
class EventLine:
    """One event of the list."""

    event: AdverseEvent
    term: str
    grade: int
    highest: int
    steps: tuple[GradeStep, ...]
    span: str
    related: str
    action: str
    asks_order: str
    outcome: str
    source: str
    criteria: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One later change: what it was about, old and new."""

    at: str
    who: str
    reason: str
    fields: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class GradeLine:
    """One grade row. `counts` is False where another was put in its place."""

    grade: int
    since: str
    at: str
    who: str
    counts: bool


@dataclass(frozen=True, slots=True)
class HighestLine:
    """The highest grade a child had of a term; `cells` say it once for each grade there is."""

    term: str
    cells: tuple[tuple[int, bool], ...]
    count: int
    serious: bool


def event_line(found: EventView, protocol: Protocol) -> EventLine:
    event = found.event
    return EventLine(
        event=event,
        term=term_word(protocol, event.term),
        grade=found.grade,
        highest=found.highest,
        steps=found.steps,
        span=_span(event),
        related=word(RELATEDNESS, event.relatedness),
        action=word(ACTIONS, event.action),
        asks_order=_order_page(event.action),
        outcome=word(OUTCOMES, event.outcome),
        source=word(SOURCES, event.source),
        criteria=tuple(criteria_words(event)),
    )


def highest_lines(views: Sequence[EventView], protocol: Protocol) -> list[HighestLine]:
    return [
        HighestLine(
            term_word(protocol, term),
            tuple((grade, grade == highest) for grade in GRADES),
            count,
            serious,
        )
        for term, highest, count, serious in highest_by_term(views)
    ]


def grade_lines(found: EventView, names: Mapping[int, str], zone: ZoneInfo) -> list[GradeLine]:
    """Every grade row in the order recorded, those that were replaced too."""
    in_force = {(step.since_on): step.grade for step in found.steps}
    newest = {row.from_on: row.id for row in found.grades}
    return [
        GradeLine(
            row.grade,
            day(row.from_on),
            moment(row.recorded_at, zone),
            names.get(row.recorded_by_id, ""),
            newest[row.from_on] == row.id and row.from_on in in_force,
        )
        for row in found.grades
    ]


def change_lines(
    changes: Sequence[AdverseEventChange],
    names: Mapping[int, str],
    zone: ZoneInfo,
    protocol: Protocol,
) -> list[ChangeLine]:
    """The newest first."""
    return [
        ChangeLine(
            at=moment(row.recorded_at, zone),
            who=names.get(row.recorded_by_id, ""),
            reason=row.reason,
            fields=tuple(
                (
                    word(FIELDS, name),
                    field_word(name, row.old.get(name), protocol),
                    field_word(name, value, protocol),
                )
                for name, value in row.new.items()
            ),
        )
        for row in reversed(changes)
    ]


def open_options(views: Sequence[EventView], protocol: Protocol) -> list[tuple[str, Any]]:
    """Open events as a select offers them."""
    return [
        (
            str(one.event.public_id),
            f"{term_word(protocol, one.event.term)} · {_('grade %(grade)s', grade=one.grade)}"
            f" · {day(one.event.started_on)}",
        )
        for one in views
        if one.is_open
    ]


def _span(event: AdverseEvent) -> str:
    ended = day(event.ended_on) if event.ended_on else str(_("going on"))
    return f"{day(event.started_on)} – {ended}"


def _order_page(action: str) -> str:
    """The page on which what was decided becomes an order."""
    match action:
        case Action.REDUCED:
            return "clinician.new_order"
        case Action.HELD | Action.STOPPED:
            return "clinician.hold"
        case _:
            return ""
