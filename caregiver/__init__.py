"""Edge: the pages a family uses on a phone."""

from flask import Blueprint

blueprint = Blueprint("caregiver", __name__, url_prefix="/diary", template_folder="templates")


@blueprint.get("/")
def today() -> str:
    """Holds the place of the first page."""
    return "caregiver"
