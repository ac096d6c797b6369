"""Reading bodies and queries: the right media type, bounded, strict, nothing unknown."""

import json
from typing import Any, Final, NoReturn

from flask import Request
from marshmallow import RAISE, Schema, ValidationError
from webargs.core import is_json
from webargs.flaskparser import FlaskParser
from webargs.multidictproxy import MultiDictProxy
from werkzeug.datastructures import CombinedMultiDict
from werkzeug.exceptions import UnsupportedMediaType

from api.problems import FieldsError, NotJsonError

LARGEST_JSON: Final = 256_000
MULTIPART: Final = "multipart/form-data"


class BodyParser(FlaskParser):
    """webargs, with every location strict and its refusals ours."""

    DEFAULT_UNKNOWN_BY_LOCATION = dict.fromkeys(
        ("json", "query", "querystring", "form", "files", "view_args", "path"), RAISE
    )

    def load_json(self, req: Request, schema: Schema) -> Any:
        """The JSON of the body. Another media type is 415; what is no JSON 400."""
        del schema
        if not is_json(req.mimetype):
            raise UnsupportedMediaType
        return read_json(req.get_data())

    def load_files(self, req: Request, schema: Schema) -> Any:
        """Fields and files of a multipart body together: one body, one schema."""
        if req.mimetype != MULTIPART:
            raise UnsupportedMediaType
        both: list[Any] = [req.form, req.files]
        return MultiDictProxy(CombinedMultiDict(both), schema)

    def handle_error(
        self, error: ValidationError, req: Request, schema: Schema, **_more: Any
    ) -> NoReturn:
        del req, schema
        # webargs puts the location on top; a body is one place anyway
        located: dict[Any, Any] = error.normalized_messages()  # type: ignore[no-untyped-call]  # marshmallow types it not
        (messages,) = located.values()
        raise FieldsError(messages if isinstance(messages, dict) else {"_schema": messages})


def read_json(body: bytes) -> Any:
    """Raises NotJsonError: also for NaN, endless nesting and endless digits."""
    try:
        return json.loads(body.decode(), parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise NotJsonError from None


def _refuse(_text: str) -> NoReturn:
    raise ValueError("no JSON number")
