"""Visits of a child: the plan, what became of it, and days in hospital."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from api.access import actor_here, child_here
from api.blueprint import blueprint, refusals, writes
from api.presenters import Shown, shown, shown_all
from api.schemas_results import listed
from api.schemas_visits import (
    MarkSchema,
    MoveSchema,
    SaidStaySchema,
    SaidVisitSchema,
    StaySchema,
    VisitSchema,
)
from domain.protocol import Due, Protocol
from models.participant import Participant
from models.visit import InpatientStay, Visit, VisitState
from services import visits as planned
from services.inpatient import SaidStay
from services.inpatient import record_stay as write_stay
from services.records import records_of
from services.timetables import timetables
from services.unscheduled_visits import SaidVisit
from services.unscheduled_visits import add_visit as write_visit
from services.visit_arrivals import arrivals
from web.db import db
from web.parts import now, parts

_VISITS = "/children/<uuid:child>/visits"
_STAYS = "/children/<uuid:child>/stays"


@blueprint.route(_VISITS, tags=["Visits"])
@blueprint.response(200, listed(VisitSchema))
@refusals(404)
def list_visits(child: uuid.UUID) -> Mapping[str, Any]:
    """List visits, the earliest first, each with what is due and what has arrived."""
    participant = child_here(child)
    rows = planned.visits_of(db.session(), participant.id)
    return {"items": _shown_all(participant, rows)}


@blueprint.route(_VISITS, methods=["POST"], tags=["Visits"])
@blueprint.arguments(SaidVisitSchema)
@blueprint.response(201, VisitSchema)
@blueprint.alt_response(200, schema=VisitSchema, description="It came before.")
@writes
def add_visit(body: dict[str, Any], child: uuid.UUID) -> tuple[Shown, int]:
    """Add a visit outside of the plan; reminders of a trough day follow."""
    participant = child_here(child)
    said = SaidVisit(
        client_id=body["client_id"],
        purpose=body["purpose"],
        on=body["on"],
        due=tuple(Due(code) for code in body["due"]),
        is_trough_day=body["trough_day"],
    )
    row, is_new = write_visit(
        db.session(), actor_here(), participant, said, protocol=_protocol(participant), now=now()
    )
    db.session.commit()
    return _shown(participant, row), 201 if is_new else 200


@blueprint.route(f"{_VISITS}/<uuid:visit>/move", methods=["POST"], tags=["Visits"])
@blueprint.arguments(MoveSchema)
@blueprint.response(200, VisitSchema)
@writes
def move_visit(body: dict[str, Any], child: uuid.UUID, visit: uuid.UUID) -> Shown:
    """Give a planned visit another day; the window stays, reminders of a trough day follow."""
    participant = child_here(child)
    on: date = body["on"]
    row = planned.move(
        db.session(), actor_here(), participant, visit, on=on, reason=body["reason"], now=now()
    )
    db.session.commit()
    return _shown(participant, row)


@blueprint.route(f"{_VISITS}/<uuid:visit>/state", methods=["POST"], tags=["Visits"])
@blueprint.arguments(MarkSchema)
@blueprint.response(200, VisitSchema)
@writes
def mark_visit(body: dict[str, Any], child: uuid.UUID, visit: uuid.UUID) -> Shown:
    """Say that a visit is done or missed, or planned again after a slip."""
    participant = child_here(child)
    row = planned.set_state(
        db.session(),
        actor_here(),
        participant,
        visit,
        state=VisitState(body["state"]),
        done_on=body["done_on"],
        reason=body["reason"],
        now=now(),
    )
    db.session.commit()
    return _shown(participant, row)


@blueprint.route(_STAYS, tags=["Visits"])
@blueprint.response(200, listed(StaySchema))
@refusals(404)
def list_stays(child: uuid.UUID) -> Mapping[str, tuple[Shown, ...]]:
    """List days in hospital, corrected ones too."""
    rows = records_of(
        db.session(), InpatientStay, child_here(child).id, by=InpatientStay.recorded_at
    )
    return {"items": shown_all(rows)}


@blueprint.route(_STAYS, methods=["POST"], tags=["Visits"])
@blueprint.arguments(SaidStaySchema)
@blueprint.response(201, StaySchema)
@blueprint.alt_response(200, schema=StaySchema, description="It came before.")
@writes
def record_stay(body: dict[str, Any], child: uuid.UUID) -> tuple[Shown, int]:
    """Record days in hospital: they leave adherence, and reminders fall silent.

    An open stay is ended by one that amends it.
    """
    participant = child_here(child)
    row, is_new = write_stay(db.session(), actor_here(), participant, SaidStay(**body), now=now())
    db.session.commit()
    return shown(row, body["amends"]), 201 if is_new else 200


def _protocol(participant: Participant) -> Protocol:
    return parts().protocols[participant.protocol_key]


def _shown(participant: Participant, row: Visit) -> Shown:
    return _shown_all(participant, [row])[0]


def _shown_all(participant: Participant, rows: Sequence[Visit]) -> tuple[Shown, ...]:
    protocol, session = _protocol(participant), db.session()
    tables = timetables(session, participant.id)
    found = arrivals(session, participant, rows, protocol=protocol, tables=tables)
    return tuple(
        {
            "row": row,
            "outside_window": planned.is_outside_window(row),
            "due": planned.due_at_visit(row, protocol),
            "arrivals": found[row.id],
        }
        for row in rows
    )
