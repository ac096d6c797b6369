"""What a person does with a matter, and the story of all matters of a child."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from clinician import blueprint
from clinician.place import Place, place_of
from clinician.presenters_matters import matters_page
from clinician.routes_worklist import worklist_page
from services import alert_acts as acts
from services.access import Permission
from services.alert_acts import Acknowledgement, AlertOutcome, HandOver, Scene
from services.errors import RefusedError
from services.review_since import mark_reviewed
from web.fields import Choice, Ident, Words
from web.forms import Filled, FormSchema, WriteSchema, blank, read_form
from web.parts import parts


class MatterSchema(FormSchema):
    key = Words(required=True, longest=160)
    # where the form stood: the worklist, or the child's own page of matters
    back = Words(longest=8, load_default="")


class AcknowledgeSchema(MatterSchema):
    outcome = Choice(AlertOutcome, required=True)
    note = Words(longest=500, load_default="")


class HandOverSchema(MatterSchema):
    to = Ident(required=True)
    note = Words(longest=500, load_default="")


class NoteSchema(MatterSchema):
    note = Words(required=True, longest=500)


@dataclass(frozen=True, slots=True)
class MatterForm:
    key: str
    back: str


@dataclass(frozen=True, slots=True)
class AcknowledgeForm:
    key: str
    back: str
    outcome: AlertOutcome
    note: str


@dataclass(frozen=True, slots=True)
class HandOverForm:
    key: str
    back: str
    to: UUID
    note: str


@dataclass(frozen=True, slots=True)
class NoteForm:
    key: str
    back: str
    note: str


@dataclass(frozen=True, slots=True)
class ReviewForm:
    client_id: UUID


@blueprint.get("/participants/<uuid:participant>/matters")
def matters(participant: UUID) -> str:
    """Every matter of the child with its story; `?key=…` opens one."""
    return _page(place_of(participant), blank())


@blueprint.post("/participants/<uuid:participant>/matters")
def acknowledge(participant: UUID) -> ResponseReturnValue:
    """End a matter with its outcome."""
    place = place_of(participant, Permission.RECORD)
    filled = read_form(AcknowledgeSchema(), AcknowledgeForm)
    if filled.form is None:
        return _again(place, filled), 422
    form = filled.form
    try:
        acts.acknowledge(
            place.session,
            place.actor,
            place.child,
            form.key,
            said=Acknowledgement(form.outcome, form.note),
            protocols=parts().protocols,
            now=place.now,
        )
    except RefusedError as error:
        return _again(place, filled.refused(error)), 422
    return _done(place)


@blueprint.post("/participants/<uuid:participant>/matters/take")
def take_matter(participant: UUID) -> ResponseReturnValue:
    """ "I do it"."""
    place = place_of(participant, Permission.RECORD)
    filled = read_form(MatterSchema(), MatterForm)
    if filled.form is None:
        return _again(place, filled), 422
    try:
        acts.take(place.session, _scene(place, filled.form.key))
    except RefusedError as error:
        return _again(place, filled.refused(error)), 422
    return _done(place)


@blueprint.post("/participants/<uuid:participant>/matters/hand-over")
def hand_over_matter(participant: UUID) -> ResponseReturnValue:
    """Give it to a colleague of the site."""
    place = place_of(participant, Permission.RECORD)
    filled = read_form(HandOverSchema(), HandOverForm)
    if filled.form is None:
        return _again(place, filled), 422
    form = filled.form
    try:
        acts.hand_over(place.session, _scene(place, form.key), HandOver(form.to, form.note))
    except RefusedError as error:
        return _again(place, filled.refused(error)), 422
    return _done(place)


@blueprint.post("/participants/<uuid:participant>/matters/note")
def note_matter(participant: UUID) -> ResponseReturnValue:
    """Keep some words without ending it."""
    place = place_of(participant, Permission.RECORD)
    filled = read_form(NoteSchema(), NoteForm)
    if filled.form is None:
        return _again(place, filled), 422
    form = filled.form
    try:
        acts.add_note(place.session, _scene(place, form.key), form.note)
    except RefusedError as error:
        return _again(place, filled.refused(error)), 422
    return _done(place)


@blueprint.post("/participants/<uuid:participant>/matters/reopen")
def reopen_matter(participant: UUID) -> ResponseReturnValue:
    """Make an answered matter wait again."""
    place = place_of(participant, Permission.RECORD)
    filled = read_form(NoteSchema(), NoteForm)
    if filled.form is None:
        return _again(place, filled), 422
    form = filled.form
    try:
        acts.reopen(place.session, _scene(place, form.key), form.note)
    except RefusedError as error:
        return _again(place, filled.refused(error)), 422
    return _done(place)


@blueprint.post("/participants/<uuid:participant>/reviewed")
def mark_participant_reviewed(participant: UUID) -> ResponseReturnValue:
    """The reader has seen everything of this child up to now."""
    place = place_of(participant)
    filled = read_form(WriteSchema(), ReviewForm)
    if filled.form is None:
        return _page(place, filled), 422
    client_id = filled.form.client_id
    mark_reviewed(place.session, place.actor, place.child, client_id=client_id, now=place.now)
    place.session.commit()
    return redirect(url_for("clinician.participant", participant=participant), 303)


def _scene(place: Place, key: str) -> Scene:
    return Scene(place.actor, place.child, key, parts().protocols, place.now)


def _done(place: Place) -> ResponseReturnValue:
    place.session.commit()
    if request.form.get("back") == "matters":
        return redirect(url_for("clinician.matters", participant=place.child.public_id), 303)
    return redirect(url_for("clinician.worklist"), 303)


def _again(place: Place, filled: Filled[Any]) -> str:
    """The page that the form stood on, with what was typed."""
    place.session.rollback()
    if request.form.get("back") == "matters":
        return _page(place, filled)
    return worklist_page(filled)


def _page(place: Place, filled: Filled[Any]) -> str:
    return place.show(
        "matters",
        "matters",
        values=filled.values,
        errors=filled.errors,
        **matters_page(place),
    )
