"""When the family comes to the clinic, what to bring, and whether the morning dose waits."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask import Response

from caregiver import blueprint
from caregiver.place import Place, place_of
from domain.slots import local_date
from models.visit import Visit, VisitState
from services.visits import visits_of
from web.calendar_response import calendar_response
from web.formats import language


@dataclass(frozen=True, slots=True)
class VisitCard:
    """A visit to come. `morning` says in the protocol's words whether the dose waits."""

    on: date
    days_left: int
    is_trough_day: bool
    morning: str


@blueprint.get("/<uuid:child>/visits")
def visits(child: UUID) -> str:
    """The next visit large, the others below it."""
    place = place_of(child)
    today = local_date(place.timetables, place.now) if place.timetables else place.now.date()
    rows = visits_of(place.session, place.child.id)
    cards = [_card(row, today, place) for row in rows if _is_to_come(row, today)]
    return place.show(
        "visits",
        next_visit=cards[0] if cards else None,
        later=cards[1:],
        bring=place.protocol.text("visit_bring", language()),
    )


@blueprint.get("/<uuid:child>/visits/appointments.ics")
def visit_calendar(child: UUID) -> Response:
    """The same for the phone's calendar."""
    return calendar_response(place_of(child))


def _is_to_come(row: Visit, today: date) -> bool:
    return row.state is VisitState.PLANNED and row.on >= today


def _card(row: Visit, today: date, place: Place) -> VisitCard:
    name = "visit_trough" if row.is_trough_day else "visit_plain"
    return VisitCard(
        on=row.on,
        days_left=(row.on - today).days,
        is_trough_day=row.is_trough_day,
        morning=place.protocol.text(name, language()),
    )
