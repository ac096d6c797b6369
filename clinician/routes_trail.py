"""The audit trail of a child, to read."""

from typing import Final
from uuid import UUID

from flask import request

from clinician import blueprint
from clinician.place import place_of
from clinician.presenters_trail import trail_lines
from services.audit_trail import trail_of

# no table counts further, and a longer number does not fit into the database's own
_LONGEST_ID: Final = 18


@blueprint.get("/participants/<uuid:participant>/trail")
def trail(participant: UUID) -> str:
    """Who did what, the newest first, page by page."""
    place = place_of(participant)
    older_than = request.args.get("older_than", type=_entry_id)
    page = trail_of(place.session, place.child.id, older_than=older_than)
    return place.show("trail", "trail", lines=trail_lines(page.entries), older_than=page.older_than)


def _entry_id(text: str) -> int:
    """Raises ValueError for what cannot be the id of an entry; the newest page is shown then."""
    if len(text) > _LONGEST_ID or not (text.isascii() and text.isdigit()):
        raise ValueError("not an id")
    return int(text)
