"""The planned visits of a child."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any
from uuid import UUID, uuid4

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from clinician import blueprint
from clinician.place import Place, place_of
from clinician.presenters_visits import MARKS, lab_groups, visit_rows
from clinician.work_words import options
from domain.said_time import latest_until
from models.visit import Visit, VisitState
from services import visits as planned
from services.access import Permission
from services.blood_draws import draw_on, record_blood_taken, trough_visit
from services.errors import RefusedError
from services.visit_arrivals import Arrival, arrivals
from web.fields import Choice, ClockTime, Day, Words
from web.formats import clock
from web.forms import Filled, FormSchema, WriteSchema, blank, read_form

_VISITS = "/participants/<uuid:participant>/visits"


class MarkSchema(FormSchema):
    state = Choice(VisitState, required=True)
    done_on = Day(load_default=None)
    reason = Words(longest=200, load_default=None)


@dataclass(frozen=True, slots=True)
class MarkForm:
    state: VisitState
    done_on: date | None
    reason: str | None


class MoveSchema(WriteSchema):
    on = Day(required=True)
    reason = Words(required=True, longest=200)


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveForm:
    client_id: UUID
    on: date
    reason: str


class BloodSchema(WriteSchema):
    drawn_at = ClockTime(required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class BloodForm:
    client_id: UUID
    drawn_at: time


@blueprint.get(_VISITS)
def visits(participant: UUID) -> str:
    """All visits with their windows and what is due."""
    return _page(place_of(participant), blank())


@blueprint.route(f"{_VISITS}/<uuid:visit>/state", methods=["GET", "POST"])
def mark_visit(participant: UUID, visit: UUID) -> ResponseReturnValue:
    """Done, missed, or planned again after a slip."""
    place = place_of(participant, Permission.RECORD)
    row = planned.visit_of(place.session, place.child, visit)
    if request.method != "POST":
        on = min(row.on, place.today)
        return _mark(place, visit, blank({"state": VisitState.DONE, "done_on": on.isoformat()}))
    filled = read_form(MarkSchema(), MarkForm)
    if filled.form is None:
        return _mark(place, visit, filled), 422
    form = filled.form
    try:
        planned.set_state(
            place.session,
            place.actor,
            place.child,
            visit,
            state=form.state,
            done_on=form.done_on if form.state is VisitState.DONE else None,
            reason=form.reason,
            now=place.now,
        )
    except RefusedError as error:
        return _mark(place, visit, filled.refused(error)), 422
    place.session.commit()
    return _back(place)


@blueprint.route(f"{_VISITS}/<uuid:visit>/move", methods=["GET", "POST"])
def move_visit(participant: UUID, visit: UUID) -> ResponseReturnValue:
    """Give a visit another day."""
    place = place_of(participant, Permission.RECORD)
    row = planned.visit_of(place.session, place.child, visit)
    if request.method != "POST":
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
    if planned.is_outside_window(row):
        flash(gettext("The new day lies outside of the window of the plan."), "warning")
    return _back(place)


@blueprint.post(f"{_VISITS}/blood")
def blood_taken(participant: UUID) -> ResponseReturnValue:
    """Blood was taken today at the clinic: the family's morning dose may follow (trial.md §3)."""
    place = place_of(participant, Permission.RECORD)
    filled = read_form(BloodSchema(), BloodForm)
    if filled.form is None:
        return _page(place, filled), 422
    try:
        record_blood_taken(
            place.session,
            place.actor,
            place.child,
            latest_until(filled.form.drawn_at, place.zone, place.now),
            client_id=filled.form.client_id,
            protocol=place.protocol,
            now=place.now,
        )
    except RefusedError as error:
        return _page(place, filled.refused(error)), 422
    place.session.commit()
    return _back(place)


def _page(place: Place, filled: Filled[Any]) -> str:
    rows = planned.visits_of(place.session, place.child.id)
    return place.show(
        "visits",
        "visits",
        rows=visit_rows(rows, place.protocol, place.today, _arrived(place, rows)),
        groups=lab_groups(place.protocol),
        version=place.protocol.key,
        waits_for_blood=trough_visit(place.session, place.child.id, place.today) is not None,
        draw=draw_on(place.session, place.child.id, place.today, place.timetables),
        drawn_at=filled.values.get("drawn_at") or clock(place.now, place.zone),
        errors=filled.errors,
        blood_client_id=filled.client_id or str(uuid4()),
    )


def _arrived(place: Place, rows: Sequence[Visit]) -> Mapping[int, Sequence[Arrival]]:
    return arrivals(
        place.session, place.child, rows, protocol=place.protocol, tables=place.timetables
    )


def _move(place: Place, visit: UUID, filled: Filled[Any]) -> str:
    return _form(place, "visit_move", visit, filled)


def _mark(place: Place, visit: UUID, filled: Filled[Any]) -> str:
    return _form(place, "visit_mark", visit, filled)


def _form(place: Place, name: str, visit: UUID, filled: Filled[Any]) -> str:
    row = planned.visit_of(place.session, place.child, visit)
    return place.show(
        name,
        "visits",
        shown=visit_rows([row], place.protocol, place.today, {})[0],
        marks=options(MARKS),
        values=filled.values,
        errors=filled.errors,
        client_id=filled.client_id,
    )


def _back(place: Place) -> ResponseReturnValue:
    return redirect(url_for("clinician.visits", participant=place.child.public_id), 303)
