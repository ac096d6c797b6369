"""The month as a calendar, and each day with everything that was said."""

from uuid import UUID

from flask import abort, request
from flask.typing import ResponseReturnValue

from caregiver import blueprint
from caregiver.day_view import day_of
from caregiver.month_view import day_words, month_of, month_on
from caregiver.place import place_of
from caregiver.presenters import day_from


@blueprint.get("/<uuid:child>/history")
def history(child: UUID) -> str:
    """The month named in ?month=2026-03, else this month."""
    place = place_of(child)
    first_on = month_on(request.args.get("month", ""), place)
    return place.show("history", month=month_of(place, first_on), words=day_words())


@blueprint.get("/<uuid:child>/history/<day>")
def day(child: UUID, day: str) -> ResponseReturnValue:
    """Every entry of a local date: who, when it was, when it was entered, when it arrived."""
    place = place_of(child)
    on = day_from(day)
    found = day_of(place, on) if on is not None else None
    if found is None:
        abort(404)
    return place.show("day", day=found)
