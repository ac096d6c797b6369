"""The start of the diary: which child, which dose, one button."""

from uuid import UUID, uuid4

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from caregiver import blueprint
from caregiver.place import Place, place_of
from caregiver.presenters import Reader, conflict_lines
from caregiver.schemas import BloodForm, BloodSchema
from caregiver.today_view import today_of
from domain.said_time import latest_until
from services.access import children_of
from services.blood_draws import record_blood_taken
from services.errors import ConflictError, RefusedError
from services.photo_plan import next_due
from web.db import db
from web.formats import clock
from web.forms import Filled, blank, read_form
from web.identity import current_actor


@blueprint.get("/")
@blueprint.get("/<uuid:child>/")
def today(child: UUID | None = None) -> ResponseReturnValue:
    """Which dose is meant now. Without a child: to the only one, or a choice between several."""
    if child is not None:
        place = place_of(child)
        return show_today(place, blank({"drawn_at": clock(place.now, place.zone)}))
    children = children_of(db.session(), current_actor())
    if len(children) == 1:
        return redirect(url_for("caregiver.today", child=children[0].public_id), 303)
    return render_template("caregiver/children.html", children=children)


@blueprint.post("/<uuid:child>/blood")
def blood_taken(child: UUID) -> ResponseReturnValue:
    """Blood was taken: the morning dose may follow."""
    place = place_of(child, to_log=True)
    filled = read_form(BloodSchema(), BloodForm)
    if filled.form is None:
        return show_today(place, filled), 422
    try:
        record_blood_taken(
            place.session,
            place.actor,
            place.child,
            latest_until(filled.form.drawn_at, place.zone, place.until),
            client_id=filled.form.client_id,
            protocol=place.protocol,
            now=place.now,
        )
    except RefusedError as error:
        return show_today(place, filled.refused(error)), 422
    except ConflictError as conflict:
        return show_conflict(place, conflict), 409
    db.session.commit()
    return to_today(place)


def show_today(place: Place, filled: Filled[BloodForm]) -> str:
    return place.show(
        "today",
        today=today_of(place),
        photo_due=next_due(place.session, place.child, place.protocol, now=place.now),
        client_id=str(uuid4()),
        values=filled.values,
        errors=filled.errors,
        blood_client_id=filled.client_id,
    )


def show_conflict(place: Place, conflict: ConflictError) -> str:
    """The same form came twice with different content: both are shown, the first is kept."""
    reader = Reader(place.zone, place.protocol)
    return place.show("conflict", lines=conflict_lines(conflict.first, conflict.offered, reader))


def to_today(place: Place) -> ResponseReturnValue:
    return redirect(url_for("caregiver.today", child=place.child.public_id), 303)
