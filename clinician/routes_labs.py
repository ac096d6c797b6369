"""Laboratory results: a panel of one sample to enter, and all results in a grid."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import Schema, fields

from clinician import blueprint
from clinician.lab_words import label_of
from clinician.place import Place, place_of
from clinician.presenters_labs import (
    course_lines,
    entry_rows,
    first_panel,
    lab_grid,
    last_laboratory,
    result_values,
)
from domain.protocol import Protocol
from models.laboratory import LabResult
from services.access import Permission
from services.candidates import is_proposed
from services.errors import RefusedError
from services.lab_grades import LabDraft, graded_results, undecided
from services.labs import SaidLabs, SaidResult, record_labs
from services.reference_ranges import Limits, limits_of_child
from services.results import find_result
from services.standing_labs import latest_of, results_of
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
    """Drafts that wait for a decision above every result; with `?analyte=` the course of one."""
    place = place_of(participant)
    if analyte := request.args.get("analyte"):
        return _course(place, analyte)
    rows = results_of(place.session, place.child)
    open_drafts = _to_look_at(undecided(place.session, place.child, place.protocol))
    return place.show(
        "labs",
        "labs",
        grid=lab_grid(rows, place.protocol, place.zone),
        open_lines=course_lines(open_drafts, place.protocol, place.zone),
    )


def _to_look_at(found: tuple[LabDraft, ...]) -> tuple[LabDraft, ...]:
    """What is proposed as an event, and what cannot be graded."""
    worth = (
        (each, tuple(d for d in each.drafts if d.span is None or is_proposed(each, d)))
        for each in found
    )
    return tuple(replace(each, drafts=drafts) for each, drafts in worth if drafts)


def _course(place: Place, analyte: str) -> str:
    """One analyte, each result with all of its drafts."""
    if analyte not in {plan.code for plan in place.protocol.labs}:
        abort(404)
    graded = graded_results(place.session, place.child, place.protocol)
    lines = [each for each in graded if each.result.analyte == analyte]
    return place.show(
        "labs_course",
        "labs",
        label=label_of(place.protocol.lab(analyte)),
        lines=course_lines(lines, place.protocol, place.zone),
    )


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
    first = first_panel(place.protocol, latest, _site_table(place, latest))
    return first | {"drawn_on": place.today.isoformat()}


def _site_table(place: Place, latest: Mapping[str, LabResult]) -> dict[str, Limits]:
    """The site's own limits for the laboratory of last time and the child's age today."""
    units = {
        plan.code: latest[plan.code].unit if plan.code in latest else plan.unit
        for plan in place.protocol.labs
    }
    return limits_of_child(
        place.session,
        place.child,
        last_laboratory(latest),
        units,
        protocol=place.protocol,
        on=place.today,
    )


def _form(place: Place, filled: Filled[Any]) -> str:
    table = _site_table(place, latest_of(place.session, place.child))
    return place.show(
        "labs_new",
        "labs",
        rows=entry_rows(place.protocol, _only_analyte(place, filled), table),
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
