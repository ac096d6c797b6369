"""Errors as pages for people and as problem documents for scripts, in both languages."""

import json
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient

from config import Environment, Settings
from domain.errors import DomainError
from photos.limits import PhotoRefusedError, Refusal
from photos.storage import PhotoMissingError, StoreUnavailableError
from services.errors import (
    ConflictError,
    ForbiddenError,
    NeedsConfirmationError,
    NotFoundError,
    RefusedError,
)
from web import access
from web.access import Entry

JSON = {"Accept": "application/json", "Accept-Language": "en"}
PAGE = {"Accept": "text/html", "Accept-Language": "en"}
SECRET = "the child Lele of +8613800138000"

CASES: dict[str, tuple[Exception, int, str]] = {
    "not-found": (NotFoundError(), 404, "not_found"),
    "forbidden": (ForbiddenError("orders:write"), 403, "forbidden"),
    "conflict": (ConflictError({"ml": "0.2"}, {"ml": "0.3"}), 409, "conflict"),
    "refused": (RefusedError("out_of_range", "ml", least="1"), 422, "out_of_range"),
    "confirm": (NeedsConfirmationError(("out_of_range",)), 409, "needs_confirmation"),
    "rule": (DomainError("out_of_range"), 422, "out_of_range"),
    "photo": (PhotoRefusedError(Refusal.DAMAGED), 422, "damaged"),
    "big-photo": (PhotoRefusedError(Refusal.TOO_LARGE), 413, "too_large"),
    "no-photo": (PhotoMissingError(), 404, "not_found"),
    "no-store": (StoreUnavailableError(), 503, "unavailable"),
}


@pytest.fixture
def breaking(app: Flask, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """A client of an app that can go wrong in every way, at /break/<how>."""

    def go_wrong(how: str) -> str:
        if how.isdigit():
            abort(int(how))
        if how == "bug":
            raise RuntimeError(SECRET)
        raise CASES[how][0]

    app.add_url_rule("/break/<how>", endpoint="break", view_func=go_wrong)
    monkeypatch.setattr(access, "ENTRIES", {**access.ENTRIES, "break": Entry.PUBLIC})
    # as it is outside of tests: an error ends in an answer
    app.testing = False
    return app.test_client()


@pytest.mark.parametrize("how", CASES)
def test_a_script_gets_status_and_code(breaking: FlaskClient, how: str) -> None:
    _, status, code = CASES[how]
    answer = breaking.get(f"/break/{how}", headers=JSON)
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert answer.json is not None
    assert answer.json["status"] == status
    assert answer.json["code"] == code


def test_both_versions_of_a_conflict_are_told(breaking: FlaskClient) -> None:
    answer: Any = breaking.get("/break/conflict", headers=JSON).json
    assert (answer["first"], answer["offered"]) == ({"ml": "0.2"}, {"ml": "0.3"})


def test_a_refusal_names_its_field(breaking: FlaskClient) -> None:
    answer: Any = breaking.get("/break/refused", headers=JSON).json
    assert answer["field"] == "ml"


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 413, 422, 429, 500, 503])
@pytest.mark.parametrize(("locale", "button"), [("en", "Back to the start"), ("zh", "返回首页")])
def test_people_get_a_page_in_their_language(
    breaking: FlaskClient, status: int, locale: str, button: str
) -> None:
    headers = {"Accept": "text/html", "Accept-Language": locale}
    answer = breaking.get(f"/break/{status}", headers=headers)
    assert answer.status_code == status
    assert button in answer.get_data(as_text=True)


def test_an_address_nobody_has_is_a_page_too(breaking: FlaskClient) -> None:
    answer = breaking.get("/nowhere", headers=PAGE)
    assert answer.status_code == 404
    assert "Page not found" in answer.get_data(as_text=True)


def test_a_wrong_method_says_which_are_right(breaking: FlaskClient) -> None:
    answer = breaking.delete("/sign-in", headers=PAGE)
    assert answer.status_code == 405
    assert {"GET", "POST"} <= set(answer.headers["Allow"].split(", "))


def test_a_bug_tells_nothing_but_a_number_to_call_with(
    breaking: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        answer = breaking.get("/break/bug?name=Lele", headers=PAGE)
    assert answer.status_code == 500
    page = answer.get_data(as_text=True)
    assert answer.headers["X-Request-Id"] in page
    assert "RuntimeError" not in page
    assert SECRET not in page


def test_logs_say_what_happened_and_never_to_whom(
    breaking: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        answer = breaking.get("/break/bug?name=Lele", headers=PAGE)
        breaking.post("/sign-in", data={"phone": "+8613800138000"})
    lines = [json.loads(record.getMessage()) for record in caplog.records]
    (bug,) = (line for line in lines if line["event"] == "unexpected")
    assert bug["kind"] == "RuntimeError"
    assert "go_wrong" in bug["at"][-1]
    assert bug["request_id"] == answer.headers["X-Request-Id"]
    requests = [line for line in lines if line["event"] == "request"]
    assert [(line["endpoint"], line["status"]) for line in requests] == [
        ("break", 500),
        ("sign_in.carer", 303),
    ]
    everything = caplog.text
    for private in ("Lele", "8613800138000", SECRET):
        assert private not in everything


def test_too_many_requests_from_one_address_are_slowed_down(
    new_app: Callable[[Settings], Flask], settings: Settings
) -> None:
    client = new_app(replace(settings, env=Environment.DEVELOPMENT)).test_client()
    statuses = [
        client.post("/staff/sign-in", data={"email": f"{n}@x.example"}).status_code
        for n in range(21)
    ]
    assert statuses == [422] * 20 + [429]
    assert client.get("/staff/sign-in").status_code == 200
