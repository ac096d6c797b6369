"""What is measured and felt of the tumour, and treatments, as they travel."""

from functools import cache
from typing import Any

from marshmallow import Schema, fields, post_load

from api.fields import Choice, Computed, Day, Exact, Ident, Words
from api.schemas import RecordedSchema, ResultSchema
from domain.response_inputs import Firmness, SkinColour
from domain.volume import Diameters
from models.tumour import TreatmentKind
from services.tumour import Modality, VolumeMethod

CORRECTS = {"description": "the row that this one corrects"}


class DiametersSchema(Schema):
    """Three diameters at right angles, mm."""

    length_mm = Exact(required=True)
    width_mm = Exact(required=True)
    height_mm = Exact(required=True)

    @post_load
    def build(self, sides: dict[str, Any], **_more: Any) -> Diameters:
        return Diameters(**sides)


class SaidVolumeSchema(ResultSchema):
    """One lesion on one day: three diameters, or a reader's slice sum in mL."""

    measured_on = Day(required=True)
    lesion = Words(required=True, longest=40)
    modality = Choice(Modality, required=True)
    reader = Words(required=True, longest=80)
    diameters = fields.Nested(DiametersSchema, load_default=None, allow_none=True)
    volume_ml = Exact(load_default=None, allow_none=True)


class VolumeSchema(RecordedSchema):
    """A volume, unrounded."""

    measured_on = Day(required=True)
    lesion = Words(required=True)
    modality = Choice(Modality, required=True)
    method = Choice(VolumeMethod, required=True)
    reader = Words(required=True)
    length_mm = Exact(required=True, allow_none=True)
    width_mm = Exact(required=True, allow_none=True)
    height_mm = Exact(required=True, allow_none=True)
    volume_ml = Computed(required=True)
    amends = Ident(required=True, allow_none=True, metadata=CORRECTS)


class SaidSkinSchema(ResultSchema):
    """Colour and firmness over the tumour, compared with baseline."""

    examined_on = Day(required=True)
    colour = Choice(SkinColour, required=True)
    firmness = Choice(Firmness, required=True)
    note = Words(load_default=None, allow_none=True)


class SkinSchema(RecordedSchema):
    """What a clinician saw and felt."""

    examined_on = Day(required=True)
    colour = Choice(SkinColour, required=True)
    firmness = Choice(Firmness, required=True)
    note = Words(required=True, allow_none=True)
    amends = Ident(required=True, allow_none=True, metadata=CORRECTS)


class SaidTreatmentSchema(ResultSchema):
    """A treatment from its first day to its last; a transfusion has one day, or no end."""

    kind = Choice(TreatmentKind, required=True)
    name = Words(required=True, longest=80)
    started_on = Day(required=True)
    ended_on = Day(load_default=None, allow_none=True)


class TreatmentSchema(RecordedSchema):
    """A treatment as it was recorded."""

    kind = Choice(TreatmentKind, required=True)
    name = Words(required=True)
    started_on = Day(required=True)
    ended_on = Day(required=True, allow_none=True)
    amends = Ident(required=True, allow_none=True, metadata=CORRECTS)


@cache
def listed(row: type[Schema]) -> Schema:
    """A list of rows, in an object, so that something may stand beside it one day."""
    name = row.__name__.removesuffix("Schema")
    return Schema.from_dict(
        {"items": fields.List(fields.Nested(row), required=True)}, name=f"{name}List"
    )()
