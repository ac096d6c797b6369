"""Lesions, and how the tumour grew or shrank."""

import uuid
from collections.abc import Mapping
from typing import Any

from api.access import actor_here, child_here
from api.blueprint import blueprint, refusals, writes
from api.presenters import Shown, shown, shown_all
from api.schemas_results import listed
from api.schemas_tumour import LesionSchema, SaidLesionSchema, TumourSchema
from domain.percent import shown_percent
from domain.protocol import Protocol
from domain.tumour_course import Change
from models.tumour import Lesion
from services.lesions import SaidLesion
from services.lesions import record_lesion as write_lesion
from services.records import records_of
from services.tumour import Entering
from services.tumour_course import tumour_of
from web.db import db
from web.parts import now, parts


@blueprint.route("/children/<uuid:child>/tumour", tags=["Results"])
@blueprint.response(200, TumourSchema)
@refusals(404)
def show_tumour(child: uuid.UUID) -> Mapping[str, Any]:
    """Show each volume against the baseline."""
    participant = child_here(child)
    protocol = parts().protocols[participant.protocol_key]
    course = tumour_of(db.session(), participant).course
    return {
        "baseline_ml": course.baseline_ml,
        "lesions": [_change(change, protocol) for change in course.lesions],
        "totals": [_change(change, protocol) for change in course.totals],
        "rule_version": protocol.key,
    }


@blueprint.route("/children/<uuid:child>/lesions", tags=["Results"])
@blueprint.response(200, listed(LesionSchema))
@refusals(404)
def list_lesions(child: uuid.UUID) -> Mapping[str, tuple[Shown, ...]]:
    """List lesions, those that were corrected too, in the order noted."""
    rows = records_of(db.session(), Lesion, child_here(child).id, by=Lesion.noted_on)
    return {"items": shown_all(rows)}


@blueprint.route("/children/<uuid:child>/lesions", methods=["POST"], tags=["Results"])
@blueprint.arguments(SaidLesionSchema)
@blueprint.response(201, LesionSchema)
@blueprint.alt_response(200, schema=LesionSchema, description="It came before.")
@writes
def record_lesion(body: dict[str, Any], child: uuid.UUID) -> tuple[Shown, int]:
    """Note a lesion."""
    participant = child_here(child)
    protocol = parts().protocols[participant.protocol_key]
    entering = Entering(actor_here(), participant, now())
    row, is_new = write_lesion(db.session(), entering, SaidLesion(**body), protocol=protocol)
    db.session.commit()
    return shown(row, body["amends"]), 201 if is_new else 200


def _change(change: Change, protocol: Protocol) -> Mapping[str, Any]:
    """The percentage with enough digits to see on which side of each bound it is, and exactly."""
    bounds = protocol.response.volume_reduction_percent
    lost = change.lost_percent
    shown_lost = (
        None if lost is None else shown_percent(lost, (bounds.complete_above, bounds.partial_above))
    )
    return {
        "on": change.on,
        "lesion": change.lesion,
        "volume_ml": change.volume_ml,
        "lost_percent": None if shown_lost is None else f"{shown_lost:f}",
        "lost_fraction": None if lost is None else str(lost),
        "measured_differently": change.how_changed,
    }
