"""The pictures themselves, for everybody who may see the child."""

from typing import Final
from uuid import UUID

from flask import Flask, Response, request

from models.photo import Photo
from photos.media import MediaType
from photos.storage import PhotoMissingError
from services.photos import seen_photo
from web.db import db
from web.identity import current_actor
from web.logs import log
from web.parts import parts

# Only this person's browser keeps a copy, and asks again after a day. Flask adds Vary: Cookie, so
# a copy is of no use to the next person at the same desk.
_KEPT_FOR: Final = "private, max-age=86400"


def init_photos(app: Flask) -> None:
    app.add_url_rule(
        "/photos/<uuid:photo_id>/<any(thumbnail,display,original):size>",
        endpoint="web.photo_file",
        view_func=photo_file,
    )


def photo_file(photo_id: UUID, size: str) -> Response:
    """One size of a photo; `original` is offered for saving. 404 for photos of other children."""
    photo = seen_photo(db.session(), current_actor(), photo_id)
    db.session.commit()  # the store may be slow, and a connection is not to wait for it
    response = Response()
    response.set_etag(f"{photo.sha256}-{size}")
    if not request.if_none_match.contains(f"{photo.sha256}-{size}"):
        response.set_data(_content(photo, size))
    response.mimetype = photo.media_type if size == "original" else MediaType.JPEG
    response.headers["Cache-Control"] = _KEPT_FOR
    if size == "original":
        response.headers.set("Content-Disposition", "attachment", filename=_file_name(photo))
    response.make_conditional(request)
    return response


def _content(photo: Photo, size: str) -> bytes:
    keys = {
        "thumbnail": photo.thumbnail_key,
        "display": photo.display_key,
        "original": photo.original_key,
    }
    try:
        return parts().photo_store.get(keys[size])
    except PhotoMissingError:
        log.error("photo_missing", photo=photo.id, size=size)
        raise


def _file_name(photo: Photo) -> str:
    """Day and a piece of the id: a download folder is seen by others."""
    ending = photo.original_key.rpartition(".")[2]
    return f"{photo.shown_on.isoformat()}-{photo.public_id.hex[:8]}.{ending}"
