"""The page of one child: facts, one time axis, tables; and the same as a file."""

from datetime import timedelta
from uuid import UUID

from flask import Response, request

from clinician import blueprint
from clinician.course_file import course_csv
from clinician.course_view import RANGES, CourseView, Track, view_of
from clinician.place import Place, place_of
from clinician.presenters_labs import label_of
from clinician.presenters_review import facts_of, tables_of
from clinician.result_words import TRACKS, options
from clinician.timeline_data import Addresses, timeline_data
from services.access import Permission
from services.review import Review, page


@blueprint.get("/participants/<uuid:participant>")
def participant(participant: UUID) -> str:
    """Everything about the child in the days and tracks that the address asks for.

    `days=30|90|365|all` or `from=` and `to=`; `track=` and `lab=` may stand several times.
    """
    place = place_of(participant)
    view = _view(place)
    review = _review(place, view)
    addresses = Addresses(place.child.public_id)
    tables = tables_of(review, view, addresses, place.zone)
    return place.show(
        "participant",
        "participant",
        facts=facts_of(review),
        tables=tables,
        timeline=timeline_data(review, view, tables.levels, addresses=addresses, zone=place.zone),
        view=view,
        ranges=RANGES,
        track_choices=options(TRACKS),
        lab_choices=[(lab.code, label_of(lab)) for lab in place.protocol.labs],
        all_tracks=frozenset(Track),
        review=review,
        neighbours=place.page,
        may_assess=place.may(Permission.ASSESS),
    )


@blueprint.get("/participants/<uuid:participant>/course.csv")
def course_file(participant: UUID) -> Response:
    """What the page shows for the same address, one happening a line."""
    place = place_of(participant)
    view = _view(place)
    return course_csv(_review(place, view), view, place.zone)


def _view(place: Place) -> CourseView:
    plan = place.protocol.visits[0]
    start = place.child.enrolled_on - timedelta(days=plan.window_before_days)
    analytes = {lab.code: lab for lab in place.protocol.labs}
    return view_of(request.args, today=place.today, start=start, analytes=analytes)


def _review(place: Place, view: CourseView) -> Review:
    return page(
        place.session,
        place.child,
        place.protocol,
        first_on=view.first_on,
        last_on=view.last_on,
        now=place.now,
        analytes=view.labs,
        known=place.page,
    )
