"""The diary as it travels."""

from enum import StrEnum
from typing import Any

from marshmallow import Schema, fields

from api.fields import Choice, Count, Exact, Ident, Instant, Words, YesNo
from api.schemas import SlotSchema, WriteSchema
from domain.diary import SlotStatus
from domain.entries import Channel, DoseSource, Outcome
from domain.orders import OrderKind

_ONE_YEAR_IN_SECONDS = 31_536_000
_ONE_DAY_IN_MINUTES = 1_440


class SaidOutcome(StrEnum):
    """What may be said of a dose; taking back is an endpoint of its own."""

    GIVEN = "given"
    PARTIAL = "partial"
    VOMITED = "vomited"
    MISSED = "missed"


class LogDoseSchema(WriteSchema):
    """What a person says of one dose."""

    entered_at = Instant(required=True, metadata={"description": "the sender's clock"})
    entered_zone = Words(load_default=None, allow_none=True, longest=64)
    clock_offset_seconds = Count(
        least=-_ONE_YEAR_IN_SECONDS,
        most=_ONE_YEAR_IN_SECONDS,
        load_default=None,
        allow_none=True,
        metadata={"description": "what the sender's clock is ahead by, if known"},
    )
    slot = fields.Nested(
        SlotSchema,
        load_default=None,
        metadata={"description": "absent: the slot nearest to the time"},
    )
    outcome = Choice(SaidOutcome, load_default=SaidOutcome.GIVEN)
    taken_at = Instant(
        load_default=None, allow_none=True, metadata={"description": "null: nobody knows"}
    )
    just_now = YesNo(load_default=False, metadata={"description": "taken at `entered_at`"})
    given_ml = Exact(
        load_default=None, allow_none=True, metadata={"description": "mL, for a partial dose"}
    )
    vomited_after_minutes = Count(
        least=0, most=_ONE_DAY_IN_MINUTES, load_default=None, allow_none=True
    )
    missed_reason = Words(load_default=None, allow_none=True, longest=32)
    second_dose = YesNo(
        load_default=False, metadata={"description": "the warning was seen, another dose is meant"}
    )
    second_dose_reason = Words(load_default=None, allow_none=True, longest=500)
    knows_too_soon = YesNo(
        load_default=False, metadata={"description": "the warning of a short interval was seen"}
    )
    note = Words(load_default=None, allow_none=True)
    source = Choice(
        DoseSource,
        load_default=None,
        allow_none=True,
        metadata={"description": "where the clinic knows the dose from; only for the clinic"},
    )
    offline = YesNo(
        load_default=False,
        metadata={"description": "written without network: recorded without asking back"},
    )


class EntrySchema(Schema):
    """One statement about one dose. `amends` names the one it corrects or takes back."""

    id = Ident(attribute="row.public_id", required=True)
    client_id = Ident(attribute="row.client_id", required=True)
    slot = fields.Nested(SlotSchema, required=True)
    outcome = Choice(Outcome, attribute="row.outcome", required=True)
    ordered_ml = Exact(attribute="row.ordered_ml", required=True, allow_none=True)
    given_ml = Exact(attribute="row.given_ml", required=True, allow_none=True)
    taken_at = Instant(attribute="row.taken_at", required=True, allow_none=True)
    vomited_after_minutes = Count(
        least=0,
        most=_ONE_DAY_IN_MINUTES,
        attribute="row.vomited_after_minutes",
        required=True,
        allow_none=True,
    )
    missed_reason = Words(attribute="row.missed_reason", required=True, allow_none=True)
    second_dose = YesNo(attribute="row.is_second_dose", required=True)
    entered_at = Instant(attribute="row.entered_at", required=True)
    received_at = Instant(attribute="row.received_at", required=True)
    channel = Choice(Channel, attribute="row.channel", required=True)
    source = Choice(DoseSource, attribute="row.source", required=True, allow_none=True)
    late_entry = YesNo(attribute="row.is_late_entry", required=True)
    amends = Ident(required=True, allow_none=True)
    superseded = YesNo(required=True)
    mine = YesNo(required=True, metadata={"description": "entered by the asking account"})


class OrderOfSlotSchema(Schema):
    """The order valid for a slot; one dose in mL and mg."""

    kind = Choice(OrderKind, required=True)
    ml = Exact(required=True, allow_none=True)
    mg = Exact(required=True, allow_none=True)


class SlotStateSchema(Schema):
    """What became of a slot. Unknown is not missed."""

    slot = fields.Nested(SlotSchema, attribute="state.key", required=True)
    due_at = Instant(attribute="state.slot.due_at", required=True)
    status = Choice(SlotStatus, attribute="state.status", required=True)
    prescribed = YesNo(attribute="state.prescribed", required=True)
    still_open = YesNo(attribute="state.still_open", required=True)
    contradictory = YesNo(attribute="state.contradictory", required=True)
    order = fields.Nested(
        OrderOfSlotSchema, attribute="state.order", required=True, allow_none=True
    )
    entries = fields.List(fields.Nested(EntrySchema), required=True)


class DiarySchema(Schema):
    """The slots between two days."""

    time_zone = Words(required=True, allow_none=True)
    slots = fields.List(fields.Nested(SlotStateSchema), required=True)


class LoggedDoseSchema(Schema):
    """An entry as it was kept, and what follows from it."""

    entry = fields.Nested(EntrySchema, required=True)
    status = Choice(
        SlotStatus,
        required=True,
        allow_none=True,
        metadata={"description": "of the slot, this entry included"},
    )
    advice: Any = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "names of the protocol's texts to show, the most pressing first"},
    )
