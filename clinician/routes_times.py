"""Dose times and time zone of a family."""

from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from clinician import blueprint
from clinician.place import Place, place_of
from clinician.work_words import SEAMS
from domain.slots import Timetable, timetable_on
from services.access import Permission
from services.dose_times import change_times
from services.errors import NeedsConfirmationError, RefusedError
from web.fields import ClockTime, Day, Tick, Words
from web.forms import Filled, WriteSchema, blank, read_form
from web.sentences import sentence

_TIMES = "/participants/<uuid:participant>/times"


class TimesSchema(WriteSchema):
    from_on = Day(required=True)
    morning = ClockTime(required=True)
    evening = ClockTime(required=True)
    time_zone = Words(required=True, longest=64)
    confirmed = Tick()


@dataclass(frozen=True, slots=True, kw_only=True)
class TimesForm:
    client_id: UUID
    from_on: date
    morning: time
    evening: time
    time_zone: str
    confirmed: bool

    def said(self) -> Timetable:
        return Timetable(self.from_on, self.time_zone, self.morning, self.evening)


@blueprint.get(_TIMES)
def times(participant: UUID) -> str:
    """The history of dose times, and the form that changes them."""
    place = place_of(participant)
    return _page(place, blank(_first_values(place)))


@blueprint.post(_TIMES)
def change_dose_times(participant: UUID) -> ResponseReturnValue:
    """New times from a day on; what they do to the doses around the change is shown first."""
    place = place_of(participant, Permission.ENROL)
    filled = read_form(TimesSchema(), TimesForm)
    if filled.form is None:
        return _page(place, filled), 422
    form = filled.form
    try:
        change_times(
            place.session,
            place.actor,
            place.child,
            form.said(),
            client_id=form.client_id,
            confirmed=form.confirmed,
            protocol=place.protocol,
            now=place.now,
        )
    except RefusedError as error:
        return _page(place, filled.refused(error)), 422
    except NeedsConfirmationError as error:
        asked = filled.with_error("confirmed", sentence("confirm_change"))
        return _page(place, asked, error.warnings), 422
    place.session.commit()
    return redirect(url_for("clinician.times", participant=participant), 303)


def _first_values(place: Place) -> dict[str, str]:
    table = timetable_on(place.timetables, place.today)
    if table is None:
        return {"time_zone": place.site.time_zone}
    return {
        "from_on": (place.today + timedelta(days=1)).isoformat(),
        "morning": f"{table.morning:%H:%M}",
        "evening": f"{table.evening:%H:%M}",
        "time_zone": table.zone,
    }


def _page(place: Place, filled: Filled[Any], warnings: tuple[str, ...] = ()) -> str:
    return place.show(
        "times",
        "times",
        history=sorted(place.timetables, key=lambda table: table.from_on, reverse=True),
        current=timetable_on(place.timetables, place.today),
        warnings=[SEAMS[warning] for warning in warnings],
        may_change=place.may(Permission.ENROL),
        values=filled.values,
        errors=filled.errors,
        client_id=filled.client_id,
    )
