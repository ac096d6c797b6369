"""Days in hospital of a child."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from clinician import blueprint
from clinician.place import Place, place_of
from models.visit import InpatientStay
from services.access import Permission
from services.errors import RefusedError
from services.inpatient import SaidStay, record_stay
from services.results import find_result
from web.fields import Day, Ident, Tick, Words
from web.forms import Filled, WriteSchema, blank, read_form


class StaySchema(WriteSchema):
    from_on = Day(required=True)
    until_on = Day(load_default=None)
    note = Words(longest=200, load_default=None)
    amends = Ident(load_default=None)
    amend_reason = Words(longest=200, load_default=None)
    never_was = Tick()


@dataclass(frozen=True, slots=True, kw_only=True)
class StayForm:
    client_id: UUID
    from_on: date
    until_on: date | None
    note: str | None
    amends: UUID | None
    amend_reason: str | None
    never_was: bool

    def said(self) -> SaidStay:
        return SaidStay(
            client_id=self.client_id,
            from_on=self.from_on,
            until_on=self.until_on,
            note=self.note,
            amends=self.amends,
            amend_reason=self.amend_reason,
            never_was=self.never_was,
        )


@blueprint.route("/participants/<uuid:participant>/stays/new", methods=["GET", "POST"])
def new_stay(participant: UUID) -> ResponseReturnValue:
    """Record days in hospital; with ?amends= end or correct those recorded."""
    place = place_of(participant, Permission.RECORD)
    if request.method != "POST":
        return _page(place, blank(_first_values(place)))
    filled = read_form(StaySchema(), StayForm)
    if filled.form is None:
        return _page(place, filled), 422
    try:
        record_stay(place.session, place.actor, place.child, filled.form.said(), now=place.now)
    except RefusedError as error:
        return _page(place, filled.refused(error)), 422
    place.session.commit()
    return redirect(url_for("clinician.diary", participant=participant), 303)


def _first_values(place: Place) -> dict[str, str]:
    amends = request.args.get("amends")
    if not amends:
        return {"from_on": place.today.isoformat()}
    try:
        row = find_result(place.session, InpatientStay, place.child, UUID(amends))
    except ValueError:
        abort(404)
    return {
        "from_on": row.from_on.isoformat(),
        "until_on": (row.until_on or place.today).isoformat(),
        "note": row.note or "",
        "amends": amends,
    }


def _page(place: Place, filled: Filled[Any]) -> str:
    return place.show(
        "stay_new",
        "diary",
        values=filled.values,
        errors=filled.errors,
        client_id=filled.client_id,
    )
