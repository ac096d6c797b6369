"""The tumour of a child: its lesions, and how they grew or shrank."""

from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from clinician import blueprint
from clinician.place import Place, place_of
from clinician.presenters_tumour_course import tumour_page
from models.tumour import Lesion
from services.access import Permission
from services.errors import RefusedError
from services.lesions import SaidLesion, record_lesion
from services.results import find_result
from services.tumour import Entering
from services.tumour_course import tumour_of
from web.fields import Day, Ident, Tick, Words
from web.forms import Filled, WriteSchema, blank, read_form
from web.photo_words import site_word

_CHILD = "/participants/<uuid:participant>"


class LesionSchema(WriteSchema):
    name = Words(required=True, longest=40)
    body_site = Words(required=True, longest=24)
    is_deep = Tick()
    noted_on = Day(required=True)
    note = Words(longest=500, load_default=None)
    amends = Ident(load_default=None)
    amend_reason = Words(longest=200, load_default=None)


@blueprint.get(f"{_CHILD}/tumour")
def tumour(participant: UUID) -> str:
    """Lesions, each measurement against the baseline, and what was seen and felt."""
    place = place_of(participant)
    view = tumour_of(place.session, place.child)
    return place.show("tumour", "tumour", page=tumour_page(view, place.protocol))


@blueprint.route(f"{_CHILD}/lesions/new", methods=["GET", "POST"])
def new_lesion(participant: UUID) -> ResponseReturnValue:
    """Note a lesion; `?amends=` names the one that is corrected."""
    place = place_of(participant, Permission.RECORD)
    if request.method != "POST":
        return _form(place, blank(_first_values(place)))
    filled = read_form(LesionSchema(), SaidLesion)
    if filled.form is None:
        return _form(place, filled), 422
    entering = Entering(place.actor, place.child, place.now)
    try:
        record_lesion(place.session, entering, filled.form, protocol=place.protocol)
    except RefusedError as refused:
        return _form(place, filled.refused(refused)), 422
    place.session.commit()
    return redirect(url_for("clinician.tumour", participant=place.child.public_id), 303)


def _first_values(place: Place) -> dict[str, str]:
    public_id = request.args.get("amends", type=UUID)
    if public_id is None:
        return {"noted_on": place.today.isoformat()}
    row = find_result(place.session, Lesion, place.child, public_id)
    return {
        "name": row.name,
        "body_site": row.body_site,
        "is_deep": "yes" if row.is_deep else "",
        "noted_on": row.noted_on.isoformat(),
        "note": row.note or "",
        "amends": str(row.public_id),
    }


def _form(place: Place, filled: Filled[Any]) -> str:
    sites = [(code, site_word(code)) for code in place.protocol.photos.body_sites]
    return place.show(
        "lesion_new",
        "tumour",
        values=filled.values,
        errors=filled.errors,
        client_id=filled.client_id,
        sites=sites,
    )
