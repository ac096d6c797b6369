"""Who is in the study: listing, looking up, registering."""

import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from api.access import actor_here, child_here
from api.blueprint import blueprint, refusals, writes
from api.schemas_children import ChildrenSchema, ChildSchema, PageSchema, RegistrationSchema
from models.participant import Participant
from services.actor import ActorKind
from services.participants import Registration, register
from services.records import is_kept
from services.roster import RosterLine, line_of, roster, site_of_actor
from web.db import db
from web.parts import now, parts


@blueprint.route("/children", tags=["Children"])
@blueprint.arguments(PageSchema, location="query")
@blueprint.response(200, ChildrenSchema)
@refusals(422)
def list_children(page: Mapping[str, Any]) -> Mapping[str, Any]:
    """List children.

    Staff and machines see those of their sites, carers their own.
    """
    found = roster(db.session(), actor_here(), after=page.get("cursor"), limit=page["limit"])
    last = found.lines[-1].child.public_id if found.has_more else None
    return {"items": [_shown(line) for line in found.lines], "next": last}


@blueprint.route("/children/<uuid:child>", tags=["Children"])
@blueprint.response(200, ChildSchema)
@refusals(404)
def show_child(child: uuid.UUID) -> RosterLine:
    """Look up one child."""
    return _shown(line_of(db.session(), child_here(child)))


@blueprint.route("/children", methods=["POST"], tags=["Children"])
@blueprint.arguments(RegistrationSchema)
@blueprint.response(201, ChildSchema)
@blueprint.alt_response(200, schema=ChildSchema, description="Registered before.")
@writes
def enrol_child(body: dict[str, Any]) -> tuple[RosterLine, int]:
    """Register a child.

    With size and dose times. Eligibility, consent, randomisation and the starting order follow,
    each by itself.
    """
    actor = actor_here()
    site = site_of_actor(db.session(), actor, body.pop("site"))
    protocol = parts().protocols[site.protocol_key]
    said = Registration(**body)
    was_there = is_kept(db.session(), Participant, {"client_id": said.client_id})
    child = register(db.session(), actor, site, said, protocol=protocol, now=now())
    db.session.commit()
    return _shown(line_of(db.session(), child)), 200 if was_there else 201


def _shown(line: RosterLine) -> RosterLine:
    """Families are told a dose, not an arm."""
    is_family = actor_here().kind is ActorKind.CARER
    return replace(line, arm=None) if is_family else line
