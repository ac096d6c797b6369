"""In which language a request is answered."""

from flask import Flask, g, has_request_context, request
from flask_babel import Babel

from web.catalogue import keep_catalogues
from web.identity import signed_in

LOCALES = ("zh", "en")
COOKIE = "locale"


def init_i18n(app: Flask) -> None:
    app.config["BABEL_DEFAULT_LOCALE"] = LOCALES[0]
    Babel(app, locale_selector=select_locale)
    keep_catalogues(app)


def select_locale() -> str:
    """The account's language, else the one chosen on this device, else the browser's, else zh."""
    if not has_request_context():
        return LOCALES[0]
    if "locale" not in g:
        g.locale = _locale_of_request()
    chosen: str = g.locale
    return chosen


def _locale_of_request() -> str:
    account = signed_in()
    for wanted in (account.locale if account else None, request.cookies.get(COOKIE)):
        if wanted in LOCALES:
            return wanted
    return request.accept_languages.best_match(LOCALES) or LOCALES[0]
