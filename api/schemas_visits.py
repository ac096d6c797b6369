"""Visits and days in hospital as they travel."""

from marshmallow import Schema, fields

from api.fields import Choice, Day, Ident, Words, YesNo
from api.schemas import RecordedSchema, ResultSchema, WriteSchema
from domain.protocol import Due
from models.visit import VisitState

_DUE = {"description": "what the visit asks for"}


class ArrivalSchema(Schema):
    """One thing that a visit asks for. `missing` names analytes that have not come."""

    due = Words(required=True)
    arrived = YesNo(attribute="has_arrived", required=True)
    missing = fields.List(Words(), required=True)
    on = Day(required=True, allow_none=True, metadata={"description": "of the newest fact"})


class VisitSchema(Schema):
    """One visit. The window never moves; `outside_window` says where the visit lies beside it."""

    id = Ident(attribute="row.public_id", required=True)
    code = Words(attribute="row.code", required=True)
    on = Day(attribute="row.on", required=True)
    window_from = Day(attribute="row.window_from", required=True)
    window_to = Day(attribute="row.window_to", required=True)
    outside_window = YesNo(required=True)
    trough_day = YesNo(attribute="row.is_trough_day", required=True)
    state = Choice(VisitState, attribute="row.state", required=True)
    done_on = Day(attribute="row.done_on", required=True, allow_none=True)
    reason = Words(attribute="row.state_reason", required=True, allow_none=True)
    unscheduled = YesNo(attribute="row.is_unscheduled", required=True)
    purpose = Words(attribute="row.purpose", required=True, allow_none=True)
    due = fields.List(Words(), required=True, metadata=_DUE)
    arrivals = fields.List(fields.Nested(ArrivalSchema), required=True)
    rule_version = Words(attribute="row.rule_version", required=True)


class SaidVisitSchema(WriteSchema):
    """A visit outside of the plan. On a trough day a level is due, and the morning dose waits."""

    purpose = Words(required=True, longest=200)
    on = Day(required=True)
    due = fields.List(Choice(Due), load_default=list, metadata=_DUE)
    trough_day = YesNo(load_default=False)


class MoveSchema(Schema):
    """Another day for a planned visit; outside of the window it is flagged."""

    on = Day(required=True)
    reason = Words(required=True, longest=200)


class MarkSchema(Schema):
    """What became of a visit. A missed one has a reason; `planned` takes a slip back."""

    state = Choice(VisitState, required=True)
    done_on = Day(
        load_default=None,
        allow_none=True,
        metadata={"description": "when it took place; absent: the planned day"},
    )
    reason = Words(load_default=None, allow_none=True, longest=200)


class SaidStaySchema(ResultSchema):
    """Days in hospital, both ends included; without `until_on` the child is still there."""

    from_on = Day(required=True)
    until_on = Day(load_default=None, allow_none=True)
    note = Words(load_default=None, allow_none=True)
    never_was = YesNo(
        load_default=False, metadata={"description": "the stay that it amends did not happen"}
    )


class StaySchema(RecordedSchema):
    """Days in hospital as they were recorded; one that never was ends before it begins."""

    from_on = Day(required=True)
    until_on = Day(required=True, allow_none=True)
    note = Words(required=True, allow_none=True)
    amends = Ident(required=True, allow_none=True)
    amend_reason = Words(required=True, allow_none=True)
