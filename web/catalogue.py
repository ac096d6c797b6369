"""Words of the catalogue, found quickly: Flask-Babel looks for the catalogue anew for each word.

A page says some hundred words, so the catalogue is found once a request and kept where
`force_locale` of Flask-Babel puts it aside.
"""

from types import SimpleNamespace
from typing import Any

from flask import Flask, g
from flask_babel import Domain


class KeptCatalogue(Domain):
    """The words of one request, or of one `with force_locale(…)`."""

    def get_translations(self) -> Any:
        """Flask-Babel's own answer, found once."""
        try:
            kept: SimpleNamespace | None = g.get("_flask_babel")
        except RuntimeError:  # no request and no app: nobody's language
            return super().get_translations()
        found = getattr(kept, "babel_translations", None)
        if found is None:
            found = super().get_translations()
            g.get("_flask_babel").babel_translations = found
        return found

    def one(self, words: str) -> str:
        return str(self.get_translations().ugettext(words))

    def many(self, one: str, many: str, number: int) -> str:
        return str(self.get_translations().ungettext(one, many, number))

    def one_in(self, context: str, words: str) -> str:
        return str(self.get_translations().upgettext(context, words))

    def many_in(self, context: str, one: str, many: str, number: int) -> str:
        return str(self.get_translations().unpgettext(context, one, many, number))


def keep_catalogues(app: Flask) -> None:
    """Let pages and Python find words by one look instead of three."""
    words = KeptCatalogue()
    app.extensions["babel"].instance.domain_instance = words
    # the i18n extension of Jinja puts this method there when it is loaded
    environment: Any = app.jinja_env
    environment.install_gettext_callables(
        gettext=words.one,
        ngettext=words.many,
        newstyle=True,
        pgettext=words.one_in,
        npgettext=words.many_in,
    )
