"""The orders of a child as steps, and what the formula says to a level."""

from typing import Final
from uuid import UUID

from flask import request

from clinician import blueprint
from clinician.order_place import (
    adjustment_for,
    note_of,
    ruling_now,
    signers_of,
    size_now,
)
from clinician.place import place_of
from clinician.presenters_medicines import medicine_lines
from clinician.presenters_orders import order_basis, order_rows
from clinician.presenters_proposals import level_options, proposal_view
from domain.orders import OrderKind
from services.adjustments import document_of, recent_levels
from services.medicines import medicines_of
from services.orders import order_of, orders_of

_ORDERS = "/participants/<uuid:participant>/orders"
MOST_LEVELS: Final = 24


@blueprint.get(_ORDERS)
def orders(participant: UUID) -> str:
    """What is ordered now, what the formula says to a level, what waits, and everything before."""
    place = place_of(participant)
    rows = orders_of(place.session, place.child.id)
    ruling = ruling_now(place)
    levels = list(recent_levels(place.session, place.child, MOST_LEVELS))
    found = adjustment_for(place, request.args.get("level", type=UUID), levels)
    taken = medicines_of(place.session, place.child, protocol=place.protocol)
    return place.show(
        "orders",
        "orders",
        rows=order_rows(rows, signers_of(place, rows)),
        ruling=ruling,
        is_held=ruling is not None and ruling.kind is OrderKind.HOLD,
        has_orders=bool(rows),
        size=size_now(place),
        levels=level_options(levels, place.zone),
        chosen=str(found.judged.row.public_id) if found else "",
        next_dose=proposal_view(document_of(found), place.child, place.zone) if found else None,
        medicines=medicine_lines(taken, place.today),
    )


@blueprint.get(f"{_ORDERS}/<uuid:order>")
def order(participant: UUID, order: UUID) -> str:
    """One order as a step: what it was computed from, what the formula said, who signed."""
    place = place_of(participant)
    row = order_of(place.session, place.child, order)
    rows = orders_of(place.session, place.child.id)
    shown = next(
        line for line in order_rows(rows, signers_of(place, rows)) if line.row.id == row.id
    )
    return place.show(
        "order",
        "orders",
        shown=shown,
        basis=order_basis(row),
        proposal=proposal_view(row.proposal, place.child, place.zone) if row.proposal else None,
        note=note_of(place, row),
    )
