"""What every answer tells the browser."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from config import Settings
from factories import a_carer, sign_in_carer


@pytest.mark.parametrize("path", ["/sign-in", "/healthz", "/nowhere"])
def test_pages_load_nothing_from_elsewhere_and_are_framed_by_nobody(
    client: FlaskClient, path: str
) -> None:
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


def test_the_word_for_scripts_is_new_for_every_answer(client: FlaskClient) -> None:
    policies = {client.get("/healthz").headers["Content-Security-Policy"] for _ in range(3)}
    nonces = {re.findall(r"'nonce-([^']{20,})'", policy)[0] for policy in policies}
    assert len(nonces) == 3


def test_nobody_keeps_a_page_behind_a_sign_in(client: FlaskClient, session: Session) -> None:
    sign_in_carer(client, a_carer(session))
    assert client.get("/diary/").headers["Cache-Control"] == "no-store"


def test_nobody_keeps_a_form(client: FlaskClient) -> None:
    assert client.get("/sign-in").headers["Cache-Control"] == "no-store"


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(
    client: FlaskClient,
) -> None:
    cookie = client.get("/sign-in").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


def test_over_https_cookies_and_browsers_stay_with_https(
    new_app: Callable[[Settings], Flask], settings: Settings
) -> None:
    app = new_app(replace(settings, public_url="https://study.example"))
    answer = app.test_client().get("/sign-in")
    assert "Secure" in answer.headers["Set-Cookie"]
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")


def test_over_http_nothing_is_promised_about_https(client: FlaskClient) -> None:
    assert "Strict-Transport-Security" not in client.get("/sign-in").headers


@pytest.mark.parametrize(("hops", "seen"), [(0, "127.0.0.1"), (1, "203.0.113.9")])
def test_the_address_a_proxy_names_counts_only_when_proxies_are_trusted(
    new_app: Callable[[Settings], Flask], settings: Settings, hops: int, seen: str
) -> None:
    app = new_app(replace(settings, trusted_proxy_hops=hops))
    addresses: list[str | None] = []
    app.before_request(lambda: addresses.append(request.remote_addr))
    app.test_client().get("/", headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.9"})
    assert addresses == [seen]
