"""Signed response assessments."""

import uuid
from collections.abc import Mapping
from typing import Any

from api.access import actor_here, child_here
from api.blueprint import blueprint, refusals, writes
from api.presenters import Shown, shown, shown_all
from api.schemas_assessments import (
    AssessmentSchema,
    DraftSchema,
    SaidAssessmentSchema,
    TriedInputsSchema,
)
from api.schemas_results import listed
from domain.protocol import Protocol
from domain.response_inputs import ResponseInputs
from services.assessment_draft import Draft, draft, propose
from services.assessment_record import (
    evidence_document,
    inputs_document,
    proposal_document,
)
from services.assessments import SaidAssessment, assessments_of, sign
from services.records import Records
from web.db import db
from web.parts import now, parts
from web.signin import reauthenticated


@blueprint.route("/children/<uuid:child>/assessments", tags=["Assessments"])
@blueprint.response(200, listed(AssessmentSchema))
@refusals(404)
def list_assessments(child: uuid.UUID) -> Mapping[str, tuple[Shown, ...]]:
    """List signed assessments, amended ones too, in the order of signing."""
    return {"items": shown_all(Records(assessments_of(db.session(), child_here(child))))}


@blueprint.route("/children/<uuid:child>/assessments/<visit>/draft", tags=["Assessments"])
@blueprint.response(200, DraftSchema)
@refusals(404)
def draft_assessment(child: uuid.UUID, visit: str) -> Mapping[str, Any]:
    """Show what the chart offers for a visit, and what the rule makes of it."""
    offered, protocol = _offered(child, visit)
    return _drafted(offered, offered.inputs, protocol)


@blueprint.route(
    "/children/<uuid:child>/assessments/<visit>/draft", methods=["POST"], tags=["Assessments"]
)
@blueprint.arguments(TriedInputsSchema)
@blueprint.response(200, DraftSchema)
@writes
def try_assessment(body: dict[str, Any], child: uuid.UUID, visit: str) -> Mapping[str, Any]:
    """Show what the rule makes of other inputs; nothing is stored."""
    offered, protocol = _offered(child, visit)
    return _drafted(offered, body["inputs"], protocol)


def _offered(child: uuid.UUID, visit: str) -> tuple[Draft, Protocol]:
    participant = child_here(child)
    protocol = parts().protocols[participant.protocol_key]
    return draft(db.session(), participant, visit, protocol, now=now()), protocol


def _drafted(offered: Draft, inputs: ResponseInputs, protocol: Protocol) -> Mapping[str, Any]:
    proposal, views = propose(inputs, offered.chart, protocol)
    return {
        "visit_code": offered.chart.visit.code,
        "inputs": inputs_document(inputs),
        "proposal": proposal_document(proposal, views, evidence_document(offered.chart)),
        "needs_reason": proposal.needs_reason,
        "rule_version": protocol.key,
        "signed": offered.signed.public_id if offered.signed else None,
    }


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
