"""Response assessments as they travel."""

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from api.fields import Choice, Day, Exact, Ident, Instant, Secret, Words, YesNo
from api.schemas import ResultSchema
from domain.response import Category
from domain.response_inputs import (
    Firmness,
    ResponseInputs,
    SkinColour,
    Transfusion,
    TransfusionKind,
)
from services.assessments import GROUPS, Meaning

_MOST_TRANSFUSIONS = 400
_AS_SIGNED = {"description": "a document; decimals and dates as text", "type": "object"}


class Unrounded(Exact):
    """A volume with every digit, as the draft offers it: 18 and more after the point."""

    pattern = r"^(0|[1-9][0-9]{0,8})(\.[0-9]{1,200})?$"


class TransfusionSchema(Schema):
    """A product given on a day."""

    kind = Choice(TransfusionKind, required=True)
    on = Day(required=True)

    @post_load
    def build(self, said: dict[str, Any], **_more: Any) -> Transfusion:
        return Transfusion(**said)


class InputsSchema(Schema):
    """Everything the rule looks at; null is "missing". Nothing has a default, so that nothing is
    left out unseen. Platelets in 10⁹/L, fibrinogen in g/L, volumes in mL."""

    assessed_on = Day(required=True)
    platelets = Exact(required=True, allow_none=True)
    platelets_on = Day(required=True, allow_none=True)
    platelets_baseline = Exact(required=True, allow_none=True)
    platelets_lower_limit = Exact(required=True, allow_none=True)
    platelets_applicable = YesNo(required=True)
    fibrinogen = Exact(required=True, allow_none=True)
    fibrinogen_on = Day(required=True, allow_none=True)
    fibrinogen_baseline = Exact(required=True, allow_none=True)
    fibrinogen_applicable = YesNo(required=True)
    volume_ml = Unrounded(required=True, allow_none=True)
    volume_baseline_ml = Unrounded(required=True, allow_none=True)
    volume_applicable = YesNo(required=True)
    volume_method_changed = YesNo(required=True)
    modality_changed = YesNo(required=True)
    skin_colour = Choice(SkinColour, required=True, allow_none=True)
    firmness = Choice(Firmness, required=True, allow_none=True)
    transfusions = fields.List(
        fields.Nested(TransfusionSchema),
        required=True,
        validate=validate.Length(max=_MOST_TRANSFUSIONS, error="too_many"),
    )
    rescue_therapy = YesNo(required=True)

    @post_load
    def build(self, said: dict[str, Any], **_more: Any) -> ResponseInputs:
        return ResponseInputs(transfusions=tuple(said.pop("transfusions")), **said)


class TriedInputsSchema(Schema):
    """Inputs to try the rule on."""

    inputs = fields.Nested(InputsSchema, required=True)


class DraftSchema(Schema):
    """What the chart offers, or what was sent to be tried, and what the rule makes of it."""

    visit_code = Words(required=True)
    inputs = fields.Raw(required=True, metadata=_AS_SIGNED)
    proposal = fields.Raw(required=True, metadata=_AS_SIGNED)
    needs_reason = YesNo(required=True)
    rule_version = Words(required=True)
    signed = Ident(required=True, allow_none=True)


class ReasonsSchema(Schema):
    """Why inputs differ from the chart, by the part that differs."""

    locals().update({group: Words(longest=500) for group in GROUPS})


class SaidAssessmentSchema(ResultSchema):
    """What a clinician signs, with the proof of who signs."""

    visit_code = Words(required=True, longest=24)
    inputs = fields.Nested(InputsSchema, required=True)
    change_reasons = fields.Nested(ReasonsSchema, load_default=dict)
    decided = Choice(Category, required=True)
    reason = Words(load_default=None, allow_none=True)
    meaning = Choice(Meaning, load_default=Meaning.ASSESSED)
    password = Secret(required=True, load_only=True)
    code = Words(
        load_default="",
        longest=20,
        load_only=True,
        metadata={"description": "of the authenticator app, unless it was given just before"},
    )


class AssessmentSchema(Schema):
    """A signed assessment. `content_hash` binds the signature to what was signed."""

    id = Ident(attribute="public_id", required=True)
    client_id = Ident(required=True)
    visit_code = Words(required=True)
    assessed_on = Day(required=True)
    inputs = fields.Raw(required=True, metadata=_AS_SIGNED)
    proposal = fields.Raw(required=True, metadata=_AS_SIGNED)
    changes = fields.List(fields.Dict(), required=True)
    proposed = Choice(Category, required=True)
    decided = Choice(Category, required=True)
    provisional = YesNo(required=True)
    reason = Words(required=True, allow_none=True)
    rule_version = Words(required=True)
    content_hash = Words(required=True)
    signed_name = Words(required=True)
    signed_meaning = Words(required=True)
    signed_at = Instant(required=True)
    amends = Ident(required=True, allow_none=True)
    amend_reason = Words(required=True, allow_none=True)
