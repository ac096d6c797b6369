"""Transfusions, rescue therapy and other treatments: they change how results are read."""

import uuid
from collections.abc import Mapping
from typing import Any

from api.access import actor_here, child_here
from api.blueprint import blueprint, refusals, writes
from api.presenters import Shown, shown, shown_all
from api.schemas_results import SaidTreatmentSchema, TreatmentSchema, listed
from models.tumour import Treatment, TreatmentKind
from services.medicines import record_medicine
from services.records import records_of
from services.tumour import Entering, SaidTreatment
from services.tumour import record_treatment as write_treatment
from web.db import db
from web.parts import now, parts


@blueprint.route("/children/<uuid:child>/treatments", tags=["Results"])
@blueprint.response(200, listed(TreatmentSchema))
@refusals(404)
def list_treatments(child: uuid.UUID) -> Mapping[str, tuple[Shown, ...]]:
    """List treatments of every kind, those that were corrected too, in the order begun."""
    by = Treatment.started_on
    return {"items": shown_all(records_of(db.session(), Treatment, child_here(child).id, by=by))}


@blueprint.route("/children/<uuid:child>/treatments", methods=["POST"], tags=["Results"])
@blueprint.arguments(SaidTreatmentSchema)
@blueprint.response(201, TreatmentSchema)
@blueprint.alt_response(200, schema=TreatmentSchema, description="It came before.")
@writes
def record_treatment(body: dict[str, Any], child: uuid.UUID) -> tuple[Shown, int]:
    """Record a transfusion, a rescue therapy or another treatment.

    A medicine is looked up in the study's list, as below `medicines`, and may call the clinic.
    """
    participant, said = child_here(child), SaidTreatment(**body)
    entering = Entering(actor_here(), participant, now())
    if said.kind is TreatmentKind.MEDICINE:
        protocol = parts().protocols[participant.protocol_key]
        row, is_new = record_medicine(db.session(), entering, said, protocol=protocol)
    else:
        row, is_new = write_treatment(db.session(), entering, said)
    db.session.commit()
    return shown(row, body["amends"]), 201 if is_new else 200
