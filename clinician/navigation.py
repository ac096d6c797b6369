"""Which of the pages in the top bar are this person's."""

from clinician import blueprint
from services.access import Permission, sites_with
from web.identity import actor_or_none


@blueprint.context_processor
def doors() -> dict[str, bool]:
    """For clinician/frame.html: no door is shown that would not open."""
    actor = actor_or_none()
    if actor is None:
        return {}
    return {
        "sees_children": bool(sites_with(actor, Permission.VIEW)),
        "enrols": bool(sites_with(actor, Permission.ENROL)),
    }
