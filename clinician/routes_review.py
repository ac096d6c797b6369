"""The page of one child: facts, one time axis, tables."""

from datetime import timedelta
from uuid import UUID

from flask import request

from clinician import blueprint
from clinician.place import Place, place_of
from clinician.presenters_review import (
    RANGES,
    facts_of,
    lab_label,
    range_days,
    tables_of,
)
from clinician.timeline_data import Addresses, timeline_data
from services.access import Permission
from services.chart import FIBRINOGEN, PLATELETS
from services.review import Review, page


@blueprint.get("/participants/<uuid:participant>")
def participant(participant: UUID) -> str:
    """Everything about the child in the chosen days (`?days=30|90|365|all`)."""
    place = place_of(participant)
    chosen, review = _review(place)
    addresses = Addresses(place.child.public_id)
    tables = tables_of(review, addresses, place.zone)
    return place.show(
        "participant",
        "participant",
        facts=facts_of(review),
        tables=tables,
        platelets_label=lab_label(review, PLATELETS),
        fibrinogen_label=lab_label(review, FIBRINOGEN),
        timeline=timeline_data(review, tables.levels, addresses, place.zone),
        chosen=chosen,
        ranges=RANGES,
        review=review,
        may_assess=place.may(Permission.ASSESS),
    )


def _review(place: Place) -> tuple[str, Review]:
    plan = place.protocol.visits[0]
    start = place.child.enrolled_on - timedelta(days=plan.window_before_days)
    chosen, first_on = range_days(request.args.get("days"), place.today, start)
    review = page(
        place.session,
        place.child,
        place.protocol,
        first_on=first_on,
        last_on=place.today,
        now=place.now,
    )
    return chosen, review
