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


def keep_catalogues(app: Flask) -> None:
    """Let pages and Python find words by one look instead of three."""
    domain = KeptCatalogue()
    app.extensions["babel"].instance.domain_instance = domain
    app.jinja_env.install_gettext_callables(
        gettext=lambda words: domain.get_translations().ugettext(words),
        ngettext=lambda one, many, n: domain.get_translations().ungettext(one, many, n),
        newstyle=True,
        pgettext=lambda context, words: domain.get_translations().upgettext(context, words),
        npgettext=lambda c, one, many, n: domain.get_translations().unpgettext(c, one, many, n),
    )
