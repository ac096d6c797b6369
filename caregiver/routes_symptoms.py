"""Symptoms: tell of one, see what was told, correct it."""

import uuid
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from caregiver import blueprint
from caregiver.place import Place, place_of
from caregiver.symptom_view import (
    first_values,
    kind_options,
    line_of,
    report_days,
    severity_options,
)
from domain.entries import Channel
from domain.slots import local_date
from domain.symptoms import FEVER
from models.symptom import SymptomReport
from services.errors import ConflictError, RefusedError
from services.results import find_result
from services.symptoms import SaidSymptom, report_symptom
from web import event_sentences as event_sentences  # noqa: PLC0414 - it adds its sentences
from web.db import db
from web.fields import Amount, Day, Words
from web.formats import language
from web.forms import WHOLE, Filled, WriteSchema, blank, read_form
from web.sentences import sentence

_SYMPTOMS = "/<uuid:child>/symptoms"


class SymptomSchema(WriteSchema):
    kind = Words(required=True, longest=32)
    severity = Words(required=True, longest=16)
    noticed_on = Day(required=True)
    celsius = Amount(load_default=None)
    lasted_hours = Amount(load_default=None)
    note = Words(longest=500, load_default=None)
    amend_reason = Words(longest=500, load_default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class SymptomForm:
    """What was filled in of one symptom."""

    client_id: uuid.UUID
    kind: str
    severity: str
    noticed_on: date
    celsius: Decimal | None
    lasted_hours: Decimal | None
    note: str | None
    amend_reason: str | None


@blueprint.get(_SYMPTOMS)
def symptoms(child: UUID) -> str:
    """What was told, by day; on top the advice for what was told just now."""
    place = place_of(child)
    days = report_days(place)
    told = line_of(days, request.args.get("told", type=UUID))
    return place.show("symptoms", days=days, told=told)


@blueprint.route(f"{_SYMPTOMS}/new", methods=["GET", "POST"])
def new_symptom(child: UUID) -> ResponseReturnValue:
    """Tell of one symptom on one day."""
    place = place_of(child, to_log=True)
    if request.method != "POST":
        kind = request.args.get("kind", "")
        return _form(place, blank({"kind": kind, "noticed_on": _today(place).isoformat()}))
    return _keep(place, None)


@blueprint.route(f"{_SYMPTOMS}/<uuid:symptom>/correct", methods=["GET", "POST"])
def correct_symptom(child: UUID, symptom: UUID) -> ResponseReturnValue:
    """What should stand there instead, and why; the old words stay visible."""
    place = place_of(child, to_log=True)
    row = find_result(place.session, SymptomReport, place.child, symptom)
    if request.method != "POST":
        return _form(place, blank(first_values(row)), row)
    return _keep(place, row)


def _keep(place: Place, amended: SymptomReport | None) -> ResponseReturnValue:
    filled = read_form(SymptomSchema(), SymptomForm)
    if filled.form is None:
        return _form(place, filled, amended), 422
    try:
        told = report_symptom(
            place.session,
            place.actor,
            place.child,
            _said(filled.form, place, amended),
            protocol=place.protocol,
            now=place.now,
        )
    except RefusedError as error:
        return _form(place, filled.refused(error), amended), 422
    except ConflictError:
        return _form(place, filled.with_error(WHOLE, sentence("symptom_kept")), amended), 409
    db.session.commit()
    child = place.child.public_id
    return redirect(url_for("caregiver.symptoms", child=child, told=told.row.public_id), 303)


def _said(form: SymptomForm, place: Place, amended: SymptomReport | None) -> SaidSymptom:
    """Fields of a fever count for a fever alone: without script they are always on the page."""
    is_fever = form.kind == FEVER
    return SaidSymptom(
        client_id=form.client_id,
        kind=form.kind,
        severity=form.severity,
        noticed_on=form.noticed_on,
        celsius=form.celsius if is_fever else None,
        lasted_hours=form.lasted_hours if is_fever else None,
        note=form.note,
        entered_at=place.now,
        channel=Channel.PAGE,
        language=language(),
        amends=amended.public_id if amended else None,
        amend_reason=form.amend_reason if amended else None,
    )


def _form(place: Place, filled: Filled[Any], row: SymptomReport | None = None) -> str:
    rules = place.protocol.symptoms
    today = _today(place)
    return place.show(
        "symptom",
        row=row,
        kinds=kind_options(rules.kinds),
        severities=severity_options(rules.severities, corrects=row is not None),
        fever_from=place.protocol.safety.fever_from_celsius,
        today=today,
        first_day=today - timedelta(days=rules.back_days),
        values=filled.values,
        errors=filled.errors,
        client_id=filled.client_id,
    )


def _today(place: Place) -> date:
    if place.timetables:
        return local_date(place.timetables, place.now)
    return place.now.astimezone(place.zone).date()
