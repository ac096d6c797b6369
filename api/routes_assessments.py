"""Signed response assessments."""

import uuid
from collections.abc import Mapping
from typing import Any

from api.access import actor_here, child_here
from api.blueprint import blueprint, refusals, writes
from api.presenters import Shown, shown, shown_all
from api.schemas_assessments import AssessmentSchema, SaidAssessmentSchema
from api.schemas_results import listed
from services.assessments import SaidAssessment, assessments_of, sign
from services.records import Records
from web.db import db
from web.parts import parts
from web.signin import reauthenticated


@blueprint.route("/children/<uuid:child>/assessments", tags=["Assessments"])
@blueprint.response(200, listed(AssessmentSchema))
@refusals(404)
def list_assessments(child: uuid.UUID) -> Mapping[str, tuple[Shown, ...]]:
    """List signed assessments, amended ones too, in the order of signing."""
    return {"items": shown_all(Records(assessments_of(db.session(), child_here(child))))}


@blueprint.route("/children/<uuid:child>/assessments", methods=["POST"], tags=["Assessments"])
@blueprint.arguments(SaidAssessmentSchema)
@blueprint.response(201, AssessmentSchema)
@blueprint.alt_response(200, schema=AssessmentSchema, description="It came before.")
@writes
def sign_assessment(body: dict[str, Any], child: uuid.UUID) -> tuple[Shown, int]:
    """Sign a response assessment.

    Only a person signs, with password (and code) in the same request; a machine's token cannot.
    """
    participant = child_here(child)
    signed_at = reauthenticated(password=body.pop("password"), code=body.pop("code"))
    row, is_new = sign(
        db.session(),
        actor_here(),
        participant,
        SaidAssessment(**body),
        protocol=parts().protocols[participant.protocol_key],
        now=signed_at,
    )
    db.session.commit()
    return shown(row, body["amends"]), 201 if is_new else 200
