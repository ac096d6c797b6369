"""Problem documents (RFC 9457): a code for the program, a sentence for a person."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Flask
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from marshmallow import Schema, fields

from services.errors import RefusedError
from web.errors import answer
from web.sentences import add_sentences, known_codes, sentence

MEDIA_TYPE = "application/problem+json"

add_sentences(
    {
        "not_json": _("The body is not JSON."),
        "unknown_field": _("There is no such field."),
        "not_an_instant": _("Please write an instant with its zone: 2026-03-10T08:04:00+08:00."),
        "not_an_id": _("Please write a UUID."),
        "not_text": _("Please write a text without control characters."),
        "not_yes_or_no": _("Please write true or false."),
        "not_a_file": _("Please send a file here."),
        "not_an_object": _("Please write a JSON object."),
        "not_a_list": _("Please write a JSON list."),
        "unknown_cursor": _("There is no such place in the list. Please start at its beginning."),
        "fields": _("Some fields are not as they should be."),
        "unknown_site": _("There is no such site."),
        "days_reversed": _("The first day comes after the last one."),
        "too_many_days": _("Please ask for fewer days at a time."),
        "too_many": _("That is too many at a time."),
    }
)


class FieldProblemSchema(Schema):
    """What is wrong with one field."""

    code = fields.String(required=True, metadata={"description": "stable, for the program"})
    detail = fields.String(required=True, metadata={"description": "translated, for a person"})


class ProblemSchema(Schema):
    """Why a request was not done."""

    type = fields.String(required=True, metadata={"description": "about:blank: see `code`"})
    title = fields.String(required=True)
    status = fields.Integer(required=True, metadata={"description": "the HTTP status again"})
    detail = fields.String(required=True, metadata={"description": "translated, for a person"})
    code = fields.String(required=True, metadata={"description": "stable, for the program"})
    field = fields.String(metadata={"description": "the field that was refused"})
    errors = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.Nested(FieldProblemSchema)),
        metadata={"description": "by the path of the field, such as `results.0.unit`"},
    )
    warnings = fields.List(
        fields.String(), metadata={"description": "codes to confirm (needs_confirmation)"}
    )
    first = fields.Dict(metadata={"description": "what is kept (conflict)"})
    offered = fields.Dict(metadata={"description": "what came now (conflict)"})


class FieldsError(Exception):
    """A body or query whose shape is wrong; `messages` as marshmallow nests them."""

    def __init__(self, messages: Mapping[Any, Any]) -> None:
        super().__init__("fields")
        self.messages = messages


class NotJsonError(Exception):
    """A body that is no JSON at all."""


# services name fields as forms have them: a date beside a time, where JSON has one instant
_NAMES = {
    "drawn_on": "drawn_at",
    "level": "value",
    "last_dose_on": "last_dose_at",
    "first_slot_on": "first_slot",
    "from_on": "from_slot",
}


def init_problems(app: Flask) -> None:
    app.register_error_handler(FieldsError, _fields)
    app.register_error_handler(NotJsonError, lambda _error: _not_json())


def refused(error: RefusedError) -> ResponseReturnValue:
    """A refusal of a use case, with the field as it is called here."""
    field = error.field and _NAMES.get(error.field, error.field)
    return answer(422, sentence(error.code, **error.details), error.code, field=field)


def _fields(error: FieldsError) -> ResponseReturnValue:
    errors = {
        path: [{"code": code, "detail": sentence(code)} for code in codes]
        for path, codes in paths(error.messages).items()
    }
    return answer(422, sentence("fields"), "fields", errors=errors)


def _not_json() -> ResponseReturnValue:
    return answer(400, sentence("not_json"), "not_json")


def paths(messages: Mapping[Any, Any], above: str = "") -> dict[str, list[str]]:
    """Nested messages by the dotted path of their field; the schema's own under its object."""
    found: dict[str, list[str]] = {}
    for name, below in messages.items():
        here = above if name == "_schema" else f"{above}.{name}".strip(".")
        if isinstance(below, Mapping):
            found |= paths(below, here)
        else:
            texts: Sequence[Any] = [below] if isinstance(below, str) else below
            found.setdefault(here or "body", []).extend(_code(text) for text in texts)
    return found


def _code(text: object) -> str:
    """Our own code; a text of marshmallow's own can only mean the wrong kind of value."""
    return _OTHERS.get(str(text), str(text) if str(text) in known_codes() else "not_a_choice")


_OTHERS = {
    "Unknown field.": "unknown_field",
    "Invalid input type.": "not_an_object",
    "Invalid type.": "not_an_object",
    "Not a valid list.": "not_a_list",
    "Missing data for required field.": "required",
    "Field may not be null.": "required",
}
