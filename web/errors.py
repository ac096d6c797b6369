"""What went wrong, said in the reader's language: a page for people, problem+json for scripts."""

from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, g, jsonify, make_response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from domain.errors import DomainError
from photos.limits import PhotoRefusedError
from photos.storage import PhotoMissingError, StoreUnavailableError
from services.errors import (
    ConflictError,
    ForbiddenError,
    NeedsConfirmationError,
    NotFoundError,
    RefusedError,
    ServiceError,
)
from web.access import wants_json
from web.sentences import sentence

# heading and text by status
_WORDS: Mapping[int, tuple[Any, Any]] = {
    400: (_("That did not work"), _("Please go back, open the page again and try once more.")),
    401: (_("Please sign in"), _("You are not signed in, or it has been too long.")),
    403: (_("Not for you"), _("You may not do this. If you should, ask your study team.")),
    404: (_("Page not found"), _("The page does not exist, or it is not yours to see.")),
    405: (_("That did not work"), _("This page cannot be used in this way.")),
    409: (
        _("Already recorded differently"),
        _("The same entry came before with other content. The first one is kept."),
    ),
    413: (
        _("Too large"),
        _("That is too large to send at once. Please choose fewer or smaller photos."),
    ),
    415: (_("That did not work"), _("This kind of content is not accepted here.")),
    422: (_("Please check"), _("That is not possible. Please check what you entered.")),
    429: (_("Too many tries"), _("Please wait a little and try again.")),
    500: (_("Something went wrong"), _("It is our fault, not yours. Please try again later.")),
    503: (_("Not available now"), _("A part of the system does not answer. Please try again.")),
}
# for programs, where nothing more exact is known
_CODES: Mapping[int, str] = {
    400: "bad_request",
    401: "not_signed_in",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    413: "too_large",
    415: "unsupported_media_type",
    422: "refused",
    429: "too_many_requests",
    503: "unavailable",
}


def init_errors(app: Flask) -> None:
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(ServiceError, _service)
    app.register_error_handler(DomainError, _domain)
    app.register_error_handler(PhotoRefusedError, _photo_refused)
    app.register_error_handler(PhotoMissingError, lambda _error: answer(404))
    app.register_error_handler(StoreUnavailableError, lambda _error: answer(503))


def answer(
    status: int, text: str | None = None, code: str | None = None, **more: object
) -> ResponseReturnValue:
    """The error as a page or as problem+json, whichever was asked for."""
    heading, general = _WORDS.get(status, _WORDS[500 if status >= 500 else 400])
    words = text or str(general)
    if wants_json():
        stable = code or _CODES.get(status, "unexpected" if status >= 500 else "bad_request")
        return problem(status, str(heading), words, code=stable, **more)
    reference = g.get("request_id") if status >= 500 else None
    page = render_template(
        "error.html", status=status, heading=heading, text=words, reference=reference
    )
    return page, status


def problem(status: int, title: str, detail: str, **more: object) -> Response:
    """A problem document (RFC 9457)."""
    said = {name: value for name, value in more.items() if value is not None}
    response = jsonify(type="about:blank", title=title, status=status, detail=detail, **said)
    response.status_code = status
    response.mimetype = "application/problem+json"
    return response


def status_and_code(error: ServiceError | DomainError) -> tuple[int, str]:
    """How an edge answers a refusal: the HTTP status and the code of the sentence."""
    match error:
        case NotFoundError():
            return 404, "not_found"
        case ForbiddenError():
            return 403, "forbidden"
        case ConflictError():
            return 409, "conflict"
        case NeedsConfirmationError():
            return 409, "needs_confirmation"
        case RefusedError(code=code):
            return 422, code
        case _:
            return 422, str(getattr(error, "code", "refused"))


def _service(error: ServiceError) -> ResponseReturnValue:
    status, code = status_and_code(error)
    match error:
        case RefusedError():
            return answer(422, sentence(code, **error.details), code, field=error.field)
        case ConflictError():
            return answer(409, code=code, first=error.first, offered=error.offered)
        case NeedsConfirmationError():
            words = " ".join(sentence(warning) for warning in error.warnings)
            return answer(409, words, code, warnings=list(error.warnings))
        case _:
            return answer(status, code=code)


def _domain(error: DomainError) -> ResponseReturnValue:
    status, code = status_and_code(error)
    return answer(status, sentence(code), code)


def _photo_refused(error: PhotoRefusedError) -> ResponseReturnValue:
    return answer(413 if error.code == "too_large" else 422, sentence(error.code), error.code)


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.response is not None:
        return error  # a finished answer that was thrown
    # the headers of the error carry facts: Allow of a 405, Retry-After of a 429
    answered = make_response(answer(error.code))
    kept = {"content-type", "content-length"}
    for name, value in error.get_headers():
        if name.lower() not in kept:
            answered.headers.setdefault(name, value)
    return answered


def _csrf(_error: CSRFError) -> ResponseReturnValue:
    return answer(400, code="csrf")
