"""Adherence as it travels: each figure with its numerator and denominator."""

from typing import Any

from marshmallow import Schema, fields

from api.fields import Choice, Computed, Count, Day, Exact, Instant, Words, YesNo
from api.schemas import SlotSchema
from domain.readings import Reading

_MOST_SLOTS = 1_000_000


def _slots(**named: Any) -> Any:
    return fields.List(fields.Nested(SlotSchema), required=True, **named)


class RatioSchema(Schema):
    """A share: `part` of `whole`; `fraction` is null where there is nothing to count."""

    part = Computed(required=True)
    whole = Count(least=0, most=_MOST_SLOTS, required=True)
    fraction = Computed(required=True, allow_none=True)


class FiguresSchema(Schema):
    """By one way of counting unknown slots. A holiday is the run of slots not given."""

    taking = fields.Nested(RatioSchema, required=True)
    correct_days = fields.Nested(RatioSchema, required=True)
    holidays = fields.List(fields.List(fields.Nested(SlotSchema)), required=True)
    long_holidays = fields.List(fields.List(fields.Nested(SlotSchema)), required=True)


class TimingSchema(Schema):
    """How many of the doses with a known time lay within so many hours of their slot."""

    hours = Exact(required=True)
    main = YesNo(required=True)
    share = fields.Nested(RatioSchema, required=True)


class AdherenceReadingSchema(Schema):
    """The figures from what one reading of the diary sees."""

    reading = Choice(Reading, required=True)
    worst_case = fields.Nested(FiguresSchema, required=True)
    observed = fields.Nested(FiguresSchema, required=True)
    timing = fields.List(fields.Nested(TimingSchema), required=True)
    vomited = _slots()
    doubled = _slots()
    # marshmallow has an option of this name
    unknown_slots = _slots(data_key="unknown", attribute="unknown")


class BurstSchema(Schema):
    """Several doses of long before, entered at once shortly before a visit: shown, not judged."""

    by = Words(required=True)
    entered_at = Instant(required=True)
    oldest_claim = Instant(required=True)
    visit_on = Day(required=True)
    slots = _slots()


class AdherenceSchema(Schema):
    """Reported adherence between two days, in three readings."""

    first_on = Day(data_key="from", required=True)
    last_on = Day(data_key="to", required=True)
    label = Words(required=True, metadata={"description": 'always "reported", never "actual"'})
    readings = fields.List(fields.Nested(AdherenceReadingSchema), required=True)
    inpatient_on = fields.List(Day(), required=True)
    bursts = fields.List(fields.Nested(BurstSchema), required=True)
    rule_version = Words(required=True)
