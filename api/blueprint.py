"""The one blueprint of the interface, and what all of its endpoints share."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final, TypeVar, cast

from flask import Response, request
from flask_smorest import Blueprint

from api.access import check_need
from api.body import LARGEST_JSON, MULTIPART, BodyParser
from api.problems import refused
from services.errors import RefusedError
from web.limiter import limiter

View = TypeVar("View", bound=Callable[..., Any])
TABLES: Final = frozenset({"api.preview_labs", "api.import_labs"})
LARGEST_TABLE: Final = 2_000_000
# machines may be busy; one that runs wild is stopped
RATE = "600 per minute"
WITH_PROOF: Final[list[dict[str, list[str]]]] = [{"bearer": []}, {"session": [], "csrf": []}]


class StrictBlueprint(Blueprint):
    """flask-smorest's, reading with our parser."""

    ARGUMENTS_PARSER = BodyParser()


blueprint = StrictBlueprint("api", __name__, url_prefix="/api/v1")
limiter.limit(RATE)(blueprint)
blueprint.before_request(check_need)
blueprint.register_error_handler(RefusedError, refused)


@blueprint.before_request
def bound_body() -> None:
    """JSON is small, tables less so; only photos may be as large as the settings allow."""
    if request.mimetype != MULTIPART:
        is_table = request.endpoint in TABLES
        request.max_content_length = LARGEST_TABLE if is_table else LARGEST_JSON


@blueprint.after_request
def keep_nothing(response: Response) -> Response:
    """No proxy and no browser keeps what was said about a child."""
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def refusals(*statuses: int) -> Callable[[View], View]:
    """Document the problems an endpoint may answer, beside those that every one may."""

    def document(view: View) -> View:
        documented: Any = view
        for status in (*statuses, 401, 403, 429):
            documented = blueprint.alt_response(status, HTTPStatus(status).name)(documented)
        return cast(View, blueprint.doc(operationId=view.__name__)(documented))

    return document


def writes(view: View) -> View:
    """Document an endpoint that writes: a session proves itself with its CSRF token, too."""
    documented: Any = refusals(400, 404, 409, 413, 415, 422)(view)
    return cast(View, blueprint.doc(security=WITH_PROOF)(documented))
