"""Edge: the follow-up pages of the study team."""

from flask import Blueprint

blueprint = Blueprint("clinician", __name__, url_prefix="/clinic", template_folder="templates")


@blueprint.get("/")
def worklist() -> str:
    """Holds the place of the first page."""
    return "clinician"


# the routes put themselves on the blueprint, which must exist before them
from clinician import routes_photos  # noqa: E402 - as above

__all__ = ["blueprint", "routes_photos"]
