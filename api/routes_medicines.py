"""Sizes of a child, and its medicines beside sirolimus."""

import uuid
from collections.abc import Mapping
from typing import Any

from api.access import actor_here, child_here
from api.blueprint import blueprint, refusals, writes
from api.presenters import Shown, shown
from api.schemas_medicines import (
    MeasurementSchema,
    MeasurementsSchema,
    MedicineSchema,
    SaidMeasurementSchema,
    SaidMedicineSchema,
)
from api.schemas_results import listed
from models.participant import Measurement
from models.tumour import TreatmentKind
from services.growth import SizeReview, size_review
from services.measurements import SaidMeasurement, measurements_of
from services.medicines import KnownMedicine, known_medicine, medicines_of
from services.medicines import record_medicine as write_medicine
from services.records import is_kept
from services.tumour import Entering, SaidTreatment
from services.weighing import weigh
from web.db import db
from web.parts import now, parts


@blueprint.route("/children/<uuid:child>/measurements", tags=["Results"])
@blueprint.response(200, MeasurementsSchema)
@refusals(404)
def list_measurements(child: uuid.UUID) -> Mapping[str, Any]:
    """List heights and weights, the newest first, and what the dose ordered last is to them."""
    session, participant = db.session(), child_here(child)
    protocol = parts().protocols[participant.protocol_key]
    review = size_review(session, participant, protocol=protocol)
    rows = measurements_of(session, participant.id)
    return {"items": rows, "review": _review(review) if review else None}


@blueprint.route("/children/<uuid:child>/measurements", methods=["POST"], tags=["Results"])
@blueprint.arguments(SaidMeasurementSchema)
@blueprint.response(201, MeasurementSchema)
@blueprint.alt_response(200, schema=MeasurementSchema, description="It came before.")
@writes
def record_measurement(body: dict[str, Any], child: uuid.UUID) -> tuple[Measurement, int]:
    """Record height and weight; the next order is worked out from the newest."""
    participant = child_here(child)
    key = {"participant_id": participant.id, "client_id": body["client_id"]}
    was_there = is_kept(db.session(), Measurement, key)
    row = weigh(
        db.session(),
        actor_here(),
        participant,
        SaidMeasurement(**body),
        protocol=parts().protocols[participant.protocol_key],
        now=now(),
    )
    db.session.commit()
    return row, 200 if was_there else 201


@blueprint.route("/children/<uuid:child>/medicines", tags=["Results"])
@blueprint.response(200, listed(MedicineSchema))
@refusals(404)
def list_medicines(child: uuid.UUID) -> Mapping[str, tuple[Shown, ...]]:
    """List medicines beside sirolimus that stand, in the order they began."""
    participant = child_here(child)
    protocol = parts().protocols[participant.protocol_key]
    found = medicines_of(db.session(), participant, protocol=protocol)
    return {"items": tuple(_shown(one, protocol.key) for one in found)}


@blueprint.route("/children/<uuid:child>/medicines", methods=["POST"], tags=["Results"])
@blueprint.arguments(SaidMedicineSchema)
@blueprint.response(201, MedicineSchema)
@blueprint.alt_response(200, schema=MedicineSchema, description="It came before.")
@writes
def record_medicine(body: dict[str, Any], child: uuid.UUID) -> tuple[Shown, int]:
    """Record a medicine beside sirolimus.

    One that is known to interact, and one that nobody knows, call the clinic.
    """
    participant = child_here(child)
    protocol = parts().protocols[participant.protocol_key]
    entering = Entering(actor_here(), participant, now())
    said = SaidTreatment(kind=TreatmentKind.MEDICINE, **body)
    row, is_new = write_medicine(db.session(), entering, said, protocol=protocol)
    db.session.commit()
    return _shown(known_medicine(row, protocol), protocol.key), 201 if is_new else 200


def _shown(known: KnownMedicine, rule_version: str) -> Shown:
    return {
        **shown(known.row, None),
        "code": known.listed.code if known.listed else None,
        "effect": known.rule.code if known.rule else None,
        "stops_formula": known.stops_formula,
        "level_from": known.level_from,
        "level_to": known.level_to,
        "level_on": known.level_on,
        "rule_version": rule_version,
    }


def _review(review: SizeReview) -> Mapping[str, Any]:
    return {
        "is_due": review.is_due,
        "change": review.change,
        "dose_mg": review.mg,
        "mg_per_m2_then": review.mg_per_m2_then,
        "mg_per_m2_now": review.mg_per_m2_now,
    }
