"""The calendar file of a child's visits as an answer, for families and for the clinic."""

from flask import Response
from flask_babel import gettext as _

from services.calendar_file import MEDIA_TYPE, calendar_file
from web.child_place import ChildPlace


def calendar_response(place: ChildPlace) -> Response:
    """A download in the reader's language that no proxy keeps."""
    content = calendar_file(place.session, place.child, summary=str(_("Appointment")))
    response = Response(content, content_type=MEDIA_TYPE)
    response.headers["Content-Disposition"] = 'attachment; filename="appointments.ics"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
