"""The forms of an adverse event: shape only; what CTCAE has and lacks is for the use case."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from marshmallow import fields, validate

from domain.events import Criterion
from models.adverse_event import AdverseEvent, Relatedness
from services.adverse_events import Action, EventOutcome, EventSource, SaidEvent
from services.event_changes import CHANGEABLE
from web.fields import Choice, Day, Ident, Many, Words
from web.forms import Filled, FormSchema, WriteSchema

_CODES: dict[str, Any] = {"required": "required", "null": "required", "invalid": "not_a_choice"}


def _grade(least: int, **more: Any) -> fields.Integer:
    """A grade of CTCAE's scale, from `least` to 5 (0 and 4 before treatment)."""
    inside = validate.Range(least, 5 if least else 4, error="not_a_choice")
    return fields.Integer(validate=inside, error_messages=_CODES, **more)


class FactsSchema(WriteSchema):
    """The facts that may change later."""

    term = Words(required=True, longest=120)
    verbatim = Words(required=True, longest=500)
    source = Choice(EventSource, required=True)
    started_on = Day(required=True)
    ended_on = Day(load_default=None)
    serious_criteria = Many(Choice(Criterion), load_default=list)
    relatedness = Choice(Relatedness, required=True)
    action = Choice(Action, required=True)
    outcome = Choice(EventOutcome, required=True)
    baseline_grade = _grade(0, load_default=None)


class EventSchema(FactsSchema):
    grade = _grade(1, required=True)


class ChangeSchema(FactsSchema):
    reason = Words(required=True, longest=500)


class GradeSchema(FormSchema):
    grade = _grade(1, required=True)
    since_on = Day(required=True)
    reason = Words(longest=500, load_default=None)


class JoinSchema(WriteSchema):
    event_id = Ident(required=True)
    join_grade = _grade(1, load_default=None)
    since_on = Day(load_default=None)
    join_reason = Words(longest=500, load_default=None)


class NoneSchema(WriteSchema):
    reason = Words(required=True, longest=500)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeForm:
    """The facts as they should be, and why."""

    client_id: uuid.UUID
    fields: Mapping[str, Any]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinForm:
    client_id: uuid.UUID
    event_id: uuid.UUID
    join_grade: int | None
    since_on: date | None
    join_reason: str | None


@dataclass(frozen=True, slots=True)
class NoneForm:
    client_id: uuid.UUID
    reason: str


def said_event(**typed: Any) -> SaidEvent:
    facts: dict[str, Any] = typed | {"serious_criteria": tuple(typed["serious_criteria"])}
    return SaidEvent(**facts)


def change_form(**typed: Any) -> ChangeForm:
    criteria = tuple(typed["serious_criteria"])
    facts = {name: typed[name] for name in CHANGEABLE} | {"serious_criteria": criteria}
    return ChangeForm(client_id=typed["client_id"], fields=facts, reason=typed["reason"])


def event_values(event: AdverseEvent) -> dict[str, Any]:
    """The form as the event stands now."""
    values = {name: getattr(event, name) for name in CHANGEABLE}
    texts: dict[str, Any] = {
        name: "" if value is None else str(value) for name, value in values.items()
    }
    return texts | {"serious_criteria": list(event.serious_criteria or ())}


def renamed(filled: Filled[Any], names: Mapping[str, str]) -> Filled[Any]:
    """Errors of the use case under the names that the form has for its fields."""
    errors = {names.get(name, name): words for name, words in filled.errors.items()}
    return Filled(filled.values, errors, None, filled.client_id)
