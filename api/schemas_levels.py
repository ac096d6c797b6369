"""Levels as they travel: as reported, what is made of them, and how often they were in range."""

from marshmallow import Schema, fields

from api.fields import Choice, Computed, Count, Exact, Ident, Instant, Words, YesNo
from api.schemas import RecordedSchema, ResultSchema, SlotSchema, WriteSchema
from api.schemas_diary import OrderOfSlotSchema
from api.schemas_results import CORRECTS
from domain.diary import SlotStatus
from domain.entries import Channel, Outcome
from domain.in_range import Unbridged
from domain.level import LevelUnit, Position
from domain.level_variability import NoVariability
from domain.steady_state import StartKind
from domain.trough import Finding, Flag
from models.attention import Urgency

_ONE_DAY_IN_MINUTES = 1_440
_MOST_DAYS = 100_000


class SaidLevelSchema(ResultSchema):
    """A sirolimus level: `value`, or `below_loq` for a result printed as "<2.0"."""

    drawn_at = Instant(required=True)
    value = Exact(load_default=None, allow_none=True)
    below_loq = Exact(load_default=None, allow_none=True)
    unit = Choice(
        LevelUnit,
        load_default=LevelUnit.NG_PER_ML,
        metadata={"description": "both are the same amount; answered in ng/mL"},
    )
    assay = Words(load_default=None, allow_none=True, longest=32)
    laboratory = Words(load_default=None, allow_none=True, longest=80)
    last_dose_at = Instant(
        load_default=None,
        allow_none=True,
        metadata={"description": "what the person who drew the blood was told"},
    )
    last_dose_told_by = Words(load_default=None, allow_none=True, longest=80)
    note = Words(load_default=None, allow_none=True)


class SaidOverruleSchema(WriteSchema):
    """A clinician's own verdict; the computed one stays beside it."""

    verdict = Choice(Finding, required=True)
    reason = Words(required=True, longest=500)


class OverruleSchema(Schema):
    client_id = Ident(required=True, allow_none=True)
    verdict = Choice(Finding, required=True)
    reason = Words(required=True)
    recorded_at = Instant(required=True)


class RangeSchema(Schema):
    """A range of levels, ng/mL; an end that is not included is outside."""

    low = Exact(required=True)
    high = Exact(required=True)
    low_included = YesNo(required=True)
    high_included = YesNo(required=True)


class DoseStartSchema(Schema):
    """What the days on the dose count from: the slot of the first dose."""

    slot = fields.Nested(SlotSchema, attribute="key", required=True)
    kind = Choice(StartKind, required=True)


class DecisiveDoseSchema(Schema):
    """The last dose before the sample, as far as anybody can tell."""

    slot = fields.Nested(SlotSchema, required=True, allow_none=True)
    taken_at = Instant(required=True, allow_none=True)
    certain = YesNo(required=True)
    by_word_of_mouth = YesNo(required=True)


class DoseEntrySchema(Schema):
    """What one person said of the slot. `by` is the public id of the account."""

    outcome = Choice(Outcome, required=True)
    taken_at = Instant(required=True, allow_none=True)
    entered_at = Instant(required=True)
    received_at = Instant(required=True)
    by = Ident(required=True, allow_none=True)
    channel = Choice(Channel, required=True)
    vomited_after_minutes = Count(least=0, most=_ONE_DAY_IN_MINUTES, required=True, allow_none=True)
    hours_before_sample = Computed(required=True, allow_none=True)


class RestingDoseSchema(Schema):
    """A slot that the verdict rests on."""

    slot = fields.Nested(SlotSchema, required=True)
    due_at = Instant(required=True)
    status = Choice(SlotStatus, required=True)
    contradictory = YesNo(required=True)
    decisive = YesNo(required=True)
    entries = fields.List(fields.Nested(DoseEntrySchema), required=True)


class LevelSchema(RecordedSchema):
    """A level as it was recorded, and what follows from it now.

    `headline` is the verdict that counts: a clinician's word, else `computed_headline`, the first
    of `reasons` (`valid` where there is none). `tier` and `action` look at the number alone.
    """

    drawn_at = Instant(required=True)
    value = Exact(required=True, allow_none=True)
    below_loq = Exact(required=True, allow_none=True)
    unit = Choice(LevelUnit, required=True)
    assay = Words(required=True, allow_none=True)
    laboratory = Words(required=True, allow_none=True)
    last_dose_at = Instant(required=True, allow_none=True)
    last_dose_told_by = Words(required=True, allow_none=True)
    note = Words(required=True, allow_none=True)
    amends = Ident(required=True, allow_none=True, metadata=CORRECTS)
    amend_reason = Words(required=True, allow_none=True)
    corrected_by = Ident(required=True, allow_none=True)
    target = fields.Nested(RangeSchema, required=True)
    position = Choice(Position, required=True)
    tier = Words(required=True, allow_none=True)
    action = Choice(Urgency, required=True, allow_none=True)
    headline = Choice(Finding, required=True)
    computed_headline = Choice(Finding, required=True)
    valid = YesNo(required=True)
    reasons = fields.List(Choice(Finding), required=True)
    flags = fields.List(Choice(Flag), required=True)
    decisive_dose = fields.Nested(DecisiveDoseSchema, required=True, allow_none=True)
    hours_since_dose = Computed(required=True, allow_none=True)
    days_on_dose = Count(least=-_MOST_DAYS, most=_MOST_DAYS, required=True, allow_none=True)
    dose_start = fields.Nested(DoseStartSchema, required=True, allow_none=True)
    order = fields.Nested(OrderOfSlotSchema, required=True, allow_none=True)
    doses = fields.List(fields.Nested(RestingDoseSchema), required=True)
    overrules = fields.List(fields.Nested(OverruleSchema), required=True)
    rule_version = Words(required=True)


class StretchSchema(Schema):
    """From one valid trough to the next, in days. `unbridged` says why nothing is counted."""

    since = Ident(required=True)
    until = Ident(required=True)
    days = Computed(required=True)
    days_below = Computed(required=True)
    days_in_range = Computed(required=True)
    days_above = Computed(required=True)
    unbridged = Choice(Unbridged, required=True, allow_none=True)


class TimeInRangeSchema(Schema):
    """Rosendaal's time in range, over the bridged days."""

    fraction = Computed(required=True, allow_none=True)
    days_below = Computed(required=True)
    days_in_range = Computed(required=True)
    days_above = Computed(required=True)
    stretches = fields.List(fields.Nested(StretchSchema), required=True)


class ComparedSchema(Schema):
    level = Ident(required=True)
    number = Computed(required=True)


class VariabilitySchema(Schema):
    """Coefficient of variation in percent (standard deviation with n-1). `per_dose`: the dose
    changed, and levels were divided by mg/m² a day. `refusal` says why there is no percent."""

    percent = Computed(required=True, allow_none=True)
    mean = Computed(required=True, allow_none=True)
    deviation = Computed(required=True, allow_none=True)
    per_dose = YesNo(required=True)
    refusal = Choice(NoVariability, required=True, allow_none=True)
    numbers = fields.List(fields.Nested(ComparedSchema), required=True)


class LeftOutSchema(Schema):
    level = Ident(required=True)
    headline = Choice(Finding, required=True)


class RangeStatisticsSchema(Schema):
    """How often and how steadily the valid troughs were in range."""

    target = fields.Nested(RangeSchema, required=True)
    counted = fields.List(Ident(), required=True)
    in_range = Count(least=0, most=_MOST_DAYS, required=True)
    fraction = Computed(required=True, allow_none=True)
    time_in_range = fields.Nested(TimeInRangeSchema, required=True)
    variability = fields.Nested(VariabilitySchema, required=True)
    left_out = fields.List(fields.Nested(LeftOutSchema), required=True)
    rule_version = Words(required=True)


class LevelListSchema(Schema):
    """All levels in the order drawn; those that were corrected are in no statistics."""

    items = fields.List(fields.Nested(LevelSchema), required=True)
    statistics = fields.Nested(
        RangeStatisticsSchema,
        required=True,
        allow_none=True,
        metadata={"description": "null for a child without an arm"},
    )
