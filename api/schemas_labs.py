"""Laboratory results, their draft grades, limits of normal, and tables of results."""

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from api.fields import Choice, Computed, Count, Day, Exact, Ident, Instant, Words, YesNo
from api.schemas import RecordedSchema, WriteSchema
from api.schemas_children import Sex
from api.schemas_results import CORRECTS
from domain.ctcae_draft import Flag, Ungradable
from domain.ctcae_table import Basis, Direction
from domain.reported import Comparator
from services.lab_file import MOST_ROWS
from services.lab_values import RangeSource
from services.reference_ranges import SaidRange

MOST_RESULTS = 100
_MOST_DAYS = 40_000
_MOST_GRADE = 4


class SaidResultSchema(Schema):
    """One analyte: `result` as printed ("45", "<0.5"), in one of the protocol's units."""

    analyte = Words(required=True, longest=24)
    result = Words(required=True, longest=24)
    unit = Words(required=True, longest=16)
    reference_low = Exact(load_default=None, allow_none=True)
    reference_high = Exact(load_default=None, allow_none=True)
    fasting = YesNo(load_default=None, allow_none=True)
    amends = Ident(load_default=None, allow_none=True)
    amend_reason = Words(load_default=None, allow_none=True, longest=500)


class SaidLabsSchema(WriteSchema):
    """The results of one sample."""

    drawn_at = Instant(required=True)
    laboratory = Words(load_default=None, allow_none=True, longest=80)
    results = fields.List(
        fields.Nested(SaidResultSchema),
        required=True,
        validate=validate.Length(min=1, max=MOST_RESULTS, error="too_many"),
    )


class LabResultSchema(RecordedSchema):
    """One result: as the laboratory printed it, and in the study's unit."""

    analyte = Words(required=True)
    drawn_at = Instant(required=True)
    comparator = Choice(Comparator, required=True)
    value = Exact(required=True)
    unit = Words(required=True)
    study_value = Computed(required=True)
    reference_low = Exact(required=True, allow_none=True)
    reference_high = Exact(required=True, allow_none=True)
    fasting = YesNo(required=True, allow_none=True)
    laboratory = Words(required=True, allow_none=True)
    range_source = Choice(
        RangeSource,
        required=True,
        allow_none=True,
        metadata={"description": "where the limits of normal came from"},
    )
    amends = Ident(required=True, allow_none=True, metadata=CORRECTS)
    amend_reason = Words(required=True, allow_none=True)


class MeasuredSchema(Schema):
    """A number with its unit, as the laboratory printed it."""

    comparator = Choice(Comparator, required=True)
    value = Computed(required=True)
    unit = Words(required=True)


class GradeStepSchema(Schema):
    """One step of the rule held against the value. `number` is `factor` times the limit or the
    value before treatment (or so many percent less); null when that is not known."""

    basis = Choice(Basis, required=True)
    grade = Count(least=1, most=_MOST_GRADE, required=True)
    factor = Computed(required=True)
    number = Computed(required=True, allow_none=True)
    unit = Words(required=True)
    included = YesNo(required=True, metadata={"description": "the number itself has the grade"})
    holds = Words(required=True, metadata={"description": "yes, no or perhaps"})


class AlbuminCorrectionSchema(Schema):
    """graded = value + `slope` × (`normal` − the albumin of the sample in `by_unit`)."""

    slope = Computed(required=True)
    normal = Computed(required=True)
    by_analyte = Words(required=True)
    by_unit = Words(required=True)


class DraftGradeSchema(Schema):
    """A draft grade with all it rests on. `grade` is "2", a span such as "0-1", or null when the
    result is not gradable, for `reason`."""

    term_code = Words(required=True)
    term = Words(required=True, metadata={"description": "as NCI prints it"})
    soc = Words(required=True)
    direction = Choice(Direction, required=True)
    grade = Words(required=True, allow_none=True)
    least = Count(least=0, most=_MOST_GRADE, required=True, allow_none=True)
    most = Count(least=0, most=_MOST_GRADE, required=True, allow_none=True)
    reason = Choice(Ungradable, required=True, allow_none=True)
    flags = fields.List(Choice(Flag), required=True)
    graded = fields.Nested(MeasuredSchema, required=True)
    reference_low = Computed(required=True, allow_none=True)
    reference_high = Computed(required=True, allow_none=True)
    baseline = fields.Nested(MeasuredSchema, required=True, allow_none=True)
    albumin = fields.Nested(MeasuredSchema, required=True, allow_none=True)
    correction = fields.Nested(AlbuminCorrectionSchema, required=True, allow_none=True)
    grade_before = Words(required=True, allow_none=True)
    steps = fields.List(fields.Nested(GradeStepSchema), required=True)
    decided_by = fields.Nested(GradeStepSchema, required=True, allow_none=True)
    ctcae_version = Words(required=True)
    rule_version = Words(required=True)


class LabDraftsSchema(Schema):
    """A standing result with its draft for each term; `baseline` is the child's result before
    treatment."""

    result = Ident(required=True)
    analyte = Words(required=True)
    drawn_at = Instant(required=True)
    comparator = Choice(Comparator, required=True)
    value = Exact(required=True)
    unit = Words(required=True)
    baseline = Ident(required=True, allow_none=True)
    drafts = fields.List(fields.Nested(DraftGradeSchema), required=True)


class SaidReferenceRangeSchema(WriteSchema):
    """Limits of normal of a laboratory for ages in completed days, `to_days` not included."""

    laboratory = Words(required=True, longest=80)
    analyte = Words(required=True, longest=24)
    unit = Words(required=True, longest=16)
    sex = Choice(Sex, load_default=None, allow_none=True)
    from_days = Count(least=0, most=_MOST_DAYS, required=True)
    to_days = Count(least=1, most=_MOST_DAYS, required=True)
    low = Exact(load_default=None, allow_none=True)
    high = Exact(load_default=None, allow_none=True)
    valid_from_on = Day(required=True)
    amends = Ident(load_default=None, allow_none=True)

    @post_load
    def build(self, said: dict[str, Any], **_more: Any) -> SaidRange:
        return SaidRange(**said)


class ReferenceRangeSchema(RecordedSchema):
    """A row of the site's table."""

    laboratory = Words(required=True)
    analyte = Words(required=True)
    unit = Words(required=True)
    sex = Choice(Sex, required=True, allow_none=True)
    from_days = Count(least=0, most=_MOST_DAYS, required=True)
    to_days = Count(least=1, most=_MOST_DAYS, required=True)
    low = Exact(required=True, allow_none=True)
    high = Exact(required=True, allow_none=True)
    valid_from_on = Day(required=True)
    amends = Ident(required=True, allow_none=True, metadata=CORRECTS)


class LabRowSchema(Schema):
    """One result of one child. `drawn_at` is by the clock of the site, or has its own zone."""

    study_number = Words(required=True, longest=16)
    drawn_at = Words(required=True, longest=40)
    analyte = Words(required=True, longest=40)
    result = Words(required=True, longest=24)
    unit = Words(required=True, longest=24)
    reference_low = Exact(load_default=None, allow_none=True)
    reference_high = Exact(load_default=None, allow_none=True)
    fasting = YesNo(load_default=None, allow_none=True)
    laboratory = Words(load_default=None, allow_none=True, longest=80)


class LabRowsSchema(Schema):
    """Rows to look at."""

    rows = fields.List(
        fields.Nested(LabRowSchema),
        required=True,
        validate=validate.Length(min=1, max=MOST_ROWS, error="too_many"),
    )


class SaidLabImportSchema(WriteSchema, LabRowsSchema):
    """Rows to store, all or none."""


class LabRowShownSchema(Schema):
    """What a row stores. `is_stored`: the very same result is there already and is left out."""

    row = Count(least=0, most=MOST_ROWS, required=True)
    study_number = Words(required=True)
    analyte = Words(required=True)
    drawn_at = Instant(required=True)
    comparator = Choice(Comparator, required=True)
    value = Exact(required=True)
    unit = Words(required=True)
    study_value = Computed(required=True)
    reference_low = Computed(required=True, allow_none=True)
    reference_high = Computed(required=True, allow_none=True)
    range_source = Choice(RangeSource, required=True, allow_none=True)
    laboratory = Words(required=True, allow_none=True)
    is_stored = YesNo(required=True)
    drafts = fields.List(fields.Nested(DraftGradeSchema), required=True)


class LabPreviewSchema(Schema):
    """Every row is right; `imported_before` when the same rows were taken in before."""

    imported_before = Instant(required=True, allow_none=True)
    new = Count(least=0, most=MOST_ROWS, required=True)
    rows = fields.List(fields.Nested(LabRowShownSchema), required=True)


class LabImportSchema(RecordedSchema):
    """A table taken in."""

    sha256 = Words(required=True)
    row_count = Count(least=0, most=MOST_ROWS, required=True)
    rule_version = Words(required=True)
    results = fields.List(Ident(), required=True)
