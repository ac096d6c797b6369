"""Children as they travel."""

from enum import StrEnum

from marshmallow import Schema, fields

from api.fields import (
    UUID,
    Choice,
    ClockTime,
    CountInAddress,
    Day,
    Exact,
    Ident,
    Instant,
    Words,
    YesNo,
)
from api.schemas import WriteSchema
from models.participant import ParticipantStatus

LARGEST_PAGE = 200


class Sex(StrEnum):
    FEMALE = "female"
    MALE = "male"


class PageSchema(Schema):
    """Which part of a list is wanted."""

    limit = CountInAddress(least=1, most=LARGEST_PAGE, load_default=50)
    cursor = Ident(metadata={"description": "`next` of the page before"})


class ChildSchema(Schema):
    """A child, without names: those stay on pages behind a sign-in."""

    id = Ident(attribute="child.public_id", required=True)
    site = Words(attribute="site.code", required=True)
    study_number = Words(attribute="child.study_number", required=True)
    born_on = Day(attribute="child.born_on", required=True)
    sex = Choice(Sex, attribute="child.sex", required=True)
    kasabach_merritt = YesNo(attribute="child.kasabach_merritt", required=True)
    enrolled_on = Day(attribute="child.enrolled_on", required=True)
    status = Choice(ParticipantStatus, attribute="child.status", required=True)
    ended_on = Day(attribute="child.ended_on", required=True, allow_none=True)
    ended_reason = Words(attribute="child.ended_reason", required=True, allow_none=True)
    arm = Words(
        required=True, allow_none=True, metadata={"description": "null until it is randomised"}
    )
    protocol = Words(attribute="child.protocol_key", required=True)
    recorded_at = Instant(attribute="child.recorded_at", required=True)


class ChildrenSchema(Schema):
    """One page of children, in the order of enrolment."""

    items = fields.List(fields.Nested(ChildSchema), required=True)
    next = Ident(
        required=True,
        allow_none=True,
        metadata={"description": "`cursor` of the next page; null on the last", "pattern": UUID},
    )


class RegistrationSchema(WriteSchema):
    """A new child. Sizes in cm and kg, dose times by the wall clock."""

    site = Words(required=True, longest=8, metadata={"description": "code of the site"})
    study_number = Words(required=True, longest=16)
    call_name = Words(
        required=True, longest=40, metadata={"description": "what the family says; never answered"}
    )
    born_on = Day(required=True)
    sex = Choice(Sex, required=True)
    kasabach_merritt = YesNo(required=True)
    enrolled_on = Day(required=True)
    time_zone = Words(required=True, longest=64, metadata={"description": "such as Asia/Shanghai"})
    morning = ClockTime(required=True)
    evening = ClockTime(required=True)
    height_cm = Exact(required=True)
    weight_kg = Exact(required=True)
    measured_on = Day(required=True)
