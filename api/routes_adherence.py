"""Adherence over any days, computed anew from the diary each time."""

import uuid
from collections.abc import Mapping
from typing import Any

from api.access import child_here
from api.blueprint import blueprint, refusals
from api.routes_diary import span
from api.schemas import DaysSchema
from api.schemas_adherence import AdherenceSchema
from domain.adherence import Adherence
from domain.protocol import Protocol
from domain.readings import Reading
from services.adherence import adherence_report
from services.people import names_of
from web.db import db
from web.parts import now, parts


@blueprint.route("/children/<uuid:child>/adherence", tags=["Diary"])
@blueprint.arguments(DaysSchema, location="query")
@blueprint.response(200, AdherenceSchema)
@refusals(404, 422)
def show_adherence(days: Mapping[str, Any], child: uuid.UUID) -> Mapping[str, Any]:
    """Read adherence.

    Taking, correct-dosing days, timing and holidays between two local dates, both included;
    without dates the last two weeks. Three readings side by side: entered promptly, on the same
    day, and everything. What families write of themselves reads high: it is "reported".
    """
    participant = child_here(child)
    first_on, last_on = span(participant, days)
    protocol = parts().protocols[participant.protocol_key]
    report = adherence_report(
        db.session(), participant, protocol, first_on=first_on, last_on=last_on, now=now()
    )
    names = names_of(db.session(), {int(burst.by) for burst in report.bursts})
    return {
        "first_on": report.first_on,
        "last_on": report.last_on,
        "label": "reported",
        "readings": [_reading(*item, protocol) for item in report.by_reading.items()],
        "inpatient_on": sorted(report.inpatient_on),
        "bursts": [
            {
                "by": names.get(int(burst.by), ""),
                "entered_at": burst.entered_at,
                "oldest_claim": burst.oldest_claim,
                "visit_on": burst.visit_on,
                "slots": [one.slot for one in burst.told],
            }
            for burst in report.bursts
        ],
        "rule_version": report.rule_version,
    }


def _reading(reading: Reading, found: Adherence, protocol: Protocol) -> Mapping[str, Any]:
    main = protocol.slots.on_time_hours
    return {
        "reading": reading,
        "worst_case": found.worst_case,
        "observed": found.observed,
        "timing": [
            {"hours": hours, "main": hours == main, "share": share}
            for hours, share in found.timing.items()
        ],
        "vomited": found.vomited,
        "doubled": found.doubled,
        "unknown": found.unknown,
    }
