"""Forms of the diary: shape only. What may be said when is for services/doses.py."""

import uuid
from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from marshmallow import ValidationError, fields

from caregiver.presenters import key_of
from domain.entries import Outcome
from domain.slots import SlotKey
from web.fields import Amount, Choice, ClockTime, Tick, Words, clean, exact
from web.forms import FormSchema, WriteSchema

_LONGEST_NOTE: Final = 500
_LONGEST_REASON: Final = 200


_CODES: dict[str, str | list[Any] | dict[Any, Any]] = {"required": "required", "null": "required"}


class SlotName(fields.Field[SlotKey]):
    """A slot as a form carries it: 2026-03-10-morning."""

    default_error_messages = _CODES

    def _deserialize(self, value: Any, *_where: Any, **_more: Any) -> SlotKey:
        key = key_of(clean(value))
        if key is None:
            raise ValidationError("not_a_choice")
        return key


class Minutes(fields.Field[int]):
    """Whole minutes."""

    default_error_messages = _CODES

    def _deserialize(self, value: Any, *_where: Any, **_more: Any) -> int:
        number = exact(value)
        if number != number.to_integral_value():
            raise ValidationError("not_a_number")
        return int(number)


class DoseSchema(WriteSchema):
    slot = SlotName(required=True)
    just_now = Tick()
    taken_at = ClockTime(load_default=None)
    time_unknown = Tick()
    given_ml = Amount(load_default=None)
    vomited_after_minutes = Minutes(load_default=None)
    missed_reason = Words(longest=32, load_default=None)
    note = Words(longest=_LONGEST_NOTE, load_default=None)
    second_dose = Tick()
    second_dose_reason = Words(longest=_LONGEST_REASON, load_default=None)
    knows_too_soon = Tick()
    slot_asked = Tick()


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseForm:
    """What was filled in of one dose. `slot_asked` says that the reader was asked which slot."""

    client_id: uuid.UUID
    slot: SlotKey
    just_now: bool
    taken_at: time | None
    time_unknown: bool
    given_ml: Decimal | None
    vomited_after_minutes: int | None
    missed_reason: str | None
    note: str | None
    second_dose: bool
    second_dose_reason: str | None
    knows_too_soon: bool
    slot_asked: bool


class ChangeSchema(WriteSchema):
    outcome = Choice(Outcome, required=True)
    slot = SlotName(required=True)
    taken_at = ClockTime(load_default=None)
    given_ml = Amount(load_default=None)
    vomited_after_minutes = Minutes(load_default=None)
    missed_reason = Words(longest=32, load_default=None)
    reason = Words(required=True, longest=_LONGEST_NOTE)
    second_dose = Tick()
    knows_too_soon = Tick()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeForm:
    """What should stand in the diary instead, and why."""

    client_id: uuid.UUID
    outcome: Outcome
    slot: SlotKey
    taken_at: time | None
    given_ml: Decimal | None
    vomited_after_minutes: int | None
    missed_reason: str | None
    reason: str
    second_dose: bool
    knows_too_soon: bool


class BloodSchema(WriteSchema):
    drawn_at = ClockTime(required=True)


@dataclass(frozen=True, slots=True)
class BloodForm:
    client_id: uuid.UUID
    drawn_at: time


class Wanted(StrEnum):
    YES = "yes"
    NO = "no"


class RemindersSchema(FormSchema):
    wants = Choice(Wanted, required=True)


@dataclass(frozen=True, slots=True)
class RemindersForm:
    wants: Wanted
