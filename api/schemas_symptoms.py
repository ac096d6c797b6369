"""Symptoms as they travel."""

from marshmallow import Schema

from api.fields import Choice, Day, Exact, Ident, Instant, Words, YesNo
from api.schemas import ResultSchema
from domain.entries import Channel


class SaidSymptomSchema(ResultSchema):
    """One symptom on one day; `kind` and `severity` are codes of the protocol. A correction may
    say `none`: it was not there."""

    kind = Words(required=True, longest=32)
    severity = Words(required=True, longest=16)
    noticed_on = Day(required=True)
    celsius = Exact(load_default=None, allow_none=True, metadata={"description": "°C, for a fever"})
    lasted_hours = Exact(
        load_default=None,
        allow_none=True,
        metadata={"description": "for how many hours it was this high, if known"},
    )
    note = Words(load_default=None, allow_none=True, longest=500)
    entered_at = Instant(
        load_default=None,
        allow_none=True,
        metadata={"description": "the sender's clock; absent: now"},
    )
    offline = YesNo(load_default=False, metadata={"description": "written without network"})


class SymptomSchema(Schema):
    """A report as it was kept, with the advice that answered it."""

    id = Ident(attribute="row.public_id", required=True)
    client_id = Ident(attribute="row.client_id", required=True)
    kind = Words(attribute="row.kind", required=True)
    severity = Words(attribute="row.severity", required=True)
    celsius = Exact(attribute="row.celsius", required=True, allow_none=True)
    lasted_hours = Exact(attribute="row.lasted_hours", required=True, allow_none=True)
    noticed_on = Day(attribute="row.noticed_on", required=True)
    note = Words(attribute="row.note", required=True, allow_none=True)
    entered_at = Instant(attribute="row.entered_at", required=True)
    received_at = Instant(attribute="row.received_at", required=True)
    channel = Choice(Channel, attribute="row.channel", required=True)
    late_entry = YesNo(required=True, metadata={"description": "told on a later day"})
    advice = Words(
        required=True,
        allow_none=True,
        metadata={"description": "name of the protocol's text that was shown; the clinic was told"},
    )
    advice_text = Words(
        required=True, allow_none=True, metadata={"description": "in the language asked for"}
    )
    advice_version = Words(
        required=True, allow_none=True, metadata={"description": "protocol and language as shown"}
    )
    amends = Ident(required=True, allow_none=True)
    amend_reason = Words(attribute="row.amend_reason", required=True, allow_none=True)
    superseded = YesNo(required=True)
