"""What every template of the clinic may use: the doors in the top bar, and ranges in words."""

from clinician import blueprint
from clinician.presenters_levels import interval_text
from services.access import Permission, sites_with
from services.candidates import proposal_key
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
        "reads_masked": bool(sites_with(actor, Permission.READ_MASKED)),
        "manages_readings": bool(sites_with(actor, Permission.MANAGE_READINGS)),
    }


blueprint.add_app_template_filter(interval_text, "interval")
blueprint.add_app_template_filter(proposal_key)
