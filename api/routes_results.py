"""Tumour volumes and skin findings."""

import uuid
from collections.abc import Mapping
from typing import Any

from api.access import actor_here, child_here
from api.blueprint import blueprint, refusals, writes
from api.presenters import Shown, shown, shown_all
from api.schemas_results import (
    SaidSkinSchema,
    SaidVolumeSchema,
    SkinSchema,
    VolumeSchema,
    listed,
)
from models.tumour import SkinFinding, TumourVolume
from services.records import records_of
from services.tumour import Entering, SaidSkin, SaidVolume, record_skin
from services.tumour import record_volume as write_volume
from web.db import db
from web.parts import now, parts

Items = Mapping[str, tuple[Shown, ...]]


@blueprint.route("/children/<uuid:child>/volumes", tags=["Results"])
@blueprint.response(200, listed(VolumeSchema))
@refusals(404)
def list_volumes(child: uuid.UUID) -> Items:
    """List tumour volumes, those that were corrected too, in the order measured."""
    by = TumourVolume.measured_on
    return {"items": shown_all(records_of(db.session(), TumourVolume, child_here(child).id, by=by))}


@blueprint.route("/children/<uuid:child>/volumes", methods=["POST"], tags=["Results"])
@blueprint.arguments(SaidVolumeSchema)
@blueprint.response(201, VolumeSchema)
@blueprint.alt_response(200, schema=VolumeSchema, description="It came before.")
@writes
def record_volume(body: dict[str, Any], child: uuid.UUID) -> tuple[Shown, int]:
    """Record the volume of a lesion."""
    participant = child_here(child)
    protocol = parts().protocols[participant.protocol_key]
    entering = Entering(actor_here(), participant, now())
    row, is_new = write_volume(db.session(), entering, SaidVolume(**body), protocol=protocol)
    db.session.commit()
    return shown(row, body["amends"]), _status(is_new)


@blueprint.route("/children/<uuid:child>/skin-findings", tags=["Results"])
@blueprint.response(200, listed(SkinSchema))
@refusals(404)
def list_skin_findings(child: uuid.UUID) -> Items:
    """List skin findings, those that were corrected too, in the order examined."""
    by = SkinFinding.examined_on
    return {"items": shown_all(records_of(db.session(), SkinFinding, child_here(child).id, by=by))}


@blueprint.route("/children/<uuid:child>/skin-findings", methods=["POST"], tags=["Results"])
@blueprint.arguments(SaidSkinSchema)
@blueprint.response(201, SkinSchema)
@blueprint.alt_response(200, schema=SkinSchema, description="It came before.")
@writes
def record_skin_finding(body: dict[str, Any], child: uuid.UUID) -> tuple[Shown, int]:
    """Record what was seen and felt over the tumour."""
    entering = Entering(actor_here(), child_here(child), now())
    row, is_new = record_skin(db.session(), entering, SaidSkin(**body))
    db.session.commit()
    return shown(row, body["amends"]), _status(is_new)


def _status(is_new: bool) -> int:
    return 201 if is_new else 200
