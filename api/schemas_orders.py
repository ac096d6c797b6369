"""Dose orders as they travel."""

from marshmallow import fields, validate

from api.fields import Choice, Computed, Day, Exact, Ident, Instant, Words
from api.schemas import RecordedSchema, SlotSchema, WriteSchema
from domain.order_guards import Guard
from domain.orders import OrderKind


class SaidOrderSchema(WriteSchema):
    """A dose from a named slot on: either the mL on the syringe or the mg prescribed."""

    from_slot = fields.Nested(SlotSchema, required=True)
    reason = Words(required=True, longest=500)
    given_ml = Exact(load_default=None, allow_none=True)
    prescribed_mg = Exact(load_default=None, allow_none=True)
    confirmed = fields.List(
        Choice(Guard),
        load_default=list,
        validate=validate.Length(max=len(Guard), error="too_many"),
        metadata={"description": "guards that were shown and accepted (409 names them)"},
    )
    retyped_ml = Exact(
        load_default=None,
        allow_none=True,
        metadata={"description": "the mL typed a second time, where a guard asks for it"},
    )


class OrderSchema(RecordedSchema):
    """An order. It rules nothing before it is signed."""

    kind = Choice(OrderKind, required=True)
    from_slot = fields.Nested(SlotSchema, required=True)
    until_slot = fields.Nested(SlotSchema, required=True, allow_none=True)
    prescribed_mg = Computed(required=True, allow_none=True)
    given_ml = Exact(required=True, allow_none=True)
    strength_mg_per_ml = Exact(required=True, allow_none=True)
    rounding_error_mg = Computed(required=True, allow_none=True)
    dose_mg_per_m2 = Computed(required=True, allow_none=True)
    height_cm = Exact(required=True, allow_none=True)
    weight_kg = Exact(required=True, allow_none=True)
    measured_on = Day(required=True, allow_none=True)
    bsa_m2 = Computed(required=True, allow_none=True)
    bsa_formula = Words(required=True, allow_none=True)
    reason = Words(required=True)
    guards = fields.List(Choice(Guard), required=True)
    rule_version = Words(required=True)
    signed_at = Instant(required=True, allow_none=True)
    second_signed_at = Instant(required=True, allow_none=True)
    amends = Ident(required=True, allow_none=True)
