"""Response headers: what a page may load, where it may be shown, and that nobody keeps it."""

import secrets

from flask import Flask, Response, g, request
from flask_login import current_user

from web.parts import parts

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=(), payment=(), usb=()",
}
_ONE_YEAR = 31_536_000


def init_headers(app: Flask) -> None:
    app.after_request(add_headers)
    app.jinja_env.globals["csp_nonce"] = csp_nonce  # pyright: ignore[reportArgumentType]  # a function is what a template calls


def csp_nonce() -> str:
    """The word that lets a script of this page run; new for every request."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    nonce: str = g.csp_nonce
    return nonce


def add_headers(response: Response) -> Response:
    for name, value in _ALWAYS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Content-Security-Policy", _policy())
    if parts().settings.is_https:
        response.headers["Strict-Transport-Security"] = f"max-age={_ONE_YEAR}; includeSubDomains"
    if request.endpoint != "static" and _is_somebodys():
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def _is_somebodys() -> bool:
    """Pages behind a sign-in, and those with a form whose token belongs to one person."""
    return bool(current_user.is_authenticated) or "csrf_token" in g


def _policy() -> str:
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' 'nonce-{csp_nonce()}'",
            "style-src 'self'",
            # blob: a photo is shown before it is sent
            "img-src 'self' data: blob:",
            "media-src 'self' blob:",
            "font-src 'self'",
            "connect-src 'self'",
            "worker-src 'self'",
            "manifest-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )
