"""Bodies and methods that are not as described: refused with the right status, never a crash."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.body import LARGEST_JSON
from config import Environment, Settings
from machine import API, Study, a_dose_said, is_problem, text_of


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"given_ml": NaN}',
        b'{"given_ml": ' + b"9" * 10_000 + b"}",
    ],
    ids=["nothing", "cut", "no text", "nested", "NaN", "digits"],
)
def test_what_is_no_json_is_said_to_be_none(
    machine: FlaskClient, study: Study, body: bytes
) -> None:
    answer = machine.post(study.path("/doses"), data=body, content_type="application/json")
    assert is_problem(answer, 400, "not_json")


@pytest.mark.parametrize("body", [b"[]", b"null", b'"text"', b"1"])
def test_json_that_is_no_object_is_refused(machine: FlaskClient, study: Study, body: bytes) -> None:
    answer = machine.post(study.path("/doses"), data=body, content_type="application/json")
    assert answer.status_code == 422
    assert answer.get_json()["errors"]["body"][0]["code"] == "not_an_object"


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", None])
def test_a_body_of_another_kind_is_refused(
    machine: FlaskClient, study: Study, kind: str | None
) -> None:
    answer = machine.post(study.path("/doses"), data=text_of(a_dose_said()), content_type=kind)
    assert is_problem(answer, 415, "unsupported_media_type")


@pytest.mark.parametrize(("room", "status"), [(0, 201), (1, 413)])
def test_json_has_a_largest_size(
    machine: FlaskClient, study: Study, room: int, status: int
) -> None:
    body = text_of(a_dose_said()).encode()
    padded = body + b" " * (LARGEST_JSON - len(body) + room)
    answer = machine.post(study.path("/doses"), data=padded, content_type="application/json")
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("method", "below", "allowed"),
    [
        ("DELETE", "/doses", {"POST", "OPTIONS"}),
        ("PUT", "/levels", {"GET", "HEAD", "POST", "OPTIONS"}),
        ("PATCH", "", {"GET", "HEAD", "OPTIONS"}),
    ],
)
def test_a_method_that_is_not_offered_says_which_are(
    machine: FlaskClient, study: Study, method: str, below: str, allowed: set[str]
) -> None:
    answer = machine.open(study.path(below), method=method)
    assert is_problem(answer, 405, "method_not_allowed")
    assert {name.strip() for name in answer.headers["Allow"].split(",")} == allowed


def test_an_address_that_does_not_exist_is_a_problem_too(machine: FlaskClient) -> None:
    assert is_problem(machine.get(f"{API}/nothing"), 404, "not_found")
    assert is_problem(machine.get(f"{API}/children/1"), 404, "not_found")


def test_a_program_that_runs_wild_is_stopped_and_told_until_when(
    new_app: Callable[[Settings], Flask], settings: Settings, study: Study
) -> None:
    wild = new_app(replace(settings, env=Environment.DEVELOPMENT)).test_client()
    asked = [wild.get(study.path()).status_code for _ in range(600)]
    stopped = wild.get(study.path())
    assert set(asked) == {401}
    assert is_problem(stopped, 429, "too_many_requests")
    assert int(stopped.headers["Retry-After"]) > 0


def test_nothing_that_is_answered_is_kept_on_the_way(machine: FlaskClient, study: Study) -> None:
    assert "no-store" in machine.get(study.path()).headers["Cache-Control"]
