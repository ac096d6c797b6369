"""Symptoms: what a family, or the clinic for it, tells."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from api.access import actor_here, child_here
from api.blueprint import blueprint, refusals, writes
from api.schemas_results import listed
from api.schemas_symptoms import SaidSymptomSchema, SymptomSchema
from domain.entries import Channel
from domain.protocol import Protocol
from domain.slots import local_date
from models.participant import Participant
from models.symptom import SymptomReport
from services.symptoms import SaidSymptom, advice_of, report_symptom, reports_of
from services.timetables import timetables
from web.db import db
from web.formats import language
from web.parts import now, parts

Shown = Mapping[str, Any]


@blueprint.route("/children/<uuid:child>/symptoms", tags=["Symptoms"])
@blueprint.response(200, listed(SymptomSchema))
@refusals(404)
def list_symptoms(child: uuid.UUID) -> Mapping[str, Sequence[Shown]]:
    """List symptoms, those that were corrected too, the newest day first."""
    participant = child_here(child)
    rows = reports_of(db.session(), participant)
    return {"items": _shown(participant, rows)}


@blueprint.route("/children/<uuid:child>/symptoms", methods=["POST"], tags=["Symptoms"])
@blueprint.arguments(SaidSymptomSchema)
@blueprint.response(201, SymptomSchema)
@blueprint.alt_response(200, schema=SymptomSchema, description="It came before.")
@writes
def report_symptom_of(body: dict[str, Any], child: uuid.UUID) -> tuple[Shown, int]:
    """Tell of a symptom.

    Fever from the protocol's bound on, bleeding, a tumour that grows and unusual sleepiness are
    answered with `advice` for the same day, and the clinic is told.
    """
    participant = child_here(child)
    actor = actor_here(is_offline=body.pop("offline"))
    entered_at = body.pop("entered_at") or now()
    told = report_symptom(
        db.session(),
        actor,
        participant,
        SaidSymptom(
            **body, entered_at=entered_at, channel=Channel(actor.channel), language=language()
        ),
        protocol=_protocol(participant),
        now=now(),
    )
    db.session.commit()
    rows = reports_of(db.session(), participant)
    (shown,) = (one for one in _shown(participant, rows) if one["row"] is told.row)
    return shown, 201 if told.is_new else 200


def _shown(participant: Participant, rows: Sequence[SymptomReport]) -> list[Shown]:
    ids = {row.id: row.public_id for row in rows}
    amended = {row.amends_id for row in rows}
    tables = timetables(db.session(), participant.id)
    protocol = _protocol(participant)
    found: list[Shown] = []
    for row in rows:
        advice = advice_of(row)
        at = row.received_at
        told_on = local_date(tables, at) if tables else at.date()
        found.append(
            {
                "row": row,
                "late_entry": told_on > row.noticed_on,
                "advice": advice,
                "advice_text": protocol.text(advice, language()) if advice else None,
                "advice_version": (row.advice_shown or "").partition("@")[2] or None,
                "amends": ids.get(row.amends_id or 0),
                "superseded": row.id in amended,
            }
        )
    return found


def _protocol(participant: Participant) -> Protocol:
    return parts().protocols[participant.protocol_key]
