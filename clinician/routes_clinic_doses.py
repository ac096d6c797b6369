"""Doses that the clinic enters: a sheet of the slots of some days, sent once."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from clinician import blueprint
from clinician.clinic_dose_form import SheetForm, SheetSchema, read_lines, typed
from clinician.days_form import DaysForm, DaysSchema
from clinician.dose_strip import STATE_WORDS, look
from clinician.place import Place, place_of
from clinician.presenters_diary import SOURCES, slot_name
from clinician.presenters_orders import slot_words
from clinician.work_words import options
from domain.diary import SlotState
from domain.entries import DoseSource, Outcome
from domain.slots import SlotKey
from services.access import Permission
from services.clinic_doses import enter_doses
from services.diary import Diary, read
from services.errors import RefusedError
from services.inpatient import inpatient_days
from web.formats import millilitres
from web.forms import WHOLE, Filled, blank, read_form
from web.forms import read as read_fields
from web.sentences import sentence

_MOST_DAYS: Final = timedelta(days=30)
_OUTCOMES: Final[Mapping[Outcome, Any]] = {
    Outcome.GIVEN: _("Given"),
    Outcome.PARTIAL: _("Given partly"),
    Outcome.VOMITED: _("Given and vomited"),
    Outcome.MISSED: _("Not given"),
    Outcome.RETRACTED: _("Take the entry out"),
}


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One slot of the sheet as it stands now."""

    name: str
    slot: str
    look: str
    word: str
    ordered: str
    is_told: bool
    in_hospital: bool


@blueprint.route("/participants/<uuid:participant>/doses", methods=["GET", "POST"])
def clinic_doses(participant: UUID) -> ResponseReturnValue:
    """The slots of ?from to ?to; what is filled in enters the diary with its source."""
    place = place_of(participant, Permission.DIARY)
    first_on, last_on = _days(place)
    diary = read(
        place.session,
        place.child,
        place.protocol,
        first_on=first_on,
        last_on=last_on,
        now=place.now,
    )
    if request.method != "POST":
        return _page(place, diary, blank({"source": DoseSource.WARD_CHART}))
    filled = read_form(SheetSchema(), SheetForm)
    filled = replace(filled, values={**filled.values, **typed(request.form, _due(diary, place))})
    lines, errors = read_lines(_due(diary, place), request.form, place)
    if filled.form is None or errors:
        return _page(place, diary, replace(filled, errors={**filled.errors, **errors})), 422
    said = filled.form.said(lines)
    try:
        logged = enter_doses(
            place.session, place.actor, place.child, said, protocol=place.protocol, now=place.now
        )
    except RefusedError as error:
        place.session.rollback()
        return _page(place, diary, _refused(filled, error)), 422
    place.session.commit()
    flash(gettext("%(count)s entries made.", count=len(logged)), "success")
    month = f"{first_on:%Y-%m}"
    return redirect(url_for("clinician.diary", participant=participant, month=month), 303)


def _refused(filled: Filled[SheetForm], error: RefusedError) -> Filled[SheetForm]:
    """What was refused, at the line it is about."""
    slot = error.details.get("slot")
    if not isinstance(slot, SlotKey):
        return filled.refused(error)
    words = f"{slot_words(slot.on, slot.half)}: {sentence(error.code, **error.details)}"
    at_line = {"taken_at": "time", "given_ml": "ml", "outcome": "outcome", "slot": "outcome"}
    field = at_line.get(error.field or "")
    name = f"{field}-{slot_name(slot)}" if field else error.field
    return filled.with_error(name or WHOLE, words)


def _days(place: Place) -> tuple[date, date]:
    """The days of the address, at most a month of the child's time in the study; else the last
    two."""
    form = read_fields(DaysSchema(), DaysForm, request.args).form
    last_on = min((form.last_on if form else None) or place.today, place.today)
    usual = last_on - timedelta(days=1)
    first_on = min((form.first_on if form else None) or usual, last_on)
    return max(first_on, last_on - _MOST_DAYS, min(place.child.enrolled_on, last_on)), last_on


def _due(diary: Diary, place: Place) -> list[SlotState]:
    return [state for state in diary.states if state.slot.due_at <= place.now and state.order]


def _page(place: Place, diary: Diary, filled: Filled[Any]) -> str:
    first_on, last_on = _days(place)
    away = inpatient_days(place.session, place.child.id, first_on, last_on)
    return place.show(
        "clinic_doses",
        "diary",
        lines=[_line(state, place, away) for state in _due(diary, place)],
        first_on=first_on,
        last_on=last_on,
        outcomes=options(_OUTCOMES),
        sources=options(SOURCES),
        may_decide=place.may(Permission.DECIDE),
        back_hours=place.protocol.slots.log_back_hours,
        values=filled.values,
        errors=filled.errors,
        client_id=filled.client_id,
    )


def _line(state: SlotState, place: Place, away: frozenset[date]) -> SheetLine:
    shown = look(state, place.protocol.slots)
    ml = state.order.ml if state.order else None
    return SheetLine(
        name=slot_name(state.key),
        slot=slot_words(state.slot.on, state.slot.half),
        look=shown,
        word=str(STATE_WORDS[shown]),
        ordered=millilitres(ml) if ml is not None else "–",
        is_told=bool(state.entries),
        in_hospital=state.slot.on in away,
    )
