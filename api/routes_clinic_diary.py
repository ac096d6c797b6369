"""The diary from the clinic's side: sheets of doses, and corrections to decide."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from api.access import actor_here, child_here
from api.blueprint import blueprint, refusals, writes
from api.routes_diary import shown_dose
from api.schemas_clinic_diary import (
    AskCorrectionSchema,
    CorrectionSchema,
    DecideCorrectionSchema,
    DoseSheetSchema,
    LoggedSheetSchema,
)
from api.schemas_results import listed
from domain.entries import Channel, DoseSource, Outcome
from domain.protocol import Protocol
from domain.slots import SlotKey
from models.dose import CorrectionRequest, DoseEntry
from models.participant import Participant
from services import corrections
from services.clinic_doses import ClinicDoses, enter_doses
from services.said_dose import SaidDose
from web.db import db
from web.parts import now, parts

_CORRECTIONS = "/children/<uuid:child>/corrections"


@blueprint.route("/children/<uuid:child>/doses/sheet", methods=["POST"], tags=["Diary"])
@blueprint.arguments(DoseSheetSchema)
@blueprint.response(201, LoggedSheetSchema)
@blueprint.alt_response(200, schema=LoggedSheetSchema, description="It came before.")
@writes
def enter_dose_sheet(body: dict[str, Any], child: uuid.UUID) -> tuple[Mapping[str, Any], int]:
    """Enter doses for the clinic: a stay from the ward's chart, or what was told by phone.

    Further back than families may write, only who decides corrections may enter, or anybody from
    the ward's chart for days in hospital: 422 `needs_investigator`.
    """
    participant = child_here(child)
    said = ClinicDoses(
        client_id=body["client_id"],
        source=DoseSource(body["source"]),
        lines=tuple(body["lines"]),
        reason=body["reason"],
        note=body["note"],
    )
    logged = enter_doses(
        db.session(), actor_here(), participant, said, protocol=_protocol(participant), now=now()
    )
    db.session.commit()
    is_new = any(one.created for one in logged)
    return {"items": [shown_dose(one) for one in logged]}, 201 if is_new else 200


@blueprint.route(_CORRECTIONS, tags=["Diary"])
@blueprint.response(200, listed(CorrectionSchema))
@refusals(404)
def list_corrections(child: uuid.UUID) -> Mapping[str, Any]:
    """List corrections that the family asked for, decided ones too, the oldest first."""
    rows = corrections.requests_of(db.session(), child_here(child).id)
    return {"items": _shown_all(rows)}


@blueprint.route(_CORRECTIONS, methods=["POST"], tags=["Diary"])
@blueprint.arguments(AskCorrectionSchema)
@blueprint.response(201, CorrectionSchema)
@blueprint.alt_response(200, schema=CorrectionSchema, description="It came before.")
@writes
def ask_correction(body: dict[str, Any], child: uuid.UUID) -> tuple[Mapping[str, Any], int]:
    """Ask the investigator to put something into the diary that it no longer takes."""
    participant, actor = child_here(child), actor_here()
    reason: str = body.pop("reason")
    outcome = Outcome(body.pop("outcome"))
    said = SaidDose(
        entered_at=now(),
        channel=Channel(actor.channel),
        outcome=outcome,
        second_dose_reason=reason if body["second_dose"] else None,
        **body,
    )
    row, is_new = corrections.ask(
        db.session(),
        actor,
        participant,
        said,
        reason=reason,
        protocol=_protocol(participant),
        now=now(),
    )
    db.session.commit()
    return _shown_all([row])[0], 201 if is_new else 200


@blueprint.route(f"{_CORRECTIONS}/<uuid:correction>/decision", methods=["POST"], tags=["Diary"])
@blueprint.arguments(DecideCorrectionSchema)
@blueprint.response(200, CorrectionSchema)
@writes
def decide_correction(
    body: dict[str, Any], child: uuid.UUID, correction: uuid.UUID
) -> Mapping[str, Any]:
    """Decide a correction; only an investigator, with a reason. The same twice is one decision."""
    participant = child_here(child)
    row = corrections.decide(
        db.session(),
        actor_here(),
        participant,
        correction,
        decision=corrections.Decision(body["accepted"], body["reason"]),
        protocol=_protocol(participant),
        now=now(),
    )
    db.session.commit()
    return _shown_all([row])[0]


def _protocol(participant: Participant) -> Protocol:
    return parts().protocols[participant.protocol_key]


def _shown_all(rows: Sequence[CorrectionRequest]) -> tuple[Mapping[str, Any], ...]:
    return tuple(
        {"row": row, "slot": SlotKey(row.slot_on, row.half), "entry": _entry_of(row)}
        for row in rows
    )


def _entry_of(row: CorrectionRequest) -> uuid.UUID | None:
    """What entered the diary with the decision."""
    return db.session().get_one(DoseEntry, row.entry_id).public_id if row.entry_id else None
