"""Requests made ready beforehand and handed straight to a WSGI app: what is timed is the app."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final
from urllib.parse import urlencode

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder, run_wsgi_app

Environ = dict[str, Any]
_TOKEN: Final = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
_FORM: Final = "application/x-www-form-urlencoded"


def get(path: str, cookie: str = "") -> Environ:
    """As a browser asks that takes compressed pages."""
    headers = Headers({"Cookie": cookie, "Accept-Encoding": "gzip"})
    return EnvironBuilder(path=path, headers=headers).get_environ()


def post(path: str, fields: Mapping[str, str], cookie: str = "") -> Environ:
    headers = Headers({"Cookie": cookie, "Accept-Encoding": "gzip"})
    builder = EnvironBuilder(
        path=path, method="POST", data=urlencode(fields), content_type=_FORM, headers=headers
    )
    return builder.get_environ()


def send_all(app: Flask, environs: Iterable[Environ], expect: int) -> Callable[[], None]:
    """Work that sends each request once and looks at the status of each answer."""
    waiting = list(environs)

    def send() -> None:
        for environ in waiting:
            body, status, _headers = run_wsgi_app(app.wsgi_app, environ)
            for _part in body:
                pass
            if not status.startswith(str(expect)):
                raise RuntimeError(f"{environ['PATH_INFO']} was answered {status}")

    return send


def cookie_of(client: FlaskClient) -> str:
    """What the browser sends with each request."""
    name = client.application.config["SESSION_COOKIE_NAME"]
    cookie = client.get_cookie(name)
    if cookie is None:
        raise RuntimeError("nobody is signed in")
    return f"{name}={cookie.value}"


def token_in(page: str) -> str:
    """The CSRF token of the first form of a page."""
    found = _TOKEN.search(page)
    if found is None:
        raise RuntimeError("there is no form on this page")
    return found[1]
