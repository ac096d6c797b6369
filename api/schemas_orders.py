"""Dose orders as they travel."""

from typing import Any

from marshmallow import Schema, fields, validate

from api.fields import Choice, Computed, Day, Exact, Ident, Instant, Secret, Words, YesNo
from api.schemas import RecordedSchema, SlotSchema, WriteSchema
from domain.adjustment import Refusal
from domain.level import Position
from domain.order_guards import Guard
from domain.orders import OrderKind
from domain.trough import Finding


class SaidOrderSchema(WriteSchema):
    """A dose from a named slot on: either the mL on the syringe or the mg prescribed."""

    from_slot = fields.Nested(SlotSchema, required=True)
    reason = Words(required=True, longest=500)
    given_ml = Exact(load_default=None, allow_none=True)
    prescribed_mg = Exact(load_default=None, allow_none=True)
    level = Ident(
        load_default=None,
        allow_none=True,
        metadata={"description": "the level that the order answers"},
    )
    takes_proposal = YesNo(
        load_default=False,
        metadata={
            "description": "order what the formula proposes for `level`; `given_ml`, if it is "
            "there, must be that dose"
        },
    )
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


class SaidHoldSchema(WriteSchema):
    """No doses from a slot on; `until_slot`, if known, is the first one given again."""

    from_slot = fields.Nested(SlotSchema, required=True)
    until_slot = fields.Nested(SlotSchema, load_default=None, allow_none=True)
    reason = Words(required=True, longest=500)


class SaidRestartSchema(WriteSchema):
    """The slot from which the dose ordered before the hold is given again."""

    from_slot = fields.Nested(SlotSchema, required=True)
    reason = Words(required=True, longest=500)


class Told(Computed):
    """A decimal that is a text already, as a kept document holds it."""

    def _serialize(self, value: Any, *_where: Any, **_more: Any) -> str | None:
        return None if value is None else str(value)


class SignatureSchema(Schema):
    """What a person signs with; `code` where the session asks for it."""

    password = Secret(required=True)
    code = Secret(load_default="")


class ProposedAmountSchema(Schema):
    """A dose before and after the rounding to the syringe."""

    prescribed_mg = Told(required=True)
    given_ml = Told(required=True)
    given_mg = Told(required=True)
    rounding_error_mg = Told(required=True)


class ProposedDoseSchema(ProposedAmountSchema):
    """What the formula proposes; `by_formula_mg` is neither capped nor rounded."""

    current_mg = Told(required=True)
    target_level = Told(required=True)
    by_formula_mg = Told(required=True)
    capped = YesNo(required=True)
    at_low_end = fields.Nested(ProposedAmountSchema, required=True)
    at_high_end = fields.Nested(ProposedAmountSchema, required=True)
    predicted_level = Told(required=True)
    changes_nothing = YesNo(required=True)


class ProposalSchema(Schema):
    """What the formula says to a level: `proposal`, or every reason in `refusals` why not."""

    rule_version = Words(required=True)
    level = Ident(required=True)
    result = Words(required=True)
    drawn_at = fields.String(required=True, metadata={"format": "date-time"})
    is_newest_level = YesNo(required=True)
    position = Choice(Position, required=True)
    verdict = Choice(Finding, required=True)
    verdict_by_rule = Choice(Finding, required=True)
    overruled = YesNo(required=True)
    target_low = Told(required=True)
    target_low_included = YesNo(required=True)
    target_high = Told(required=True)
    target_high_included = YesNo(required=True)
    current_ml = Told(required=True, allow_none=True)
    days_on_dose = fields.Integer(required=True, allow_none=True)
    changed_after_sample = YesNo(required=True)
    irregular_before = YesNo(required=True)
    interacting_medicines = fields.List(fields.String(), required=True)
    unknown_medicines = fields.List(fields.String(), required=True)
    age_months = fields.Integer(required=True)
    max_step_fraction = Told(required=True)
    refusals = fields.List(Choice(Refusal), required=True)
    proposal = fields.Nested(ProposedDoseSchema, required=True, allow_none=True)


class ProposalQuerySchema(Schema):
    """Of the newest level, or of the one named."""

    level = Ident(load_default=None)


class StartingDoseQuerySchema(Schema):
    """On the day of the first dose; today where none is named."""

    on = Day(load_default=None)


class StartingDoseSchema(Schema):
    """The arm's starting dose for a child of this size, before and after the rounding to the
    syringe. `warnings` are guards that an order must confirm."""

    arm = Words(required=True)
    mg_per_m2 = Exact(required=True)
    height_cm = Exact(required=True)
    weight_kg = Exact(required=True)
    measured_on = Day(required=True)
    bsa_m2 = Computed(required=True)
    bsa_formula = Words(required=True)
    prescribed_mg = Computed(required=True)
    given_ml = Exact(required=True)
    given_mg = Exact(required=True)
    rounding_error_mg = Computed(required=True)
    warnings = fields.List(Choice(Guard), required=True)
    rule_version = Words(required=True)


class KeptProposalSchema(ProposalSchema):
    """The same as it was when the order was written; `taken` says that it was ordered."""

    taken = YesNo(required=True)


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
    level = Ident(required=True, allow_none=True)
    proposal = fields.Nested(KeptProposalSchema, required=True, allow_none=True)
    signed_at = Instant(required=True, allow_none=True)
    second_signed_at = Instant(required=True, allow_none=True)
    amends = Ident(required=True, allow_none=True)
