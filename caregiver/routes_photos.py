"""A family's photos: look at them, send new ones."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from caregiver import blueprint
from caregiver.place import Place, place_of
from services import photos
from services.access import child_of, children_of
from services.photo_plan import next_due
from web.db import db
from web.forms import Filled, blank
from web.identity import current_actor
from web.photo_cards import PhotoCard, by_day, cards, with_neighbours
from web.photo_form import (
    PhotoForm,
    choices,
    first_values,
    next_view,
    read_photo_form,
    sent_files,
)
from web.photo_results import SentFile, lines, remember, remembered, status_of, with_refusals
from web.photo_upload import take_photos


@blueprint.get("/photos", endpoint="photos", defaults={"child": None})
@blueprint.get("/<uuid:child>/photos", endpoint="photos")
def photo_album(child: UUID | None) -> ResponseReturnValue:
    """All photos by day, the newest first. Without a child in the address: of the first one."""
    if child is None:
        return redirect(url_for("caregiver.photos", child=_first_child()), 303)
    place = place_of(child)
    due = next_due(place.session, place.child, place.protocol, now=place.now)
    return place.show("photos", days=by_day(_cards(place)), due=due)


@blueprint.route("/<uuid:child>/photos/new", methods=["GET", "POST"])
def new_photo(child: UUID) -> ResponseReturnValue:
    """Send one or several photos. Each is taken or refused by itself."""
    place = place_of(child, to_log=True)
    if request.method != "POST":
        last = photos.last_sent(place.session, place.child.id)
        chosen = first_values(place.protocol, last, request.args.get("view"))
        return _form(place, blank(chosen))
    filled = read_photo_form(place.protocol)
    if filled.form is None:
        return _form(place, filled), 422
    sent = take_photos(
        sent_files(),
        filled.form,
        place.actor,
        lambda session: child_of(session, place.actor, child, to_log=True),
    )
    return _answer(place, filled, filled.form, sent=sent)


@blueprint.get("/<uuid:child>/photos/sent")
def photos_sent(child: UUID) -> ResponseReturnValue:
    """What became of the photos just sent, one line each."""
    place = place_of(child)
    sent = remembered(place.child.public_id)
    if not sent:
        return redirect(url_for("caregiver.photos", child=child), 303)
    return _results(place, sent)


@blueprint.get("/<uuid:child>/photos/<uuid:photo>")
def photo(child: UUID, photo: UUID) -> str:
    """One photo, large, with the way to the one before and the one after it."""
    place = place_of(child)
    shown = with_neighbours(_cards(place), photo)
    if shown is None:
        abort(404)
    return place.show("photo", shown=shown)


def _answer(
    place: Place, filled: Filled[PhotoForm], form: PhotoForm, *, sent: Sequence[SentFile]
) -> ResponseReturnValue:
    match status_of(sent):
        case 303:
            remember(place.child.public_id, sent)
            return redirect(url_for("caregiver.photos_sent", child=place.child.public_id), 303)
        case 409:
            return _results(place, sent, form), 409
        case status:
            return _form(place, with_refusals(filled, sent)), status


def _form(place: Place, filled: Filled[Any]) -> str:
    return place.show(
        "photo_new",
        values=filled.values,
        errors=filled.errors,
        client_id=filled.client_id,
        **choices(place.protocol),
    )


def _results(place: Place, sent: Sequence[SentFile], form: PhotoForm | None = None) -> str:
    last = photos.last_sent(place.session, place.child.id)
    return place.show(
        "photos_sent",
        results=lines(sent, place.zone, form),
        next_view=next_view(place.protocol.photos.views, last),
    )


def _cards(place: Place) -> list[PhotoCard]:
    rows = photos.photos_of(place.session, place.child.id)
    return cards(rows, photos.senders(place.session, rows), place.timetables)


def _first_child() -> UUID:
    children = children_of(db.session(), current_actor())
    if not children:
        abort(404)
    return children[0].public_id
