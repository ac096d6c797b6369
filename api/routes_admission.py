"""The way into the study and out of it: eligibility, consent, randomisation, the end."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from api.access import actor_here, child_here
from api.blueprint import blueprint, refusals, writes
from api.schemas_admission import (
    ConsentSchema,
    ConsentsSchema,
    EligibilitiesSchema,
    EligibilitySchema,
    ListsSchema,
    RandomisationSchema,
    SaidConsentSchema,
    SaidEligibilitySchema,
    SaidEndSchema,
    SaidRandomisationSchema,
)
from api.schemas_children import ChildSchema
from models.consent import Consent, ConsentKind, EligibilityCheck
from models.participant import Participant
from services.access import Permission, sites_with
from services.consents import SaidConsent, consents_of, record_consent
from services.eligibility import (
    SaidEligibility,
    check_eligibility,
    checks_of,
    failed_criteria,
)
from services.randomisation import (
    Envelope,
    SaidRandomisation,
    allocation_of,
    randomise,
    readiness,
)
from services.randomisation_overview import ListsView, lists_of_sites
from services.randomisation_seal import Seal
from services.roster import RosterLine, line_of
from services.withdrawal import SaidEnd, end_participation, take_back_consent
from web.db import db
from web.parts import now, parts


@blueprint.route("/children/<uuid:child>/eligibility", tags=["Admission"])
@blueprint.response(200, EligibilitiesSchema)
@refusals(404)
def list_eligibility_checks(child: uuid.UUID) -> Mapping[str, Any]:
    """List the eligibility checks of a child."""
    row = child_here(child)
    return {"items": [_checked(check, row) for check in checks_of(db.session(), row)]}


@blueprint.route("/children/<uuid:child>/eligibility", methods=["POST"], tags=["Admission"])
@blueprint.arguments(SaidEligibilitySchema)
@blueprint.response(201, EligibilitySchema)
@blueprint.alt_response(200, schema=EligibilitySchema, description="Recorded before.")
@writes
def check_eligibility_of(body: dict[str, Any], child: uuid.UUID) -> tuple[Mapping[str, Any], int]:
    """Answer the criteria of the protocol."""
    row = child_here(child)
    check, is_new = check_eligibility(
        db.session(),
        actor_here(),
        row,
        SaidEligibility(**body),
        protocol=parts().protocols[row.protocol_key],
        now=now(),
    )
    db.session.commit()
    return _checked(check, row), 201 if is_new else 200


@blueprint.route("/children/<uuid:child>/consents", tags=["Admission"])
@blueprint.response(200, ConsentsSchema)
@refusals(404)
def list_consents(child: uuid.UUID) -> Mapping[str, Sequence[Consent]]:
    """List consents, assents and withdrawals of consent."""
    return {"items": consents_of(db.session(), child_here(child))}


@blueprint.route("/children/<uuid:child>/consents", methods=["POST"], tags=["Admission"])
@blueprint.arguments(SaidConsentSchema)
@blueprint.response(201, ConsentSchema)
@blueprint.alt_response(200, schema=ConsentSchema, description="Recorded before.")
@writes
def record_consent_of(body: dict[str, Any], child: uuid.UUID) -> tuple[Consent, int]:
    """Record a consent, an assent or a withdrawal of consent.

    A withdrawal ends the part in the study of a child that is randomised.
    """
    row = child_here(child)
    said = SaidConsent(**body)
    keep = take_back_consent if said.kind is ConsentKind.WITHDRAWN else record_consent
    protocol = parts().protocols[row.protocol_key]
    kept, is_new = keep(db.session(), actor_here(), row, said, protocol=protocol, now=now())
    db.session.commit()
    return kept, 201 if is_new else 200


@blueprint.route("/children/<uuid:child>/randomisation", tags=["Admission"])
@blueprint.response(200, RandomisationSchema)
@refusals(404)
def show_randomisation(child: uuid.UUID) -> Mapping[str, Any]:
    """Show the allocation, or what is still missing before it."""
    return _randomisation(child_here(child))


@blueprint.route("/children/<uuid:child>/randomisation", methods=["POST"], tags=["Admission"])
@blueprint.arguments(SaidRandomisationSchema)
@blueprint.response(201, RandomisationSchema)
@blueprint.alt_response(200, schema=RandomisationSchema, description="Randomised before.")
@writes
def randomise_child(body: dict[str, Any], child: uuid.UUID) -> tuple[Mapping[str, Any], int]:
    """Randomise a child: give it the next place of its stratum and plan its visits.

    A child is randomised once: afterwards its allocation is answered again.
    """
    row = child_here(child)
    envelope = body["envelope"]
    said = SaidRandomisation(
        first_slot=body["first_slot"], envelope=Envelope(**envelope) if envelope else None
    )
    _kept, is_new = randomise(
        db.session(),
        actor_here(),
        row,
        said,
        protocol=parts().protocols[row.protocol_key],
        seal=Seal(parts().settings.randomisation_key),
        now=now(),
    )
    db.session.commit()
    return _randomisation(row), 201 if is_new else 200


@blueprint.route("/children/<uuid:child>/end", methods=["POST"], tags=["Admission"])
@blueprint.arguments(SaidEndSchema)
@blueprint.response(200, ChildSchema)
@writes
def end_study(body: dict[str, Any], child: uuid.UUID) -> RosterLine:
    """End the child's part in the study: withdrawn, or completed as planned."""
    row = child_here(child)
    end_participation(db.session(), actor_here(), row, SaidEnd(**body), now=now())
    db.session.commit()
    return line_of(db.session(), row)


@blueprint.route("/randomisation", tags=["Admission"])
@blueprint.response(200, ListsSchema)
@refusals()
def show_randomisation_lists() -> ListsView:
    """Show the lists of one's sites: places used and left, and what was published."""
    return lists_of_sites(db.session(), sites_with(actor_here(), Permission.VIEW))


def _checked(check: EligibilityCheck, child: Participant) -> Mapping[str, Any]:
    protocol = parts().protocols[child.protocol_key]
    names = ("public_id", "client_id", "recorded_at", "checked_on", "answers", "is_eligible")
    facts = {name: getattr(check, name) for name in (*names, "note", "rule_version")}
    return {**facts, "failed": failed_criteria(check, child, protocol)}


def _randomisation(child: Participant) -> Mapping[str, Any]:
    protocol = parts().protocols[child.protocol_key]
    ready = readiness(db.session(), child, protocol=protocol, now=now())
    allocation = allocation_of(db.session(), child)
    return {
        "stratum": ready.stratum,
        "has_list": ready.has_list,
        "obstacles": [] if allocation else ready.obstacles,
        "allocation": allocation,
    }
