"""Adverse events, the proposals for them, and their numbers by arm."""

import uuid
from collections.abc import Mapping
from typing import Any

from api.access import actor_here, child_here, site_here
from api.blueprint import blueprint, refusals, writes
from api.presenters import Shown
from api.presenters_events import candidate_shown, decision_shown, event_shown, table_shown
from api.schemas_events import (
    CandidateSchema,
    DecisionSchema,
    EventSchema,
    EventTableQuerySchema,
    SaidDecisionSchema,
    SaidEventChangeSchema,
    SaidEventSchema,
    SaidGradeSchema,
    TermCountSchema,
)
from api.schemas_results import listed
from domain.protocol import Protocol
from models.adverse_event import AdverseEvent
from models.participant import Participant
from services.adverse_events import SaidEvent, events_of, view_of
from services.adverse_events import record_event as write_event
from services.candidate_decisions import SaidDecision, decide
from services.candidates import candidates_of
from services.event_changes import (
    Changing,
    SaidChange,
    SaidGrade,
    change_event,
    regrade_event,
)
from services.event_table import event_table
from services.results import find_result
from web import event_sentences as event_sentences  # noqa: PLC0414 - it adds its sentences
from web.db import db
from web.parts import now, parts

Items = Mapping[str, tuple[Shown, ...]]


@blueprint.route("/children/<uuid:child>/adverse-events", tags=["Adverse events"])
@blueprint.response(200, listed(EventSchema))
@refusals(404)
def list_adverse_events(child: uuid.UUID) -> Items:
    """List adverse events, the newest first, with their grades and changes."""
    participant = child_here(child)
    protocol = _protocol(participant)
    views = events_of(db.session(), participant)
    return {"items": tuple(event_shown(one, protocol) for one in views)}


@blueprint.route("/children/<uuid:child>/adverse-events", methods=["POST"], tags=["Adverse events"])
@blueprint.arguments(SaidEventSchema)
@blueprint.response(201, EventSchema)
@blueprint.alt_response(200, schema=EventSchema, description="It came before.")
@writes
def record_adverse_event(body: dict[str, Any], child: uuid.UUID) -> tuple[Shown, int]:
    """Record an adverse event.

    A grade that CTCAE does not have for the term is refused (`grade_not_in_term`). A serious event
    is an urgent matter for the clinic.
    """
    participant = child_here(child)
    protocol = _protocol(participant)
    row, is_new = write_event(
        db.session(), actor_here(), participant, _event(body), protocol=protocol, now=now()
    )
    db.session.commit()
    return event_shown(view_of(db.session(), row), protocol), 201 if is_new else 200


@blueprint.route(
    "/children/<uuid:child>/adverse-events/<uuid:event>/grades",
    methods=["POST"],
    tags=["Adverse events"],
)
@blueprint.arguments(SaidGradeSchema)
@blueprint.response(201, EventSchema)
@blueprint.alt_response(200, schema=EventSchema, description="It has this grade already.")
@writes
def regrade_adverse_event(
    body: dict[str, Any], child: uuid.UUID, event: uuid.UUID
) -> tuple[Shown, int]:
    """Give an event another grade from a day on."""
    changing = _changing(child)
    row = find_result(db.session(), AdverseEvent, changing.participant, event)
    _grade, is_new = regrade_event(db.session(), changing, row, SaidGrade(**body))
    db.session.commit()
    return event_shown(view_of(db.session(), row), changing.protocol), 201 if is_new else 200


@blueprint.route(
    "/children/<uuid:child>/adverse-events/<uuid:event>/changes",
    methods=["POST"],
    tags=["Adverse events"],
)
@blueprint.arguments(SaidEventChangeSchema)
@blueprint.response(201, EventSchema)
@blueprint.alt_response(200, schema=EventSchema, description="It came before.")
@writes
def change_event_of(body: dict[str, Any], child: uuid.UUID, event: uuid.UUID) -> tuple[Shown, int]:
    """Change facts of an event with a reason; old and new stay."""
    changing = _changing(child)
    row = find_result(db.session(), AdverseEvent, changing.participant, event)
    said = SaidChange(
        client_id=body["client_id"], fields=_facts(body["facts"]), reason=body["reason"]
    )
    _change, is_new = change_event(db.session(), changing, row, said)
    db.session.commit()
    return event_shown(view_of(db.session(), row), changing.protocol), 201 if is_new else 200


@blueprint.route("/children/<uuid:child>/event-candidates", tags=["Adverse events"])
@blueprint.response(200, listed(CandidateSchema))
@refusals(404)
def list_event_candidates(child: uuid.UUID) -> Items:
    """List proposed events from symptoms and laboratory results, decided ones too.

    What was as bad before treatment is not proposed. A correction of the evidence is proposed anew.
    """
    participant = child_here(child)
    found = candidates_of(db.session(), participant, _protocol(participant))
    events = _events(participant)
    return {"items": tuple(candidate_shown(one, events) for one in found)}


@blueprint.route(
    "/children/<uuid:child>/event-candidates/decisions",
    methods=["POST"],
    tags=["Adverse events"],
)
@blueprint.arguments(SaidDecisionSchema)
@blueprint.response(201, DecisionSchema)
@blueprint.alt_response(200, schema=DecisionSchema, description="It came before.")
@writes
def decide_event_candidate(body: dict[str, Any], child: uuid.UUID) -> tuple[Shown, int]:
    """Decide on a proposal, once: a new event, part of an open one, or none."""
    changing = _changing(child)
    event = body.pop("event")
    made = _event(event | {"client_id": body["client_id"]}) if event else None
    said = SaidDecision(**body, event=made)
    row, is_new = decide(db.session(), changing, said)
    db.session.commit()
    return decision_shown(row, _events(changing.participant)), 201 if is_new else 200


@blueprint.route("/sites/<site>/adverse-events/table", tags=["Adverse events"])
@blueprint.arguments(EventTableQuerySchema, location="query")
@blueprint.response(200, listed(TermCountSchema))
@refusals(404, 422)
def show_event_table(asked: Mapping[str, bool], site: str) -> Mapping[str, list[Shown]]:
    """Count children by term, highest grade and arm; first those with any event.

    With `related=true` only events that are possibly, probably or definitely related count.
    """
    ids = [site_here(site).id]
    table = event_table(db.session(), ids, only_related=asked["related"])
    return {"items": table_shown(table)}


def _changing(child: uuid.UUID) -> Changing:
    participant = child_here(child)
    return Changing(actor_here(), participant, _protocol(participant), now())


def _events(participant: Participant) -> dict[int, AdverseEvent]:
    return {one.event.id: one.event for one in events_of(db.session(), participant)}


def _event(body: dict[str, Any]) -> SaidEvent:
    facts: dict[str, Any] = body | {"serious_criteria": tuple(body["serious_criteria"])}
    return SaidEvent(**facts)


def _facts(facts: dict[str, Any]) -> dict[str, Any]:
    if "serious_criteria" not in facts:
        return facts
    return facts | {"serious_criteria": tuple(facts["serious_criteria"])}


def _protocol(participant: Participant) -> Protocol:
    return parts().protocols[participant.protocol_key]
