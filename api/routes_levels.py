"""Sirolimus levels with their verdicts, and how often they were in range."""

import uuid
from typing import Any

from api.access import actor_here, child_here
from api.blueprint import blueprint, refusals, writes
from api.presenters import Shown
from api.presenters_levels import shown_level, shown_levels, shown_statistics
from api.schemas_levels import (
    LevelListSchema,
    LevelSchema,
    SaidLevelSchema,
    SaidOverruleSchema,
)
from domain.protocol import Protocol
from models.laboratory import Level
from models.participant import Participant
from services.level_book import LevelBook, has_arm, level_book
from services.level_overrules import OverruleSaid
from services.level_overrules import overrule_level as overrule
from services.levels import SaidLevel
from services.levels import record_level as write_level
from services.results import find_result
from web.db import db
from web.parts import now, parts


@blueprint.route("/children/<uuid:child>/levels", tags=["Results"])
@blueprint.response(200, LevelListSchema)
@refusals(404)
def list_levels(child: uuid.UUID) -> Shown:
    """List sirolimus levels with their verdicts, those that were corrected too, in the order
    drawn; beside them, how often and how steadily they were in range."""
    participant = child_here(child)
    if not has_arm(db.session(), participant):
        return {"items": (), "statistics": None}
    book = _book(participant)
    return {
        "items": shown_levels(db.session(), book),
        "statistics": shown_statistics(book.statistics),
    }


@blueprint.route("/children/<uuid:child>/levels", methods=["POST"], tags=["Results"])
@blueprint.arguments(SaidLevelSchema)
@blueprint.response(201, LevelSchema)
@blueprint.alt_response(200, schema=LevelSchema, description="It came before.")
@writes
def record_level(body: dict[str, Any], child: uuid.UUID) -> tuple[Shown, int]:
    """Record a sirolimus level."""
    participant = child_here(child)
    # ng/mL and ug/L are the same number
    body.pop("unit")
    row, is_new = write_level(
        db.session(),
        actor_here(),
        participant,
        SaidLevel(**body),
        protocol=_protocol(participant),
        now=now(),
    )
    db.session.commit()
    return shown_level(db.session(), _book(participant), row), 201 if is_new else 200


@blueprint.route("/children/<uuid:child>/levels/<uuid:level>", tags=["Results"])
@blueprint.response(200, LevelSchema)
@refusals(404)
def show_level(child: uuid.UUID, level: uuid.UUID) -> Shown:
    """Show one level, its verdict and the doses that it rests on."""
    participant = child_here(child)
    row = find_result(db.session(), Level, participant, level)
    return shown_level(db.session(), _book(participant), row)


@blueprint.route(
    "/children/<uuid:child>/levels/<uuid:level>/overrules", methods=["POST"], tags=["Results"]
)
@blueprint.arguments(SaidOverruleSchema)
@blueprint.response(201, LevelSchema)
@blueprint.alt_response(200, schema=LevelSchema, description="It came before.")
@writes
def overrule_level(body: dict[str, Any], child: uuid.UUID, level: uuid.UUID) -> tuple[Shown, int]:
    """Put a clinician's own verdict above the computed one, which stays. Only a person may."""
    participant = child_here(child)
    row = find_result(db.session(), Level, participant, level)
    _, is_new = overrule(db.session(), actor_here(), row, OverruleSaid(**body), now=now())
    db.session.commit()
    return shown_level(db.session(), _book(participant), row), 201 if is_new else 200


def _book(participant: Participant) -> LevelBook:
    return level_book(db.session(), participant, _protocol(participant), now=now())


def _protocol(participant: Participant) -> Protocol:
    return parts().protocols[participant.protocol_key]
