"""Reading the diary, and writing in it."""

import uuid
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from api.access import actor_here, child_here
from api.blueprint import blueprint, refusals, writes
from api.presenters_diary import ShownEntry, shown_entry, shown_slots, zone_of
from api.schemas import DaysSchema
from api.schemas_diary import DiarySchema, EntrySchema, LogDoseSchema, LoggedDoseSchema
from domain.entries import Channel, DoseSource, Outcome
from domain.slots import local_date
from models.participant import Participant
from services.diary import read
from services.doses import LoggedDose, SaidDose, undo
from services.doses import log_dose as write_dose
from services.errors import RefusedError
from services.timetables import timetables
from web.db import db
from web.parts import now, parts

USUAL_DAYS = timedelta(days=13)
MOST_DAYS = timedelta(days=366)


@blueprint.route("/children/<uuid:child>/diary", tags=["Diary"])
@blueprint.arguments(DaysSchema, location="query")
@blueprint.response(200, DiarySchema)
@refusals(404, 422)
def show_diary(days: Mapping[str, Any], child: uuid.UUID) -> Mapping[str, Any]:
    """Read the diary.

    The state of each slot from one local date to another, both included; without dates the last
    two weeks. At most 366 days at a time.
    """
    participant = child_here(child)
    first_on, last_on = span(participant, days)
    protocol = parts().protocols[participant.protocol_key]
    diary = read(db.session(), participant, protocol, first_on=first_on, last_on=last_on, now=now())
    return {"time_zone": zone_of(diary), "slots": shown_slots(diary, actor_here())}


@blueprint.route("/children/<uuid:child>/doses", methods=["POST"], tags=["Diary"])
@blueprint.arguments(LogDoseSchema)
@blueprint.response(201, LoggedDoseSchema)
@blueprint.alt_response(200, schema=LoggedDoseSchema, description="It came before.")
@writes
def log_dose(body: dict[str, Any], child: uuid.UUID) -> tuple[Mapping[str, Any], int]:
    """Log a dose.

    A person at a page is asked before a second or too early dose: 409 `needs_confirmation`, to be
    said again with `second_dose` or `knows_too_soon`. What was written offline, and what a machine
    sends, already happened: it is recorded, and the clinic is told.
    """
    participant = child_here(child)
    actor = actor_here(is_offline=body.pop("offline"))
    outcome = Outcome(body.pop("outcome"))
    source = body.pop("source")
    logged = write_dose(
        db.session(),
        actor,
        participant,
        SaidDose(
            channel=Channel(actor.channel),
            outcome=outcome,
            source=DoseSource(source) if source else None,
            **body,
        ),
        protocol=parts().protocols[participant.protocol_key],
        now=now(),
    )
    db.session.commit()
    return shown_dose(logged), 201 if logged.created else 200


@blueprint.route("/children/<uuid:child>/doses/<uuid:dose>/undo", methods=["POST"], tags=["Diary"])
@blueprint.response(200, EntrySchema)
@writes
def undo_dose(child: uuid.UUID, dose: uuid.UUID) -> ShownEntry:
    """Take back a dose just logged.

    Only by who logged it, and only for a few minutes; later it is corrected. A second time
    changes nothing. Answers the retraction, which names the entry it takes back.
    """
    participant = child_here(child)
    row = undo(
        db.session(),
        actor_here(),
        participant,
        dose,
        protocol=parts().protocols[participant.protocol_key],
        now=now(),
    )
    db.session.commit()
    return shown_entry(row, actor_here(), amends=dose)


def span(participant: Participant, days: Mapping[str, Any]) -> tuple[date, date]:
    """The days asked for. Raises RefusedError `days_reversed` and `too_many_days`."""
    tables = timetables(db.session(), participant.id)
    last_on: date = days.get("last_on") or (local_date(tables, now()) if tables else now().date())
    first_on: date = days.get("first_on") or last_on - USUAL_DAYS
    if first_on > last_on:
        raise RefusedError("days_reversed", "from")
    if last_on - first_on >= MOST_DAYS:
        raise RefusedError("too_many_days", "from")
    return first_on, last_on


def shown_dose(logged: LoggedDose) -> Mapping[str, Any]:
    """What was written, what became of the slot, and the advice to show."""
    status = None if logged.state is None else logged.state.status
    entry = shown_entry(logged.entry, actor_here())
    return {"entry": entry, "status": status, "advice": logged.advice}
