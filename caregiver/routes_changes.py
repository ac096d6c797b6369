"""Taking an entry back, correcting it, or asking the study doctor to."""

from typing import Any
from uuid import UUID

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from caregiver import blueprint
from caregiver.change_forms import (
    asks_doctor,
    first_values,
    said_of,
    slot_of_child,
    slots_around,
)
from caregiver.place import Place, place_of
from caregiver.presenters import key_of, reasons
from caregiver.routes_today import show_conflict, to_today
from caregiver.schemas import ChangeForm, ChangeSchema
from domain.slots import Slot, SlotKey
from models.dose import DoseEntry
from services import corrections
from services.doses import correct, entry_of_child, undo
from services.errors import ConflictError, NeedsConfirmationError, RefusedError
from web.db import db
from web.forms import Filled, blank, read_form
from web.sentences import sentence


@blueprint.post("/<uuid:child>/entries/<uuid:entry>/undo")
def undo_dose(child: UUID, entry: UUID) -> ResponseReturnValue:
    """Take back what was tapped a moment ago; too late for that, correct it."""
    place = place_of(child, to_log=True)
    try:
        undo(place.session, place.actor, place.child, entry, protocol=place.protocol, now=place.now)
    except RefusedError as error:
        flash(sentence(error.code), "warning")
        return redirect(url_for("caregiver.correct_entry", child=child, entry=entry), 303)
    db.session.commit()
    flash(gettext("Taken back."), "success")
    return to_today(place)


@blueprint.get("/<uuid:child>/entries/<uuid:entry>/correct")
def correct_entry(child: UUID, entry: UUID) -> str:
    """What should stand there instead, and why."""
    place = place_of(child, to_log=True)
    row = entry_of_child(place.session, place.child, entry)
    slot = _slot(place, SlotKey(row.slot_on, row.half))
    return _form(place, slot, blank(first_values(row, place)), row=row)


@blueprint.post("/<uuid:child>/entries/<uuid:entry>/correct")
def save_correction(child: UUID, entry: UUID) -> ResponseReturnValue:
    """Correct it, or, when it is too old for that, ask the study doctor."""
    place = place_of(child, to_log=True)
    row = entry_of_child(place.session, place.child, entry)
    slot = _slot(place, SlotKey(row.slot_on, row.half))
    filled = read_form(ChangeSchema(), ChangeForm)
    form = filled.form
    if form is None:
        return _form(place, slot, filled, row=row), 422
    try:
        return _correct(place, slot, row, form)
    except NeedsConfirmationError as question:
        return _form(place, slot, filled, row=row, question=question), 409
    except RefusedError as error:
        return _form(place, slot, filled.refused(error), row=row), 422
    except ConflictError as conflict:
        return show_conflict(place, conflict), 409


@blueprint.get("/<uuid:child>/slots/<slot>/ask")
def ask_correction(child: UUID, slot: str) -> str:
    """Tell of a dose that is too long ago for the diary."""
    place = place_of(child, to_log=True)
    return _form(place, _named(place, slot), blank({"slot": slot, "outcome": "given"}))


@blueprint.post("/<uuid:child>/slots/<slot>/ask")
def save_request(child: UUID, slot: str) -> ResponseReturnValue:
    place = place_of(child, to_log=True)
    named = _named(place, slot)
    filled = read_form(ChangeSchema(), ChangeForm)
    form = filled.form
    if form is None:
        return _form(place, named, filled), 422
    try:
        return _ask_doctor(place, named, form)
    except RefusedError as error:
        return _form(place, named, filled.refused(error)), 422
    except ConflictError as conflict:
        return show_conflict(place, conflict), 409


def _correct(place: Place, slot: Slot, row: DoseEntry, form: ChangeForm) -> ResponseReturnValue:
    if asks_doctor(place, slot):
        return _ask_doctor(place, slot, form)
    said = said_of(form, slot_of_child(place, form.slot) or slot, place)
    correct(
        place.session,
        place.actor,
        place.child,
        said,
        entry_id=row.public_id,
        reason=form.reason,
        protocol=place.protocol,
        now=place.now,
    )
    db.session.commit()
    flash(gettext("Corrected. What stood there before stays visible."), "success")
    return _to_day(place, slot)


def _ask_doctor(place: Place, slot: Slot, form: ChangeForm) -> ResponseReturnValue:
    corrections.ask(
        place.session,
        place.actor,
        place.child,
        said_of(form, slot_of_child(place, form.slot) or slot, place),
        reason=form.reason,
        protocol=place.protocol,
        now=place.now,
    )
    db.session.commit()
    flash(gettext("Sent. The study doctor decides, and you see the answer here."), "success")
    return _to_day(place, slot)


def _form(
    place: Place,
    slot: Slot,
    filled: Filled[Any],
    *,
    row: DoseEntry | None = None,
    question: NeedsConfirmationError | None = None,
) -> str:
    return place.show(
        "change",
        row=row,
        slot=slot,
        asks_doctor=asks_doctor(place, slot),
        choices=slots_around(place, slot),
        reasons=reasons(place.protocol),
        question=question,
        values=filled.values,
        errors=filled.errors,
        client_id=filled.client_id,
    )


def _named(place: Place, name: str) -> Slot:
    key = key_of(name)
    if key is None:
        abort(404)
    return _slot(place, key)


def _slot(place: Place, key: SlotKey) -> Slot:
    """A slot of the child that is over or has begun; anything else is not found."""
    slot = slot_of_child(place, key)
    if slot is None:
        abort(404)
    return slot


def _to_day(place: Place, slot: Slot) -> ResponseReturnValue:
    child = place.child.public_id
    return redirect(url_for("caregiver.day", child=child, day=slot.on.isoformat()), 303)
