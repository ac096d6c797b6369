"""Cross-site request forgery: each form carries a token of its session.

Checked in one place (web/access.py), so that machines with a token and signed webhooks, which have
no session to abuse, need no exceptions scattered over their views.
"""

from flask import Flask, current_app, request
from flask_wtf import CSRFProtect

protection = CSRFProtect()
_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


def init_csrf(app: Flask) -> None:
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    # a form left open over night must still be accepted: the token ends with its session
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    # the address is compared only where a proxy may hide http: our cookies are SameSite already
    app.config["WTF_CSRF_SSL_STRICT"] = False
    protection.init_app(app)


def check() -> None:
    """Raises flask_wtf.csrf.CSRFError (400) when a writing request lacks its token."""
    if request.method not in _SAFE and current_app.config["WTF_CSRF_ENABLED"]:
        protection.protect()
