"""What a child shall be given."""

import uuid
from collections.abc import Mapping
from typing import Any

from api.access import actor_here, child_here
from api.blueprint import blueprint, refusals, writes
from api.presenters import Shown, shown
from api.schemas_orders import OrderSchema, SaidOrderSchema
from api.schemas_results import listed
from domain.slots import SlotKey
from models.order import DoseOrder
from services.orders import SaidOrder
from services.orders import write_order as write
from services.records import is_kept, records_of
from web.db import db
from web.parts import now, parts


@blueprint.route("/children/<uuid:child>/orders", tags=["Orders"])
@blueprint.response(200, listed(OrderSchema))
@refusals(404)
def list_orders(child: uuid.UUID) -> Mapping[str, tuple[Shown, ...]]:
    """List orders and holds, unsigned and amended ones too, in the order written."""
    rows = records_of(db.session(), DoseOrder, child_here(child).id, by=DoseOrder.recorded_at)
    return {"items": tuple(_shown(row, rows.amended(row)) for row in rows.rows)}


@blueprint.route("/children/<uuid:child>/orders", methods=["POST"], tags=["Orders"])
@blueprint.arguments(SaidOrderSchema)
@blueprint.response(201, OrderSchema)
@blueprint.alt_response(200, schema=OrderSchema, description="It came before.")
@writes
def write_order(body: dict[str, Any], child: uuid.UUID) -> tuple[Shown, int]:
    """Write an order.

    Guards that it touches answer 409 `needs_confirmation` until they come in `confirmed`. A
    prescriber's order is signed with it; a machine's waits for a prescriber's signature, and so
    does one that needs a second person.
    """
    participant = child_here(child)
    key = {"participant_id": participant.id, "client_id": body["client_id"]}
    was_there = is_kept(db.session(), DoseOrder, key)
    row = write(
        db.session(),
        actor_here(),
        participant,
        SaidOrder(confirmed=frozenset(body.pop("confirmed")), **body),
        protocol=parts().protocols[participant.protocol_key],
        now=now(),
    )
    db.session.commit()
    return _shown(row, None), 200 if was_there else 201


def _shown(row: DoseOrder, amends: uuid.UUID | None) -> Shown:
    until = None
    if row.until_on is not None and row.until_half is not None:
        until = SlotKey(row.until_on, row.until_half)
    slots = {"from_slot": SlotKey(row.from_on, row.from_half), "until_slot": until}
    return {**shown(row, amends), **slots}
