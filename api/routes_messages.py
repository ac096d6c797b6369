"""Text messages to a child's carers: what was sent when, not its words and not to which number."""

import uuid
from collections.abc import Mapping

from marshmallow import Schema

from api.access import child_here
from api.blueprint import blueprint, refusals
from api.fields import Choice, Day, Ident, Instant, Words
from api.presenters import Shown, shown
from api.schemas_results import listed
from domain.protocol import Half
from models.message import Message, MessageKind, MessageState
from services.records import records_of
from web.db import db


class MessageSchema(Schema):
    """A message and what became of it. "Delivered" is not "seen"."""

    id = Ident(attribute="public_id", required=True)
    kind = Choice(MessageKind, required=True)
    slot_on = Day(required=True, allow_none=True)
    half = Choice(Half, required=True, allow_none=True)
    locale = Words(required=True)
    due_at = Instant(required=True)
    state = Choice(MessageState, required=True)
    sent_at = Instant(required=True, allow_none=True)
    ended_at = Instant(required=True, allow_none=True)
    end_reason = Words(required=True, allow_none=True)
    error_code = Words(required=True, allow_none=True)


@blueprint.route("/children/<uuid:child>/messages", tags=["Messages"])
@blueprint.response(200, listed(MessageSchema))
@refusals(404)
def list_messages(child: uuid.UUID) -> Mapping[str, tuple[Shown, ...]]:
    """List text messages about a child, in the order due."""
    rows = records_of(db.session(), Message, child_here(child).id, by=Message.due_at)
    return {"items": tuple(shown(row, None) for row in rows.rows)}
