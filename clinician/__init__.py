"""Edge: the follow-up pages of the study team."""

from flask import Blueprint

blueprint = Blueprint("clinician", __name__, url_prefix="/clinic", template_folder="templates")

# each adds its views (or filters) to the blueprint, which must exist before them
from clinician import amounts as amounts  # noqa: E402 - as above
from clinician import navigation as navigation  # noqa: E402 - as above
from clinician import review_bar as review_bar  # noqa: E402 - as above
from clinician import routes_admission as routes_admission  # noqa: E402 - as above
from clinician import routes_assessments as routes_assessments  # noqa: E402 - as above
from clinician import routes_candidates as routes_candidates  # noqa: E402 - as above
from clinician import routes_carers as routes_carers  # noqa: E402 - as above
from clinician import routes_clinic_doses as routes_clinic_doses  # noqa: E402 - as above
from clinician import routes_corrections as routes_corrections  # noqa: E402 - as above
from clinician import routes_diary as routes_diary  # noqa: E402 - as above
from clinician import routes_enrol as routes_enrol  # noqa: E402 - as above
from clinician import routes_event_table as routes_event_table  # noqa: E402 - as above
from clinician import routes_events as routes_events  # noqa: E402 - as above
from clinician import routes_extra_visits as routes_extra_visits  # noqa: E402 - as above
from clinician import routes_holds as routes_holds  # noqa: E402 - as above
from clinician import routes_lab_import as routes_lab_import  # noqa: E402 - as above
from clinician import routes_labs as routes_labs  # noqa: E402 - as above
from clinician import routes_lesions as routes_lesions  # noqa: E402 - as above
from clinician import routes_levels as routes_levels  # noqa: E402 - as above
from clinician import routes_matters as routes_matters  # noqa: E402 - as above
from clinician import routes_measurements as routes_measurements  # noqa: E402 - as above
from clinician import routes_order_history as routes_order_history  # noqa: E402 - as above
from clinician import routes_orders as routes_orders  # noqa: E402 - as above
from clinician import routes_photos as routes_photos  # noqa: E402 - as above
from clinician import routes_randomisation as routes_randomisation  # noqa: E402 - as above
from clinician import routes_ranges as routes_ranges  # noqa: E402 - as above
from clinician import routes_reading as routes_reading  # noqa: E402 - as above
from clinician import routes_reading_admin as routes_reading_admin  # noqa: E402 - as above
from clinician import routes_review as routes_review  # noqa: E402 - as above
from clinician import routes_stays as routes_stays  # noqa: E402 - as above
from clinician import routes_times as routes_times  # noqa: E402 - as above
from clinician import routes_trail as routes_trail  # noqa: E402 - as above
from clinician import routes_tumour as routes_tumour  # noqa: E402 - as above
from clinician import routes_visits as routes_visits  # noqa: E402 - as above
from clinician import routes_withdrawal as routes_withdrawal  # noqa: E402 - as above
from clinician import routes_worklist as routes_worklist  # noqa: E402 - as above
