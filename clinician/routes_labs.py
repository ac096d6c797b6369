"""Laboratory results: a panel of one sample to enter, and all results in a grid."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import Schema, fields

from clinician import blueprint
from clinician.place import Place, place_of
from clinician.presenters_labs import entry_rows, first_panel, lab_grid, result_values
from domain.protocol import Protocol
from models.laboratory import LabResult
from services.access import Permission
from services.errors import RefusedError
from services.labs import SaidLabs, SaidResult, latest_of, record_labs, results_of
from services.results import find_result
from web.fields import Amount, ClockTime, Day, Ident, Words
from web.forms import Filled, WriteSchema, blank, read_form

_LABS = "/participants/<uuid:participant>/labs"
# the form's own fields; all others are named after an analyte
Typed = Mapping[str, Any]


class PanelSchema(WriteSchema):
    drawn_on = Day(required=True)
    drawn_time = ClockTime(required=True)
    laboratory = Words(longest=80, load_default=None)
    fasting = Words(longest=3, load_default=None)
    amends = Ident(load_default=None)
    amend_reason = Words(longest=200, load_default=None)


@blueprint.get(_LABS)
def labs(participant: UUID) -> str:
    """Every result of the child, sample by sample."""
    place = place_of(participant)
    rows = results_of(place.session, place.child)
    return place.show("labs", "labs", grid=lab_grid(rows, place.protocol, place.zone))


@blueprint.route(f"{_LABS}/new", methods=["GET", "POST"])
def new_labs(participant: UUID) -> ResponseReturnValue:
    """Enter a panel; with `?amends=` correct one result."""
    place = place_of(participant, Permission.RECORD)
    if request.method != "POST":
        return _form(place, blank(_first_values(place)))
    filled = read_form(_schema(place.protocol), dict[str, Any])
    if filled.form is None:
        return _form(place, filled), 422
    try:
        said = _said(filled.form, place)
        record_labs(
            place.session, place.actor, place.child, said, protocol=place.protocol, now=place.now
        )
    except RefusedError as refused:
        return _form(place, filled.refused(refused)), 422
    place.session.commit()
    return redirect(url_for("clinician.labs", participant=participant), 303)


def _schema(protocol: Protocol) -> Schema:
    """The fields of the form: four for each analyte of the study."""
    analytes: dict[str, fields.Field[Any]] = {}
    for plan in protocol.labs:
        analytes[plan.code] = Words(longest=20, load_default=None)
        analytes[f"{plan.code}_unit"] = Words(longest=16, load_default=plan.unit)
        analytes[f"{plan.code}_low"] = Amount(load_default=None)
        analytes[f"{plan.code}_high"] = Amount(load_default=None)
    panel: type[Schema] = type("Panel", (PanelSchema,), analytes)
    return panel()


def _said(typed: Typed, place: Place) -> SaidLabs:
    return SaidLabs(
        client_id=typed["client_id"],
        drawn_at=datetime.combine(typed["drawn_on"], typed["drawn_time"], place.zone),
        laboratory=typed["laboratory"],
        results=tuple(
            _result(plan.code, typed) for plan in place.protocol.labs if typed[plan.code]
        ),
    )


def _result(code: str, typed: Typed) -> SaidResult:
    return SaidResult(
        analyte=code,
        result=typed[code],
        unit=typed[f"{code}_unit"],
        reference_low=typed[f"{code}_low"],
        reference_high=typed[f"{code}_high"],
        fasting={"yes": True, "no": False}.get(typed["fasting"] or ""),
        amends=typed["amends"],
        amend_reason=typed["amend_reason"],
    )


def _first_values(place: Place) -> dict[str, str]:
    amends = request.args.get("amends", type=UUID)
    if amends is not None:
        return result_values(find_result(place.session, LabResult, place.child, amends), place.zone)
    latest = latest_of(place.session, place.child)
    return first_panel(place.protocol, latest) | {"drawn_on": place.today.isoformat()}


def _form(place: Place, filled: Filled[Any]) -> str:
    return place.show(
        "labs_new",
        "labs",
        rows=entry_rows(place.protocol, _only_analyte(place, filled)),
        values=filled.values,
        errors=filled.errors,
        client_id=filled.client_id,
    )


def _only_analyte(place: Place, filled: Filled[Any]) -> str | None:
    """A correction shows the one row it corrects; an id that is none is the form's error."""
    amends = filled.values.get("amends")
    if not amends or "amends" in filled.errors:
        return None
    return find_result(place.session, LabResult, place.child, UUID(str(amends))).analyte
