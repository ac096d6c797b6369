"""The form that photos come in with, for the family's phone and the clinic's desk."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import request
from werkzeug.datastructures import FileStorage

from domain.protocol import Protocol
from models.photo import Photo
from services.errors import RefusedError
from services.photo_rows import SaidPhoto
from web.fields import Words
from web.forms import Filled, WriteSchema, read_form
from web.photo_words import site_cards, view_cards, view_word

FILES: Final = "photo"
MOST_FILES: Final = 10


class PhotoSchema(WriteSchema):
    view = Words(required=True, longest=24)
    body_site = Words(required=True, longest=24)
    note = Words(longest=500, load_default=None)


@dataclass(frozen=True, slots=True)
class PhotoForm:
    """What is said of all photos of one form. Each file gets an id of its own from its bytes, so
    that the same form sent twice, with a file more or less, keeps every photo once."""

    client_id: uuid.UUID
    view: str
    body_site: str
    note: str | None

    def said_of(self, sha256: str, channel: str) -> SaidPhoto:
        own_id = uuid.uuid5(self.client_id, sha256)
        return SaidPhoto(own_id, self.view, self.body_site, self.note, channel)


def read_photo_form(protocol: Protocol) -> Filled[PhotoForm]:
    """The posted form; whether there are files is an error of the form like any other."""
    filled = read_form(PhotoSchema(), PhotoForm)
    form = filled.form
    if form is not None and form.view not in protocol.photos.views:
        filled = filled.refused(RefusedError("unknown_view", field="view"))
    if form is not None and form.body_site not in protocol.photos.body_sites:
        filled = filled.refused(RefusedError("unknown_body_site", field="body_site"))
    count = len(sent_files())
    if count == 0:
        return filled.refused(RefusedError("no_photo", field=FILES))
    if count > MOST_FILES:
        return filled.refused(RefusedError("too_many_photos", field=FILES, most=MOST_FILES))
    return filled


def sent_files() -> list[FileStorage]:
    """The chosen files; a browser sends one without a name when none was chosen."""
    return [file for file in request.files.getlist(FILES) if file.filename]


def first_values(protocol: Protocol, last: Photo | None, view: str | None) -> Mapping[str, str]:
    """What a fresh form has chosen already: the view asked for, and the site of the last photo."""
    views = protocol.photos.views
    remembered = last.view if last is not None and last.view in views else views[0]
    return {
        "view": view if view in views else remembered,
        "body_site": "" if last is None else last.body_site,
    }


def next_view(views: Sequence[str], last: Photo | None) -> tuple[str, str] | None:
    """Code and word of the view to photograph after the last one, or None after all of them."""
    if last is None or last.view not in views[:-1]:
        return None
    code = views[views.index(last.view) + 1]
    return code, view_word(code)


def choices(protocol: Protocol) -> Mapping[str, Any]:
    """What the template of the form needs beside its values."""
    return {
        "views": view_cards(protocol.photos.views),
        "body_sites": site_cards(protocol.photos.body_sites),
        "most_files": MOST_FILES,
    }
