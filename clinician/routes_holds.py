"""Pausing the medicine, and going on."""

from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from clinician import blueprint
from clinician.order_forms import HoldForm, HoldSchema, RestartForm, RestartSchema
from clinician.place import Place, place_of
from clinician.signing import needs_code, signed_now
from clinician.work_words import HALVES, options
from domain.dosing import is_under_age
from services import holds
from services.access import Permission
from services.errors import RefusedError
from services.order_slots import earliest_slot
from web.forms import Filled, blank, read_form

_ORDERS = "/participants/<uuid:participant>/orders"


@blueprint.route(f"{_ORDERS}/hold", methods=["GET", "POST"])
def hold(participant: UUID) -> ResponseReturnValue:
    """No doses from a slot on, perhaps until another."""
    place = place_of(participant, Permission.ORDER)
    if request.method != "POST":
        return _page(place, "order_hold", blank(_next_slot(place)))
    filled = read_form(HoldSchema(), HoldForm)
    if filled.form is None:
        return _page(place, "order_hold", filled), 422
    try:
        signed_now()
        said = filled.form.said()
        holds.hold(
            place.session, place.actor, place.child, said, protocol=place.protocol, now=place.now
        )
    except RefusedError as error:
        return _page(place, "order_hold", filled.refused(error)), 422
    place.session.commit()
    return redirect(url_for("clinician.orders", participant=participant), 303)


@blueprint.route(f"{_ORDERS}/restart", methods=["GET", "POST"])
def restart(participant: UUID) -> ResponseReturnValue:
    """The dose from before the hold again, from a slot on."""
    place = place_of(participant, Permission.ORDER)
    if request.method != "POST":
        return _page(place, "order_restart", blank(_next_slot(place)))
    filled = read_form(RestartSchema(), RestartForm)
    if filled.form is None:
        return _page(place, "order_restart", filled), 422
    try:
        signed_now()
        said = filled.form.said()
        holds.restart(
            place.session, place.actor, place.child, said, protocol=place.protocol, now=place.now
        )
    except RefusedError as error:
        return _page(place, "order_restart", filled.refused(error)), 422
    place.session.commit()
    return redirect(url_for("clinician.orders", participant=participant), 303)


def _next_slot(place: Place) -> dict[str, str]:
    slot = earliest_slot(place.session, place.child, now=place.now)
    return {"from_on": slot.on.isoformat(), "from_half": slot.half.value}


def _page(place: Place, name: str, filled: Filled[Any]) -> str:
    return place.show(
        name,
        "orders",
        values=filled.values,
        errors=filled.errors,
        client_id=filled.client_id,
        halves=options(HALVES),
        needs_code=needs_code(),
        note=_note(place),
    )


def _note(place: Place) -> str:
    """The warning for a child so young that every order carries it."""
    rules = place.protocol.dosing
    young = is_under_age(place.child.born_on, place.today, rules)
    return place.text(rules.neonatal_note) if young else ""
