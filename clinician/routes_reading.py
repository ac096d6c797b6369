"""Masked reading: a pair at a time, left and right, and nothing that tells which is which.

These pages and pictures name the task and nothing else: no child, day, order or file, neither in
the address nor in a header, and no browser or proxy keeps them. They never use the photo's own
address (web/routes_photos.py), which would match from one pair to the next.
"""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from flask import Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from clinician import blueprint
from clinician.reading_words import ANSWERS
from clinician.work_words import options
from domain.masked_answers import Comparison
from photos.media import MediaType
from photos.storage import PhotoMissingError
from services import masked_reading as reading_room
from services.errors import RefusedError
from services.masked_reading import SaidReading, Side
from web.db import db
from web.fields import Choice, Words
from web.forms import Filled, WriteSchema, blank, read_form
from web.identity import current_actor
from web.logs import log
from web.parts import now, parts
from web.sentences import sentence

_LONGEST_NOTE: Final = 500
_LOCKED: Final = "reading_is_locked"


class ReadingSchema(WriteSchema):
    answer = Choice(Comparison, required=True)
    note = Words(longest=_LONGEST_NOTE, load_default=None)


@dataclass(frozen=True, slots=True)
class ReadingForm:
    client_id: UUID
    answer: Comparison
    note: str | None


@blueprint.get("/reading")
def reading() -> str:
    """The reader's own list: how far it is, and the next pair."""
    desk = reading_room.reading_desk(db.session(), current_actor())
    page: str = render_template("clinician/reading_desk.html", section="reading", desk=desk)
    return page


@blueprint.get("/reading/<uuid:task>")
def read_pair(task: UUID) -> ResponseReturnValue:
    """Two pictures and one question. What is locked is not shown again."""
    try:
        reading_room.open_task(db.session(), current_actor(), task)
    except RefusedError as refused:
        return _back(refused)
    return _page(task, blank())


@blueprint.post("/reading/<uuid:task>")
def answer_pair(task: UUID) -> ResponseReturnValue:
    """Lock the answer and go on to the next pair."""
    filled = read_form(ReadingSchema(), ReadingForm)
    session, actor = db.session(), current_actor()
    if filled.form is None:
        try:
            reading_room.open_task(session, actor, task)
        except RefusedError as refused:
            return _back(refused)
        return _page(task, filled), 422
    form = filled.form
    said = SaidReading(form.client_id, form.answer, form.note)
    try:
        reading_room.answer(session, actor, task, said, now=now())
    except RefusedError as refused:
        return _back(refused)
    session.commit()
    following = reading_room.reading_desk(session, actor).following
    flash(_("Your answer is locked."), "success")
    if following is None:
        return redirect(url_for("clinician.reading"), 303)
    return redirect(url_for("clinician.read_pair", task=following.public_id), 303)


@blueprint.get("/reading/<uuid:task>/<any(left,right):side>")
def reading_picture(task: UUID, side: str) -> Response:
    """The copy for display, which holds no metadata and is a JPEG whatever was sent."""
    try:
        key = reading_room.picture_key(db.session(), current_actor(), task, Side(side))
    finally:
        db.session.commit()  # the store may be slow, and a connection is not to wait for it
    try:
        content = parts().photo_store.get(key)
    except PhotoMissingError:
        log.error("reading_picture_missing", task=str(task))
        raise
    response = Response(content, mimetype=MediaType.JPEG)
    response.headers["Cache-Control"] = "no-store"
    return response


def _back(refused: RefusedError) -> ResponseReturnValue:
    """To the list with the reason, where the pair was answered already."""
    if refused.code != _LOCKED:
        raise refused
    flash(sentence(refused.code), "info")
    return redirect(url_for("clinician.reading"), 303)


def _page(task: UUID, filled: Filled[Any]) -> str:
    page: str = render_template(
        "clinician/reading_pair.html",
        section="reading",
        task=task,
        desk=reading_room.reading_desk(db.session(), current_actor()),
        answers=options(ANSWERS),
        values=filled.values,
        errors=filled.errors,
        client_id=filled.client_id,
    )
    return page
