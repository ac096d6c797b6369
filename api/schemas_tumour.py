"""Lesions and the course of a tumour as they travel."""

from marshmallow import Schema, fields

from api.fields import Computed, Day, Ident, Words, YesNo
from api.schemas import RecordedSchema, ResultSchema

_PERCENT = {"description": "of the baseline, exact as a fraction; negative when it grew"}


class SaidLesionSchema(ResultSchema):
    """A lesion that the clinic follows. `is_deep`: nothing to see and nothing to palpate."""

    name = Words(required=True, longest=40)
    body_site = Words(required=True, longest=24)
    is_deep = YesNo(required=True)
    noted_on = Day(required=True)
    note = Words(load_default=None, allow_none=True, longest=500)


class LesionSchema(RecordedSchema):
    """A lesion as noted; a corrected one stays in the list."""

    name = Words(required=True)
    body_site = Words(required=True)
    is_deep = YesNo(required=True)
    noted_on = Day(required=True)
    note = Words(required=True, allow_none=True)
    amends = Ident(required=True, allow_none=True)


class ChangeSchema(Schema):
    """A volume against the baseline. `lost_percent` is null without one to compare with."""

    on = Day(required=True)
    lesion = Words(required=True, allow_none=True)
    volume_ml = Computed(required=True)
    lost_percent = fields.String(required=True, allow_none=True, metadata=_PERCENT)
    lost_fraction = fields.String(required=True, allow_none=True, metadata=_PERCENT)
    measured_differently = YesNo(required=True)


class TumourSchema(Schema):
    """Each measurement and each day's sum; a sum is compared only where the same lesions were
    measured as at baseline."""

    baseline_ml = Computed(required=True, allow_none=True)
    lesions = fields.List(fields.Nested(ChangeSchema), required=True)
    totals = fields.List(fields.Nested(ChangeSchema), required=True)
    rule_version = Words(required=True)
