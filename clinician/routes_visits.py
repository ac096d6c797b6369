"""The planned visits of a child."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from clinician import blueprint
from clinician.place import Place, place_of
from clinician.presenters_visits import visit_rows
from models.visit import VisitState
from services import visits as planned
from services.access import Permission
from services.errors import RefusedError
from web.fields import Choice, Day, Words
from web.forms import Filled, FormSchema, WriteSchema, blank, read_form

_VISITS = "/participants/<uuid:participant>/visits"


class MarkSchema(FormSchema):
    state = Choice(VisitState, required=True)


@dataclass(frozen=True, slots=True)
class MarkForm:
    state: VisitState


class MoveSchema(WriteSchema):
    on = Day(required=True)
    reason = Words(required=True, longest=200)


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveForm:
    client_id: UUID
    on: date
    reason: str


@blueprint.get(_VISITS)
def visits(participant: UUID) -> str:
    """All visits with their windows and what is due."""
    return _page(place_of(participant), blank())


@blueprint.post(f"{_VISITS}/<uuid:visit>/state")
def mark_visit(participant: UUID, visit: UUID) -> ResponseReturnValue:
    """Done, missed, or planned again after a slip."""
    place = place_of(participant, Permission.RECORD)
    filled = read_form(MarkSchema(), MarkForm)
    if filled.form is None:
        return _page(place, filled), 422
    try:
        state = filled.form.state
        planned.set_state(
            place.session, place.actor, place.child, visit, state=state, now=place.now
        )
    except RefusedError as error:
        return _page(place, filled.refused(error)), 422
    place.session.commit()
    return _back(place)


@blueprint.route(f"{_VISITS}/<uuid:visit>/move", methods=["GET", "POST"])
def move_visit(participant: UUID, visit: UUID) -> ResponseReturnValue:
    """Give a visit another day."""
    place = place_of(participant, Permission.RECORD)
    row = planned.visit_of(place.session, place.child, visit)
    if request.method == "GET":
        return _move(place, visit, blank({"on": row.on.isoformat()}))
    filled = read_form(MoveSchema(), MoveForm)
    if filled.form is None:
        return _move(place, visit, filled), 422
    form = filled.form
    try:
        planned.move(
            place.session,
            place.actor,
            place.child,
            visit,
            on=form.on,
            reason=form.reason,
            now=place.now,
        )
    except RefusedError as error:
        return _move(place, visit, filled.refused(error)), 422
    place.session.commit()
    return _back(place)


def _page(place: Place, filled: Filled[Any]) -> str:
    rows = planned.visits_of(place.session, place.child.id)
    shown = visit_rows(rows, place.protocol, place.today)
    return place.show("visits", "visits", rows=shown, errors=filled.errors)


def _move(place: Place, visit: UUID, filled: Filled[Any]) -> str:
    row = planned.visit_of(place.session, place.child, visit)
    return place.show(
        "visit_move",
        "visits",
        shown=visit_rows([row], place.protocol, place.today)[0],
        values=filled.values,
        errors=filled.errors,
        client_id=filled.client_id,
    )


def _back(place: Place) -> ResponseReturnValue:
    return redirect(url_for("clinician.visits", participant=place.child.public_id), 303)
