"""What a child shall be given."""

import uuid
from collections.abc import Mapping
from typing import Any

from api.access import actor_here, child_here
from api.blueprint import blueprint, refusals, writes
from api.presenters import Shown, shown
from api.schemas_orders import (
    OrderSchema,
    ProposalQuerySchema,
    ProposalSchema,
    SaidHoldSchema,
    SaidOrderSchema,
    SaidRestartSchema,
    SignatureSchema,
)
from api.schemas_results import listed
from domain.slots import SlotKey
from models.laboratory import Level
from models.order import DoseOrder
from models.participant import Participant
from services.access import Permission
from services.actor import ActorKind
from services.adjustments import adjustment, document_of, level_named, newest_level
from services.errors import ForbiddenError, RefusedError
from services.holds import SaidHold, SaidRestart, hold, restart
from services.orders import SaidOrder, sign_order
from services.orders import write_order as write
from services.records import is_kept, records_of
from web.db import db
from web.parts import now, parts
from web.signin import reauthenticated


@blueprint.route("/children/<uuid:child>/orders", tags=["Orders"])
@blueprint.response(200, listed(OrderSchema))
@refusals(404)
def list_orders(child: uuid.UUID) -> Mapping[str, tuple[Shown, ...]]:
    """List orders and holds, unsigned and amended ones too, in the order written."""
    session, participant = db.session(), child_here(child)
    rows = records_of(session, DoseOrder, participant.id, by=DoseOrder.recorded_at)
    levels = {
        row.id: row.public_id
        for row in records_of(session, Level, participant.id, by=Level.drawn_at).rows
    }
    return {
        "items": tuple(
            _shown(row, rows.amended(row), levels.get(row.level_id or 0)) for row in rows.rows
        )
    }


@blueprint.route("/children/<uuid:child>/orders", methods=["POST"], tags=["Orders"])
@blueprint.arguments(SaidOrderSchema)
@blueprint.response(201, OrderSchema)
@blueprint.alt_response(200, schema=OrderSchema, description="It came before.")
@writes
def write_order(body: dict[str, Any], child: uuid.UUID) -> tuple[Shown, int]:
    """Write an order.

    By hand (`given_ml` or `prescribed_mg`), or with `takes_proposal` what the formula says to
    `level`. Guards that it touches answer 409 `needs_confirmation` until they come in `confirmed`.
    A prescriber's order is signed with it; a machine's waits for a prescriber's signature, and so
    does one that needs a second person.
    """
    participant = child_here(child)
    status = _status(participant, body)
    row = write(
        db.session(),
        actor_here(),
        participant,
        SaidOrder(confirmed=frozenset(body.pop("confirmed")), **body),
        protocol=parts().protocols[participant.protocol_key],
        now=now(),
    )
    db.session.commit()
    return _shown(row, None, body["level"]), status


@blueprint.route(
    "/children/<uuid:child>/orders/<uuid:order>/signature", methods=["POST"], tags=["Orders"]
)
@blueprint.arguments(SignatureSchema)
@blueprint.response(200, OrderSchema)
@writes
def sign_waiting_order(body: dict[str, Any], child: uuid.UUID, order: uuid.UUID) -> Shown:
    """Sign an order that waits: the second signature, or the first under a machine's draft.

    Only a prescriber signs, with password (and code) in the same request.
    """
    session, participant = db.session(), child_here(child)
    if actor_here().kind is not ActorKind.STAFF:
        raise ForbiddenError(Permission.ORDER)
    signed_at = reauthenticated(password=body["password"], code=body["code"])
    protocol = parts().protocols[participant.protocol_key]
    row = sign_order(session, actor_here(), participant, order, protocol=protocol, now=signed_at)
    session.commit()
    level = session.get_one(Level, row.level_id).public_id if row.level_id else None
    return _shown(row, None, level)


@blueprint.route("/children/<uuid:child>/proposal", tags=["Orders"])
@blueprint.arguments(ProposalQuerySchema, location="query")
@blueprint.response(200, ProposalSchema)
@refusals(404, 422)
def show_proposal(query: Mapping[str, Any], child: uuid.UUID) -> Mapping[str, Any]:
    """Ask the formula for the next dose.

    For the newest level, or the one named; 422 `no_level` where there is none yet.
    """
    session, participant = db.session(), child_here(child)
    asked = query.get("level")
    level = (
        newest_level(session, participant)
        if asked is None
        else level_named(session, participant, asked)
    )
    if level is None:
        raise RefusedError("no_level")
    protocol = parts().protocols[participant.protocol_key]
    return document_of(adjustment(session, participant, level, protocol=protocol, now=now()))


@blueprint.route("/children/<uuid:child>/holds", methods=["POST"], tags=["Orders"])
@blueprint.arguments(SaidHoldSchema)
@blueprint.response(201, OrderSchema)
@blueprint.alt_response(200, schema=OrderSchema, description="It came before.")
@writes
def hold_doses(body: dict[str, Any], child: uuid.UUID) -> tuple[Shown, int]:
    """Pause the medicine. Only a prescriber can."""
    participant = child_here(child)
    status = _status(participant, body)
    protocol = parts().protocols[participant.protocol_key]
    row = hold(
        db.session(), actor_here(), participant, SaidHold(**body), protocol=protocol, now=now()
    )
    db.session.commit()
    return _shown(row, None, None), status


@blueprint.route("/children/<uuid:child>/restarts", methods=["POST"], tags=["Orders"])
@blueprint.arguments(SaidRestartSchema)
@blueprint.response(201, OrderSchema)
@blueprint.alt_response(200, schema=OrderSchema, description="It came before.")
@writes
def restart_doses(body: dict[str, Any], child: uuid.UUID) -> tuple[Shown, int]:
    """End a hold: the answer is the hold with its end. Only a prescriber can."""
    participant = child_here(child)
    status = _status(participant, body)
    protocol = parts().protocols[participant.protocol_key]
    row = restart(
        db.session(), actor_here(), participant, SaidRestart(**body), protocol=protocol, now=now()
    )
    db.session.commit()
    amended = db.session.get_one(DoseOrder, row.amends_id) if row.amends_id else None
    return _shown(row, amended.public_id if amended else None, None), status


def _status(participant: Participant, body: Mapping[str, Any]) -> int:
    """200 for what came before."""
    key = {"participant_id": participant.id, "client_id": body["client_id"]}
    return 200 if is_kept(db.session(), DoseOrder, key) else 201


def _shown(row: DoseOrder, amends: uuid.UUID | None, level: uuid.UUID | None) -> Shown:
    until = None
    if row.until_on is not None and row.until_half is not None:
        until = SlotKey(row.until_on, row.until_half)
    slots = {"from_slot": SlotKey(row.from_on, row.from_half), "until_slot": until}
    return {**shown(row, amends), **slots, "level": level}
