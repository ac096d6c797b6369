"""Visits outside of the plan, and all of them as a calendar file."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from clinician import blueprint
from clinician.place import Place, place_of
from clinician.presenters_visits import DUE
from clinician.work_words import options
from domain.protocol import Due
from services.access import Permission
from services.errors import RefusedError
from services.unscheduled_visits import SaidVisit, add_visit
from web.calendar_response import calendar_response
from web.fields import Choice, Day, Many, Tick, Words
from web.forms import Filled, WriteSchema, blank, read_form

_VISITS = "/participants/<uuid:participant>/visits"


class ExtraSchema(WriteSchema):
    purpose = Words(required=True, longest=200)
    on = Day(required=True)
    due = Many(Choice(Due), load_default=list)
    is_trough_day = Tick()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtraForm:
    client_id: UUID
    purpose: str
    on: date
    due: list[Due]
    is_trough_day: bool


@blueprint.route(f"{_VISITS}/new", methods=["GET", "POST"])
def new_visit(participant: UUID) -> ResponseReturnValue:
    """A visit that the plan does not have."""
    place = place_of(participant, Permission.RECORD)
    if request.method != "POST":
        return _page(place, blank({"on": place.today.isoformat()}))
    filled = read_form(ExtraSchema(), ExtraForm)
    if filled.form is None:
        return _page(place, filled), 422
    form = filled.form
    said = SaidVisit(
        client_id=form.client_id,
        purpose=form.purpose,
        on=form.on,
        due=tuple(form.due),
        is_trough_day=form.is_trough_day,
    )
    try:
        add_visit(
            place.session, place.actor, place.child, said, protocol=place.protocol, now=place.now
        )
    except RefusedError as error:
        return _page(place, filled.refused(error)), 422
    place.session.commit()
    return redirect(url_for("clinician.visits", participant=participant), 303)


@blueprint.get(f"{_VISITS}/appointments.ics")
def visit_calendar(participant: UUID) -> Response:
    """The child's visits for a calendar; nothing in it tells whose they are."""
    place = place_of(participant)
    return calendar_response(place)


def _page(place: Place, filled: Filled[Any]) -> str:
    return place.show(
        "visit_new",
        "visits",
        due=options(DUE),
        values=filled.values,
        errors=filled.errors,
        client_id=filled.client_id,
    )
