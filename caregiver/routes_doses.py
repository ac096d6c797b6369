"""Logging a dose: one tap, or a small form for everything that is not as planned."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from flask import abort, request
from flask.typing import ResponseReturnValue

from caregiver import blueprint
from caregiver.dose_forms import said_of, slots_to_choose, wrong_slot
from caregiver.place import Place, place_of
from caregiver.presenters import advice_texts, key_of, key_text, reasons, slot_title
from caregiver.routes_today import show_conflict, to_today
from caregiver.schemas import DoseForm, DoseSchema
from caregiver.words import ago
from domain.entries import Outcome
from domain.slots import SlotKey
from services.doses import log_dose
from services.errors import ConflictError, NeedsConfirmationError, RefusedError
from web.db import db
from web.formats import clock
from web.forms import Filled, blank, read_form

# what an address calls it
OUTCOMES: Final[Mapping[str, Outcome]] = {
    "given": Outcome.GIVEN,
    "partly": Outcome.PARTIAL,
    "vomited": Outcome.VOMITED,
    "missed": Outcome.MISSED,
}


@blueprint.route("/<uuid:child>/doses/<what>", methods=["GET", "POST"])
def dose(child: UUID, what: str) -> ResponseReturnValue:
    """The form for one outcome; the big button of Today posts here too."""
    if what not in OUTCOMES:
        abort(404)
    place = place_of(child, to_log=True)
    if request.method != "POST":
        return _form(place, what, _first(place))
    filled = read_form(DoseSchema(), DoseForm)
    form = filled.form
    if form is None:
        return _form(place, what, filled), 422
    if wrong_slot(form, OUTCOMES[what], place) and not form.slot_asked:
        asked = filled.refused(RefusedError("which_slot", "slot"))
        return _form(place, what, asked, asked=True), 422
    return _log(place, what, filled, form)


def _log(place: Place, what: str, filled: Filled[DoseForm], form: DoseForm) -> ResponseReturnValue:
    try:
        said = said_of(form, OUTCOMES[what], place)
        log_dose(
            place.session, place.actor, place.child, said, protocol=place.protocol, now=place.now
        )
    except NeedsConfirmationError as question:
        return _ask(place, what, filled, question), 409
    except RefusedError as error:
        if form.second_dose and error.field == "second_dose_reason":
            return _ask(place, what, filled.refused(error), _same_question(form)), 422
        return _form(place, what, filled.refused(error)), 422
    except ConflictError as conflict:
        return show_conflict(place, conflict), 409
    db.session.commit()
    return to_today(place)


def _first(place: Place) -> Filled[DoseForm]:
    key = key_of(request.args.get("slot", ""))
    values = {"taken_at": clock(place.now, place.zone)}
    if key is not None:
        values["slot"] = key_text(key)
    return blank(values)


def _form(place: Place, what: str, filled: Filled[DoseForm], *, asked: bool = False) -> str:
    key = key_of(str(filled.values.get("slot", "")))
    choices = slots_to_choose(place, key)
    return place.show(
        "dose",
        what=what,
        outcome=OUTCOMES[what],
        choices=choices.cards,
        ordered_ml=choices.ordered_ml,
        has_dose=choices.has_dose,
        reasons=reasons(place.protocol),
        values=filled.values,
        errors=filled.errors,
        client_id=filled.client_id,
        asked=asked or filled.values.get("slot_asked") == "yes",
    )


def _ask(
    place: Place, what: str, filled: Filled[DoseForm], question: NeedsConfirmationError
) -> str:
    """Who gave it, and when: before a second dose is recorded, and never instead of it."""
    at = question.details.get("at")
    key = question.details.get("slot")
    return place.show(
        "dose_again",
        what=what,
        warning=question.warnings[0],
        by=question.details.get("by", ""),
        at=at,
        ago=ago(abs(place.now - at)) if isinstance(at, datetime) else "",
        slot_title=slot_title(key.half) if isinstance(key, SlotKey) else "",
        slot_on=key.on if isinstance(key, SlotKey) else None,
        advice=advice_texts(["too_soon"], place.protocol),
        hidden=_carried(filled.values),
        values=filled.values,
        errors=filled.errors,
        client_id=filled.client_id,
    )


def _same_question(form: DoseForm) -> NeedsConfirmationError:
    return NeedsConfirmationError(("already_given",), slot=form.slot)


def _carried(values: Mapping[str, Any]) -> Mapping[str, str]:
    """What was filled in already travels along."""
    asked = {"second_dose", "second_dose_reason", "knows_too_soon"}
    return {name: str(typed) for name, typed in values.items() if typed and name not in asked}
