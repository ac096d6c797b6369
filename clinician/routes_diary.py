"""A child's diary at the clinic: month by month, and adherence over any days."""

from calendar import monthrange
from datetime import date, timedelta
from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue

from clinician import blueprint
from clinician.days_form import DaysForm, DaysSchema
from clinician.place import Place, place_of
from clinician.presenters_adherence import adherence_view
from clinician.presenters_diary import diary_days, stay_lines
from services.access import Permission
from services.adherence import adherence_report
from services.diary import read
from services.errors import RefusedError
from services.inpatient import inpatient_days, stays_of
from services.people import names_of
from web.forms import Filled
from web.forms import read as read_fields

_CHILD = "/participants/<uuid:participant>"
_LONGEST = timedelta(days=800)
_USUAL = timedelta(days=27)


@blueprint.get(f"{_CHILD}/diary")
def diary(participant: UUID) -> str:
    """The month named in ?month=2026-03, else this month; every entry with its times."""
    place = place_of(participant)
    first_on = _month(place, request.args.get("month", ""))
    last_on = first_on.replace(day=monthrange(first_on.year, first_on.month)[1])
    found = read(
        place.session,
        place.child,
        place.protocol,
        first_on=first_on,
        last_on=min(last_on, place.today),
        now=place.now,
    )
    names = names_of(place.session, {row.entered_by_id for row in found.rows.values()})
    away = inpatient_days(place.session, place.child.id, first_on, last_on)
    return place.show(
        "diary",
        "diary",
        days=diary_days(found, names, place.zone, place.protocol, in_hospital_on=away),
        month_on=first_on,
        earlier=_other_month(first_on - timedelta(days=1), place),
        later=_other_month(last_on + timedelta(days=1), place),
        stays=stay_lines(stays_of(place.session, place.child.id)),
        may_enter=place.may(Permission.DIARY),
    )


@blueprint.get(f"{_CHILD}/adherence")
def adherence(participant: UUID) -> ResponseReturnValue:
    """Reported adherence between ?from and ?to; without them the last four weeks."""
    place = place_of(participant)
    filled = read_fields(DaysSchema(), DaysForm, request.args)
    first_on, last_on = _span(place, filled)
    if last_on - first_on > _LONGEST:
        filled = filled.refused(RefusedError("too_long_a_time", "from"))
    elif first_on > last_on:
        filled = filled.refused(RefusedError("until_before_from", "to"))
    if filled.errors:
        return _adherence(place, filled, (place.today - _USUAL, place.today)), 422
    return _adherence(place, filled, (first_on, last_on))


def _adherence(place: Place, filled: Filled[DaysForm], days: tuple[date, date]) -> str:
    first_on, last_on = days
    report = adherence_report(
        place.session,
        place.child,
        place.protocol,
        first_on=first_on,
        last_on=last_on,
        now=place.now,
    )
    names = names_of(place.session, {int(burst.by) for burst in report.bursts})
    return place.show(
        "adherence",
        "diary",
        report=report,
        view=adherence_view(report, place.protocol, names, place.zone),
        rules=place.protocol.adherence,
        values={"from": first_on.isoformat(), "to": last_on.isoformat()},
        errors=filled.errors,
    )


def _span(place: Place, filled: Filled[DaysForm]) -> tuple[date, date]:
    form = filled.form
    last_on = (form.last_on if form else None) or place.today
    return (form.first_on if form else None) or last_on - _USUAL, last_on


def _month(place: Place, named: str) -> date:
    """The first day of the month; of this one where the name is none of the child's months."""
    try:
        first_on = date.fromisoformat(f"{named}-01")
    except ValueError:
        return place.today.replace(day=1)
    return first_on if _is_in_study(first_on, place) else place.today.replace(day=1)


def _other_month(day: date, place: Place) -> str:
    first_on = day.replace(day=1)
    return f"{first_on:%Y-%m}" if _is_in_study(first_on, place) else ""


def _is_in_study(first_on: date, place: Place) -> bool:
    return place.child.enrolled_on.replace(day=1) <= first_on <= place.today
