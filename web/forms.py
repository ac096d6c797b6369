"""From a posted form to a frozen dataclass, or back to the page with what was typed.

    class LevelSchema(WriteSchema):
        level = Amount(required=True)

    filled = read_form(LevelSchema(), LevelForm)
    if filled.form is None:
        return show(filled), 422
    ...
    except RefusedError as error:
        return show(filled.refused(error)), 422

The page gets `values=filled.values, errors=filled.errors, client_id=filled.client_id`; a page shown
for the first time gets the same from `blank()`.
"""

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar, cast

from flask import request
from marshmallow import EXCLUDE, Schema, ValidationError, fields
from werkzeug.datastructures import MultiDict

from domain.errors import DomainError
from services.errors import RefusedError
from web.fields import Ident
from web.sentences import known_codes, sentence

Form = TypeVar("Form")
Typed = Mapping[str, str | list[str]]
Errors = Mapping[str, list[str]]

# errors about the form as a whole stand under this name
WHOLE = "_form"
CLIENT_ID = "client_id"


class FormSchema(Schema):
    """A form that only asks (filters, sign-in)."""

    class Meta:
        unknown = EXCLUDE


class WriteSchema(FormSchema):
    """A form that writes: it carries the id that makes a second arrival harmless."""

    client_id = Ident(required=True)


@dataclass(frozen=True, slots=True)
class Filled(Generic[Form]):
    """A form as it was filled in. `form` is None when there are errors."""

    values: Typed = field(default_factory=dict[str, str])
    errors: Errors = field(default_factory=dict[str, list[str]])
    form: Form | None = None
    client_id: str = ""

    def refused(self, error: RefusedError | DomainError) -> "Filled[Form]":
        """The same form with what the use case refused, beside the field it named."""
        name = getattr(error, "field", None) or WHOLE
        return self.with_error(name, sentence(error.code, **error.details))

    def with_error(self, name: str, words: str) -> "Filled[Form]":
        """The same form with one more error."""
        told = {**self.errors, name: [*self.errors.get(name, []), words]}
        return replace(self, errors=told, form=None)


def blank(values: Typed | None = None) -> Filled[Any]:
    """A form to be shown for the first time, perhaps prefilled, with a fresh client id."""
    return Filled(values=values or {}, client_id=str(uuid.uuid4()))


def read_form(schema: Schema, build: Callable[..., Form]) -> Filled[Form]:
    """Read the posted form of this request into `build(**fields)`."""
    return read(schema, build, request.form)


def read(schema: Schema, build: Callable[..., Form], posted: MultiDict[str, str]) -> Filled[Form]:
    """Read any posted fields; an empty one counts as absent. Never raises for what was typed."""
    values = _typed(schema, posted)
    filled: Filled[Form] = Filled(
        values=values, client_id=posted.get(CLIENT_ID) or str(uuid.uuid4())
    )
    try:
        loaded = cast(
            Any, schema.load({name: text for name, text in values.items() if _is_filled(text)})
        )
    except ValidationError as error:
        return replace(filled, errors=_told(error))
    return replace(filled, form=build(**loaded))


def _typed(schema: Schema, posted: MultiDict[str, str]) -> Typed:
    names = {item.data_key or name: item for name, item in schema.fields.items()}
    return {
        name: posted.getlist(name) if isinstance(item, fields.List) else posted.get(name, "")
        for name, item in names.items()
    }


def _is_filled(typed: str | list[str]) -> bool:
    return bool(typed.strip() if isinstance(typed, str) else typed)


def _told(error: ValidationError) -> Errors:
    messages: Mapping[str, Any] = error.normalized_messages()
    told: dict[str, list[str]] = {}
    for name, found in messages.items():
        if name == CLIENT_ID:
            told[WHOLE] = [sentence("form_id")]
        else:
            told[WHOLE if name == "_schema" else name] = [_in_words(code) for code in _flat(found)]
    return told


def _flat(found: Any) -> list[str]:
    """The messages of a field; those of a list's items are told once for the list."""
    if isinstance(found, Mapping):
        items: Iterable[Any] = found.values()
        return list(dict.fromkeys(code for item in items for code in _flat(item)))
    return [str(code) for code in found]


def _in_words(code: str) -> str:
    return sentence(code) if code in known_codes() else sentence("refused")
