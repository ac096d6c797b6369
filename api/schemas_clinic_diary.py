"""Doses that the clinic enters, and corrections that families ask for, as they travel."""

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from api.fields import Choice, Count, Exact, Ident, Instant, Words, YesNo
from api.schemas import SlotSchema, WriteSchema
from api.schemas_diary import LoggedDoseSchema
from domain.entries import DoseSource, Outcome
from models.dose import CorrectionState
from services.clinic_doses import ClinicDose

_ONE_DAY_IN_MINUTES = 1_440
_MOST_LINES = 200


class ClinicDoseSchema(Schema):
    """What happened in one slot; `retracted` takes out what stands there."""

    slot = fields.Nested(SlotSchema, required=True)
    outcome = Choice(Outcome, required=True)
    taken_at = Instant(
        load_default=None, allow_none=True, metadata={"description": "null: nobody knows"}
    )
    given_ml = Exact(
        load_default=None, allow_none=True, metadata={"description": "mL, for a partial dose"}
    )
    vomited_after_minutes = Count(
        least=0, most=_ONE_DAY_IN_MINUTES, load_default=None, allow_none=True
    )
    missed_reason = Words(load_default=None, allow_none=True, longest=32)

    @post_load
    def build(self, said: dict[str, Any], **_more: Any) -> ClinicDose:
        return ClinicDose(**said)


class DoseSheetSchema(WriteSchema):
    """A sheet of doses from one source, entered whole or not at all. `reason` is needed where a
    line corrects what stands already."""

    source = Choice(DoseSource, required=True)
    lines = fields.List(
        fields.Nested(ClinicDoseSchema),
        required=True,
        validate=validate.Length(min=1, max=_MOST_LINES, error="too_many"),
    )
    reason = Words(load_default=None, allow_none=True, longest=500)
    note = Words(load_default=None, allow_none=True)


class LoggedSheetSchema(Schema):
    items = fields.List(fields.Nested(LoggedDoseSchema), required=True)


class AskCorrectionSchema(WriteSchema):
    """What should stand in a slot that the diary no longer takes; `retracted`: nothing."""

    slot = fields.Nested(SlotSchema, required=True)
    outcome = Choice(Outcome, required=True)
    taken_at = Instant(load_default=None, allow_none=True)
    given_ml = Exact(load_default=None, allow_none=True)
    vomited_after_minutes = Count(
        least=0, most=_ONE_DAY_IN_MINUTES, load_default=None, allow_none=True
    )
    missed_reason = Words(load_default=None, allow_none=True, longest=32)
    second_dose = YesNo(
        load_default=False, metadata={"description": "beside the dose that stands there"}
    )
    reason = Words(required=True, longest=500)


class DecideCorrectionSchema(Schema):
    """Accepted, it enters the diary and what stood there stays visible; both with a reason."""

    accepted = YesNo(required=True)
    reason = Words(required=True, longest=500)


class CorrectionSchema(Schema):
    """A request with what became of it. `entry` is what entered the diary."""

    id = Ident(attribute="row.public_id", required=True)
    client_id = Ident(attribute="row.client_id", required=True)
    slot = fields.Nested(SlotSchema, required=True)
    outcome = Choice(Outcome, attribute="row.outcome", required=True)
    taken_at = Instant(attribute="row.taken_at", required=True, allow_none=True)
    given_ml = Exact(attribute="row.given_ml", required=True, allow_none=True)
    vomited_after_minutes = Count(
        least=0,
        most=_ONE_DAY_IN_MINUTES,
        attribute="row.vomited_after_minutes",
        required=True,
        allow_none=True,
    )
    missed_reason = Words(attribute="row.missed_reason", required=True, allow_none=True)
    second_dose = YesNo(attribute="row.is_second_dose", required=True)
    reason = Words(attribute="row.reason", required=True)
    asked_at = Instant(attribute="row.asked_at", required=True)
    state = Choice(CorrectionState, attribute="row.state", required=True)
    decided_at = Instant(attribute="row.decided_at", required=True, allow_none=True)
    decision_reason = Words(attribute="row.decision_reason", required=True, allow_none=True)
    entry = Ident(required=True, allow_none=True)
