"""Edge: the follow-up pages of the study team."""

from flask import Blueprint

blueprint = Blueprint("clinician", __name__, url_prefix="/clinic", template_folder="templates")


@blueprint.get("/")
def worklist() -> str:
    """Holds the place of the first page."""
    return "clinician"
