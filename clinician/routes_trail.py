"""The audit trail of a child, to read."""

from uuid import UUID

from flask import request

from clinician import blueprint
from clinician.place import place_of
from clinician.presenters_trail import trail_lines
from services.audit_trail import trail_of


@blueprint.get("/participants/<uuid:participant>/trail")
def trail(participant: UUID) -> str:
    """Who did what, the newest first, page by page."""
    place = place_of(participant)
    older_than = request.args.get("older_than", type=int)
    page = trail_of(place.session, place.child.id, older_than=older_than)
    return place.show("trail", "trail", lines=trail_lines(page.entries), older_than=page.older_than)
