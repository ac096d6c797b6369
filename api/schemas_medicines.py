"""Sizes and medicines of a child as they travel."""

from marshmallow import Schema, fields

from api.fields import Choice, Computed, Day, Exact, Ident, Words, YesNo
from api.schemas import RecordedSchema, ResultSchema, WriteSchema
from domain.protocol_medicines import Effect


class SaidMeasurementSchema(WriteSchema):
    """Height and weight on a day."""

    measured_on = Day(required=True)
    height_cm = Exact(required=True)
    weight_kg = Exact(required=True)
    amends = Ident(
        load_default=None,
        allow_none=True,
        metadata={"description": "the `client_id` of the measurement that this corrects"},
    )
    amend_reason = Words(load_default=None, allow_none=True, longest=500)


class MeasurementSchema(Schema):
    """A measurement with its body surface."""

    client_id = Ident(required=True)
    measured_on = Day(required=True)
    height_cm = Exact(required=True)
    weight_kg = Exact(required=True)
    bsa_m2 = Computed(required=True)
    bsa_formula = Words(required=True)
    rule_version = Words(required=True)
    amend_reason = Words(required=True, allow_none=True)


class SizeReviewSchema(Schema):
    """The dose ordered last against the body of then and of now; `is_due` asks for a review."""

    is_due = YesNo(required=True)
    change = Computed(
        required=True, metadata={"description": "of body surface, as a fraction: 0.1 is a tenth"}
    )
    dose_mg = Computed(required=True)
    mg_per_m2_then = Computed(required=True)
    mg_per_m2_now = Computed(required=True)


class MeasurementsSchema(Schema):
    """All measurements, the newest first."""

    items = fields.List(fields.Nested(MeasurementSchema), required=True)
    review = fields.Nested(SizeReviewSchema, required=True, allow_none=True)


class SaidMedicineSchema(ResultSchema):
    """A medicine beside sirolimus, by any of its names; it ends by a row that amends it."""

    name = Words(required=True, longest=80)
    started_on = Day(required=True)
    ended_on = Day(load_default=None, allow_none=True)


class MedicineSchema(RecordedSchema):
    """A medicine. `code` and `effect` are null for a name that the study's list does not know: a
    person looks at it. An extra level is due from `level_from` to `level_to`."""

    name = Words(required=True)
    started_on = Day(required=True)
    ended_on = Day(required=True, allow_none=True)
    code = Words(required=True, allow_none=True)
    effect = Choice(Effect, required=True, allow_none=True)
    stops_formula = YesNo(required=True)
    level_from = Day(required=True, allow_none=True)
    level_to = Day(required=True, allow_none=True)
    level_on = Day(required=True, allow_none=True)
    rule_version = Words(required=True)
