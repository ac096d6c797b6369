"""Edge: the pages a family uses on a phone."""

from flask import Blueprint

blueprint = Blueprint("caregiver", __name__, url_prefix="/diary", template_folder="templates")

# each adds its views to the blueprint, and so needs it first
from caregiver import routes_changes as routes_changes  # noqa: E402 - see above
from caregiver import routes_doses as routes_doses  # noqa: E402 - see above
from caregiver import routes_history as routes_history  # noqa: E402 - see above
from caregiver import routes_more as routes_more  # noqa: E402 - see above
from caregiver import routes_photos as routes_photos  # noqa: E402 - see above
from caregiver import routes_symptoms as routes_symptoms  # noqa: E402 - see above
from caregiver import routes_today as routes_today  # noqa: E402 - see above
from caregiver import routes_visits as routes_visits  # noqa: E402 - see above
