"""Adverse events: list, enter, grade anew, change with a reason."""

from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from clinician import blueprint
from clinician.event_forms import (
    ChangeSchema,
    EventSchema,
    GradeSchema,
    change_form,
    event_values,
    said_event,
)
from clinician.event_words import choices, term_groups
from clinician.place import Place, place_of
from clinician.presenters_events import change_lines, event_line, grade_lines, highest_lines
from models.adverse_event import AdverseEvent
from services.access import Permission
from services.adverse_events import EventSource, events_of, record_event, view_of
from services.candidates import candidates_of, open_candidates
from services.errors import RefusedError
from services.event_changes import Changing, SaidChange, SaidGrade, change_event, regrade_event
from services.people import names_of
from services.results import find_result
from web.forms import Filled, blank, read_form

_EVENTS = "/participants/<uuid:participant>/events"


@blueprint.get(_EVENTS)
def events(participant: UUID) -> str:
    """All adverse events of the child, the highest grade of each term, and what is proposed."""
    place = place_of(participant)
    views = events_of(place.session, place.child)
    proposed = open_candidates(candidates_of(place.session, place.child, place.protocol))
    return place.show(
        "events",
        "events",
        lines=[event_line(one, place.protocol) for one in views],
        highest=highest_lines(views, place.protocol),
        proposed=len(proposed),
    )


@blueprint.route(f"{_EVENTS}/new", methods=["GET", "POST"])
def new_event(participant: UUID) -> ResponseReturnValue:
    """An event as a clinician decided it."""
    place = place_of(participant, Permission.RECORD)
    if request.method != "POST":
        first = {"started_on": place.today.isoformat(), "source": EventSource.CLINIC.value}
        return _form(place, blank(first))
    filled = read_form(EventSchema(), said_event)
    if filled.form is None:
        return _form(place, filled), 422
    try:
        row, _ = record_event(
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
    return _to_event(row)


@blueprint.get(f"{_EVENTS}/<uuid:event>")
def event(participant: UUID, event: UUID) -> str:
    """One event: its facts, every grade, every change."""
    place = place_of(participant)
    row = find_result(place.session, AdverseEvent, place.child, event)
    return _event(place, row, blank({"since_on": place.today.isoformat()}))


@blueprint.post(f"{_EVENTS}/<uuid:event>/grade")
def grade_event(participant: UUID, event: UUID) -> ResponseReturnValue:
    """The event has another grade from a day on."""
    place = place_of(participant, Permission.RECORD)
    row = find_result(place.session, AdverseEvent, place.child, event)
    filled = read_form(GradeSchema(), SaidGrade)
    if filled.form is None:
        return _event(place, row, filled), 422
    try:
        regrade_event(place.session, changing(place), row, filled.form)
    except RefusedError as refused:
        return _event(place, row, filled.refused(refused)), 422
    place.session.commit()
    return _to_event(row)


@blueprint.route(f"{_EVENTS}/<uuid:event>/change", methods=["GET", "POST"])
def change_adverse_event(participant: UUID, event: UUID) -> ResponseReturnValue:
    """Any fact may change, with a reason; old and new stay visible."""
    place = place_of(participant, Permission.RECORD)
    row = find_result(place.session, AdverseEvent, place.child, event)
    if request.method != "POST":
        return _form(place, blank(event_values(row)), row)
    filled = read_form(ChangeSchema(), change_form)
    form = filled.form
    if form is None:
        return _form(place, filled, row), 422
    said = SaidChange(client_id=form.client_id, fields=form.fields, reason=form.reason)
    try:
        change_event(place.session, changing(place), row, said)
    except RefusedError as refused:
        place.session.rollback()
        return _form(place, filled.refused(refused), row), 422
    place.session.commit()
    return _to_event(row)


def changing(place: Place) -> Changing:
    """This request, as the use cases of events take it."""
    return Changing(place.actor, place.child, place.protocol, place.now)


def _event(place: Place, row: AdverseEvent, filled: Filled[Any]) -> str:
    found = view_of(place.session, row)
    writers = {row.recorded_by_id, *(grade.recorded_by_id for grade in found.grades)}
    names = names_of(place.session, writers | {one.recorded_by_id for one in found.changes})
    return place.show(
        "event",
        "events",
        line=event_line(found, place.protocol),
        grades=grade_lines(found, names, place.zone),
        changes=change_lines(found.changes, names, place.zone, place.protocol),
        recorded_by=names.get(row.recorded_by_id, ""),
        rule_version=place.protocol.key,
        values=filled.values,
        errors=filled.errors,
    )


def _form(place: Place, filled: Filled[Any], row: AdverseEvent | None = None) -> str:
    return place.show(
        "event_form",
        "events",
        row=row,
        groups=term_groups(place.protocol),
        values=filled.values,
        errors=filled.errors,
        client_id=filled.client_id,
        **choices(),
    )


def _to_event(row: AdverseEvent) -> ResponseReturnValue:
    participant = request.view_args["participant"] if request.view_args else None
    url = url_for("clinician.event", participant=participant, event=row.public_id)
    return redirect(url, 303)
