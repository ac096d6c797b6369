"""A form of another site is not accepted, one of ours is, even after a long night."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from plugins.app import FakeClock


@pytest.fixture
def guarded(app: Flask) -> FlaskClient:
    app.config["WTF_CSRF_ENABLED"] = True
    return app.test_client()


def token_on(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found is not None
    return found.group(1)


@pytest.mark.parametrize("path", ["/sign-in", "/staff/sign-in", "/sign-out", "/language"])
def test_a_post_without_the_token_is_refused(guarded: FlaskClient, path: str) -> None:
    answer = guarded.post(path, data={"phone": "13800138000"}, headers={"Accept-Language": "en"})
    assert answer.status_code == 400
    assert "open the page again" in answer.get_data(as_text=True)


def test_a_form_left_open_over_night_is_accepted(guarded: FlaskClient, clock: FakeClock) -> None:
    token = token_on(guarded.get("/sign-in").get_data(as_text=True))
    clock.advance(hours=10)
    answer = guarded.post("/sign-in", data={"phone": "13800138000", "csrf_token": token})
    assert answer.status_code == 303


def test_the_token_of_another_browser_is_refused(app: Flask, guarded: FlaskClient) -> None:
    other = app.test_client()
    token = token_on(other.get("/sign-in").get_data(as_text=True))
    guarded.get("/sign-in")
    answer = guarded.post("/sign-in", data={"phone": "13800138000", "csrf_token": token})
    assert answer.status_code == 400


def test_a_script_may_send_the_token_in_a_header(guarded: FlaskClient) -> None:
    token = token_on(guarded.get("/sign-in").get_data(as_text=True))
    headers = {"X-CSRFToken": token}
    assert guarded.post("/language", data={"locale": "en"}, headers=headers).status_code == 303
