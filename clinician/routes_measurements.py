"""Height and weight of a child: the history, and a new measurement."""

from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from clinician import blueprint
from clinician.place import Place, place_of
from clinician.presenters_orders import size_words
from services.access import Permission
from services.errors import RefusedError
from services.growth import size_review
from services.measurements import SaidMeasurement, measurements_of
from services.people import names_of
from services.weighing import weigh
from web.fields import Amount, Day, Ident, Words
from web.forms import Filled, WriteSchema, blank, read_form

_MEASUREMENTS = "/participants/<uuid:participant>/measurements"


class MeasurementSchema(WriteSchema):
    measured_on = Day(required=True)
    height_cm = Amount(required=True)
    weight_kg = Amount(required=True)
    amends = Ident(load_default=None)
    amend_reason = Words(longest=200, load_default=None)


@blueprint.get(_MEASUREMENTS)
def measurements(participant: UUID) -> str:
    """Every measurement with its body surface, and what the dose of now is to it; `?amends=` fills
    the form with the one that is corrected."""
    place = place_of(participant)
    return _page(place, blank(_first_values(place)))


@blueprint.post(_MEASUREMENTS)
def measure(participant: UUID) -> ResponseReturnValue:
    """A new measurement; the next order is worked out from it."""
    place = place_of(participant, Permission.RECORD)
    filled = read_form(MeasurementSchema(), SaidMeasurement)
    if filled.form is None:
        return _page(place, filled), 422
    try:
        weigh(
            place.session,
            place.actor,
            place.child,
            filled.form,
            protocol=place.protocol,
            now=place.now,
        )
    except RefusedError as error:
        return _page(place, filled.refused(error)), 422
    place.session.commit()
    return redirect(url_for("clinician.measurements", participant=participant), 303)


def _first_values(place: Place) -> dict[str, str]:
    amends = request.args.get("amends", type=UUID)
    rows = measurements_of(place.session, place.child.id)
    row = next((row for row in rows if row.client_id == amends), None)
    if row is None:
        return {"measured_on": place.today.isoformat()}
    return {
        "measured_on": row.measured_on.isoformat(),
        "height_cm": f"{row.height_cm:f}",
        "weight_kg": f"{row.weight_kg:f}",
        "amends": str(row.client_id),
    }


def _page(place: Place, filled: Filled[Any]) -> str:
    rows = measurements_of(place.session, place.child.id)
    return place.show(
        "measurements",
        "measurements",
        rows=rows,
        corrected={row.amends_id for row in rows},
        names=names_of(place.session, [row.recorded_by_id for row in rows]),
        size=size_words(size_review(place.session, place.child, protocol=place.protocol)),
        values=filled.values,
        errors=filled.errors,
        client_id=filled.client_id,
    )
