"""Error summaries that name the fields: nine times "Please fill this in." helps nobody.

A summary stands above its fields and is printed before them. It leaves a gap for each name; the
fields note their labels as they are printed, and the gaps are filled when the page is complete.
"""

import re
from typing import Final

from flask import Flask, g
from flask_babel import gettext
from markupsafe import Markup, escape

# text that people typed never looks like this: templates escape it
_GAP: Final = re.compile(r"<!--field:([\w-]+)-->")


def init_app(app: Flask) -> None:
    app.add_template_global(note_label)
    app.add_template_filter(name_fields)


def note_label(name: str, label: str) -> str:
    """A field is printed under this label; the first label of a name counts. Prints nothing."""
    _labels().setdefault(name, str(label))
    return ""


def name_fields(page: str) -> Markup:
    """The page with all gaps filled; a field that nobody printed stays without a name."""
    return Markup(_GAP.sub(lambda gap: _prefix(gap[1]), page))  # noqa: S704 - came out of a template


def _prefix(name: str) -> str:
    label = _labels().get(name)
    return "" if label is None else str(escape(gettext("%(field)s: ", field=label)))


def _labels() -> dict[str, str]:
    if "field_labels" not in g:
        g.field_labels = {}
    labels: dict[str, str] = g.field_labels
    return labels
