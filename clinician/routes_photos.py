"""A child's photos at the clinic: compare, look through, set aside, add."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from clinician import blueprint
from clinician.place import Place, place_of
from clinician.presenters_photos import by_view, pairs
from services import photos
from services.access import Permission, participant_at_site
from web.fields import Words
from web.forms import Filled, FormSchema, blank, read_form
from web.photo_cards import PhotoCard, cards, with_neighbours
from web.photo_form import PhotoForm, choices, first_values, read_photo_form, sent_files
from web.photo_results import SentFile, lines, remember, remembered, status_of, with_refusals
from web.photo_upload import take_photos

_PHOTOS = "/participants/<uuid:participant>/photos"


class ReasonSchema(FormSchema):
    reason = Words(required=True, longest=200)


@dataclass(frozen=True, slots=True)
class ReasonForm:
    reason: str


@blueprint.get(_PHOTOS, endpoint="photos")
def photo_page(participant: UUID) -> str:
    """For each view: the first photo beside the newest; below, all of them."""
    place = place_of(participant)
    shown, views = _cards(place), place.protocol.photos.views
    return _show(place, "photos", pairs=pairs(shown, views), groups=by_view(shown, views))


@blueprint.get(f"{_PHOTOS}/<uuid:photo>")
def photo(participant: UUID, photo: UUID) -> str:
    """One photo, large, with the form that sets it aside."""
    return _photo(place_of(participant), photo, blank())


@blueprint.post(f"{_PHOTOS}/<uuid:photo>/unusable")
def mark_photo(participant: UUID, photo: UUID) -> ResponseReturnValue:
    """Set a photo aside, with the reason; it stays visible."""
    place = place_of(participant, Permission.PHOTOS)
    row = photos.photo_of(place.session, place.child.id, photo)
    filled = read_form(ReasonSchema(), ReasonForm)
    if filled.form is None:
        return _photo(place, photo, filled), 422
    photos.mark_unusable(place.session, place.actor, row, filled.form.reason, now=place.now)
    place.session.commit()
    return redirect(url_for("clinician.photo", participant=participant, photo=photo), 303)


@blueprint.post(f"{_PHOTOS}/<uuid:photo>/usable")
def unmark_photo(participant: UUID, photo: UUID) -> ResponseReturnValue:
    """Take the mark back."""
    place = place_of(participant, Permission.PHOTOS)
    row = photos.photo_of(place.session, place.child.id, photo)
    photos.mark_usable(place.session, place.actor, row, now=place.now)
    place.session.commit()
    return redirect(url_for("clinician.photo", participant=participant, photo=photo), 303)


@blueprint.route(f"{_PHOTOS}/new", methods=["GET", "POST"])
def new_photo(participant: UUID) -> ResponseReturnValue:
    """Photos taken at the clinic, one or several."""
    place = place_of(participant, Permission.PHOTOS)
    if request.method != "POST":
        last = photos.last_sent(place.session, place.child.id)
        return _form(place, blank(first_values(place.protocol, last, request.args.get("view"))))
    filled = read_photo_form(place.protocol)
    if filled.form is None:
        return _form(place, filled), 422
    sent = take_photos(
        sent_files(),
        filled.form,
        place.actor,
        lambda session: participant_at_site(session, place.actor, participant, Permission.PHOTOS),
    )
    return _answer(place, filled, filled.form, sent=sent)


@blueprint.get(f"{_PHOTOS}/sent")
def photos_sent(participant: UUID) -> ResponseReturnValue:
    """What became of the photos just sent."""
    place = place_of(participant, Permission.PHOTOS)
    sent = remembered(place.child.public_id)
    if not sent:
        return redirect(url_for("clinician.photos", participant=participant), 303)
    return _results(place, sent)


def _answer(
    place: Place, filled: Filled[PhotoForm], form: PhotoForm, *, sent: Sequence[SentFile]
) -> ResponseReturnValue:
    match status_of(sent):
        case 303:
            remember(place.child.public_id, sent)
            child = place.child.public_id
            return redirect(url_for("clinician.photos_sent", participant=child), 303)
        case 409:
            return _results(place, sent, form), 409
        case status:
            return _form(place, with_refusals(filled, sent)), status


def _photo(place: Place, photo_id: UUID, filled: Filled[Any]) -> str:
    shown = with_neighbours(_cards(place), photo_id)
    if shown is None:
        abort(404)
    return _show(place, "photo", shown=shown, values=filled.values, errors=filled.errors)


def _form(place: Place, filled: Filled[Any]) -> str:
    return _show(
        place,
        "photo_new",
        values=filled.values,
        errors=filled.errors,
        client_id=filled.client_id,
        **choices(place.protocol),
    )


def _results(place: Place, sent: Sequence[SentFile], form: PhotoForm | None = None) -> str:
    return _show(place, "photos_sent", results=lines(sent, place.zone, form))


def _show(place: Place, name: str, **context: object) -> str:
    return place.show(
        name,
        "photos",
        may_add=place.may(Permission.PHOTOS),
        may_have_read=place.may(Permission.MANAGE_READINGS),
        **context,
    )


def _cards(place: Place) -> list[PhotoCard]:
    rows = photos.photos_of(place.session, place.child.id)
    return cards(rows, photos.senders(place.session, rows), place.timetables)
