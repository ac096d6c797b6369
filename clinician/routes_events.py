"""Adverse events: list, enter, grade anew."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import fields, validate

from clinician import blueprint
from clinician.place import Place, place_of
from clinician.result_words import ACTIONS, OUTCOMES, RELATEDNESS, SOURCES, options
from models.adverse_event import AdverseEvent, Relatedness
from services.access import Permission
from services.adverse_events import (
    Action,
    EventOutcome,
    EventSource,
    SaidEvent,
    events_of,
    record_event,
)
from services.event_changes import Changing, SaidGrade, regrade_event
from services.errors import RefusedError
from services.results import find_result
from web.fields import Choice, Day, Tick, Words
from web.forms import Filled, FormSchema, WriteSchema, blank, read_form

_EVENTS = "/participants/<uuid:participant>/events"


def _grade() -> fields.Integer:
    codes: dict[str, Any] = {
        "required": "required",
        "null": "required",
        "invalid": "not_a_choice",
    }
    inside = validate.Range(1, 5, error="not_a_choice")
    return fields.Integer(required=True, validate=inside, error_messages=codes)


class EventSchema(WriteSchema):
    term = Words(required=True, longest=120)
    grade = _grade()
    verbatim = Words(required=True, longest=500)
    source = Choice(EventSource, required=True)
    started_on = Day(required=True)
    ended_on = Day(load_default=None)
    is_serious = Tick()
    relatedness = Choice(Relatedness, required=True)
    action = Choice(Action, required=True)
    outcome = Choice(EventOutcome, required=True)


class GradeSchema(FormSchema):
    grade = _grade()
    from_on = Day(required=True)


@dataclass(frozen=True, slots=True)
class GradeForm:
    grade: int
    from_on: date


@blueprint.get(_EVENTS)
def events(participant: UUID) -> str:
    """All adverse events of the child with the history of their grade."""
    return _list(place_of(participant), blank())


@blueprint.route(f"{_EVENTS}/new", methods=["GET", "POST"])
def new_event(participant: UUID) -> ResponseReturnValue:
    """An event as a clinician decided it."""
    place = place_of(participant, Permission.RECORD)
    if request.method != "POST":
        first = {"started_on": place.today.isoformat(), "source": EventSource.CLINIC.value}
        return _form(place, blank(first))
    filled = read_form(EventSchema(), SaidEvent)
    if filled.form is None:
        return _form(place, filled), 422
    try:
        record_event(
            place.session,
            place.actor,
            place.child,
            filled.form,
            protocol=place.protocol,
            now=place.now,
        )
    except RefusedError as refused:
        return _form(place, filled.refused(refused)), 422
    place.session.commit()
    return redirect(url_for("clinician.events", participant=participant), 303)


@blueprint.post(f"{_EVENTS}/<uuid:event>/grade")
def grade_event(participant: UUID, event: UUID) -> ResponseReturnValue:
    """The event has another grade from a day on."""
    place = place_of(participant, Permission.RECORD)
    row = find_result(place.session, AdverseEvent, place.child, event)
    filled = read_form(GradeSchema(), GradeForm)
    if filled.form is None:
        return _list(place, filled), 422
    try:
        to = (filled.form.grade, filled.form.from_on)
        regrade_event(place.session, place.actor, row, to, now=place.now)
    except RefusedError as refused:
        return _list(place, filled.refused(refused)), 422
    place.session.commit()
    return redirect(url_for("clinician.events", participant=participant), 303)


def _list(place: Place, filled: Filled[Any]) -> str:
    return place.show(
        "events",
        "events",
        events=events_of(place.session, place.child),
        relatedness=RELATEDNESS,
        actions=ACTIONS,
        outcomes=OUTCOMES,
        sources=SOURCES,
        values=filled.values,
        errors=filled.errors,
    )


def _form(place: Place, filled: Filled[Any]) -> str:
    return place.show(
        "event_new",
        "events",
        sources=options(SOURCES),
        relatedness=options(RELATEDNESS),
        actions=options(ACTIONS),
        outcomes=options(OUTCOMES),
        values=filled.values,
        errors=filled.errors,
        client_id=filled.client_id,
    )
