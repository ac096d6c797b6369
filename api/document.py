"""The OpenAPI document at /api/v1/openapi.json, and flask-smorest fitted into our house."""

from http import HTTPStatus
from typing import Any, Final

from flask import Flask
from flask_smorest import Api

from api import fields
from api.problems import MEDIA_TYPE, ProblemSchema

DESCRIPTION: Final = """
Diary and follow-up of a sirolimus study, for the study's own pages and for machines of its sites.

**Numbers** of doses, levels and results are texts such as `"0.180"`, so that no digit is lost.
**Instants** carry their zone (RFC 3339) and are answered in UTC; **dates** are those on the
family's wall; a **slot** is a date with `morning` or `evening`.

**Writing twice is harmless.** Every write carries a `client_id`, a UUID that the sender makes. The
same id with the same content answers 200 with what the first arrival made (201); with other
content it answers 409 and shows both.

**Refusals** are problem documents (RFC 9457): `code` is stable, `detail` is a sentence in the
language of `Accept-Language`. A child of another site answers 404, like one that does not exist.
"""
TAGS: Final = {
    "Children": "Who is in the study.",
    "Admission": "How a child comes into the study, is randomised, and leaves.",
    "Visits": "What is due when, and what came of it; days in hospital.",
    "Diary": "What became of each dose.",
    "Photos": "Photographs of the tumour skin.",
    "Orders": "What a child shall be given.",
    "Results": "Levels, laboratory results, and what is measured and felt of the tumour.",
    "Symptoms": "What families see beside the doses, and the advice they get.",
    "Adverse events": "Events by CTCAE, proposals for them, and their numbers by arm.",
    "Assessments": "Signed response assessments.",
    "Readings": "Pairs of photos read masked; answers only once they are unmasked.",
    "Messages": "Text messages to a child's carers, without their words and numbers.",
    "Worklist": "What waits for the clinic, who looks after it, and what is new to a reader.",
}
_REFUSALS: Final = {
    400: "The body cannot be read, or a session came without its CSRF token.",
    401: "No session, or a token that is unknown, over or revoked.",
    403: "Not allowed: the token lacks the verb, or the person the permission.",
    404: "No such thing, or not yours to see.",
    409: "The same `client_id` came before with other content, or a warning is to be confirmed.",
    413: "The body is too large.",
    415: "The body is of another media type.",
    422: "The content is not acceptable; `code`, `field` or `errors` say why.",
    429: "Too many requests; `Retry-After` says when to come back.",
    503: "A part of the system does not answer.",
}


class SirologApi(Api):
    """flask-smorest, with the error answers of our own house (web/errors.py)."""

    DEFAULT_ERROR_RESPONSE_NAME = None
    spec: Any

    def _register_error_handlers(self) -> None:
        """web/errors.py answers for the whole app, with the headers of the error kept."""

    def _register_responses(self) -> None:
        for status, words in _REFUSALS.items():
            content = {MEDIA_TYPE: {"schema": ProblemSchema}}
            response = {"description": words, "content": content}
            self.spec.components.response(HTTPStatus(status).name, response)


def make_api(app: Flask, public_url: str) -> SirologApi:
    """The document's frame; endpoints join when their blueprint is registered."""
    app.config.update(
        API_TITLE="Sirolog",
        API_VERSION="1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api/v1",
        API_SPEC_OPTIONS=_options(public_url),
    )
    api = SirologApi()
    for field, kind in (
        (fields.TextField, "string"),
        (fields.Choice, "string"),
        (fields.Count, "integer"),
        (fields.YesNo, "boolean"),
    ):
        api.register_field(field, kind, None)
    api.register_field(fields.Upload, "string", "binary")
    api.init_app(app)
    for name, scheme in _SCHEMES.items():
        api.spec.components.security_scheme(name, scheme)
    return api


def _options(public_url: str) -> dict[str, Any]:
    return {
        "info": {"description": DESCRIPTION, "license": {"name": "Apache-2.0"}},
        "servers": [{"url": public_url}],
        "security": [{"bearer": []}, {"session": []}],
        "tags": [{"name": name, "description": words} for name, words in TAGS.items()],
    }


_SCHEMES: Final[dict[str, dict[str, str]]] = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "A machine's token, made by `flask token create`.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "sirolog",
        "description": "The session of somebody signed in at our own pages.",
    },
    "csrf": {
        "type": "apiKey",
        "in": "header",
        "name": "X-CSRFToken",
        "description": "The CSRF token of the page, beside the session.",
    },
}
