"""Photographs: what is known of them, their files, and taking one in."""

import uuid
from collections.abc import Mapping
from typing import Any

from flask import Response

from api.access import actor_here, child_here
from api.blueprint import blueprint, refusals, writes
from api.body import MULTIPART
from api.schemas_photos import PhotoSchema, SaidPhotoSchema, Size
from api.schemas_results import listed
from models.photo import Photo
from photos.images import ingest
from photos.limits import PhotoLimits
from photos.media import MediaType
from services.photo_files import discard_unless_kept, files_of
from services.photo_rows import SaidPhoto
from services.photos import add_photo as keep_photo
from services.photos import check_said, photo_of, photos_of
from web.db import db, finish_reading
from web.parts import now, parts

ITEMS = listed(PhotoSchema)


@blueprint.route("/children/<uuid:child>/photos", tags=["Photos"])
@blueprint.response(200, ITEMS)
@refusals(404)
def list_photos(child: uuid.UUID) -> Mapping[str, tuple[Photo, ...]]:
    """List photos, the newest day first."""
    return {"items": photos_of(db.session(), child_here(child).id)}


@blueprint.route(
    "/children/<uuid:child>/photos/<uuid:photo>/<any(original, display, thumbnail):size>",
    tags=["Photos"],
)
@blueprint.response(200, {"type": "string", "format": "binary"}, content_type="image/*")
@refusals(404, 503)
def show_photo(child: uuid.UUID, photo: uuid.UUID, size: str) -> Response:
    """Fetch a file of a photo.

    The original has the pixels as they came and no metadata; the two smaller ones are JPEG.
    """
    row = photo_of(db.session(), child_here(child).id, photo)
    files = files_of(row)
    is_original = Size(size) is Size.ORIGINAL
    mimetype = row.media_type if is_original else MediaType.JPEG.value
    response = Response(parts().photo_store.get(getattr(files, size)), mimetype=mimetype)
    response.headers["Cache-Control"] = "private, no-store"
    return response


@blueprint.route("/children/<uuid:child>/photos", methods=["POST"], tags=["Photos"])
@blueprint.arguments(SaidPhotoSchema, location="files", content_type=MULTIPART)
@blueprint.response(201, PhotoSchema)
@blueprint.alt_response(200, schema=PhotoSchema, description="It came before.")
@refusals(503)
@writes
def add_photo(body: dict[str, Any], child: uuid.UUID) -> tuple[Photo, int]:
    """Add a photo.

    It is turned upright and freed of metadata, the place where it was taken among it. The same
    `client_id` with another picture answers 409.
    """
    participant = child_here(child)
    protocol = parts().protocols[participant.protocol_key]
    data = body.pop("photo")
    actor = actor_here(is_offline=body.pop("offline"))
    said = SaidPhoto(channel=actor.channel, **body)
    check_said(said, protocol)
    # nobody shall wait for the database while a large picture is decoded
    finish_reading()
    ingested = ingest(data, PhotoLimits(max_bytes=parts().settings.max_photo_bytes))
    row, is_new = keep_photo(
        db.session(),
        actor,
        participant,
        said,
        ingested=ingested,
        store=parts().photo_store,
        protocol=protocol,
        now=now(),
    )
    _commit(row)
    return row, 201 if is_new else 200


def _commit(row: Photo) -> None:
    """Files of a row that the database did not keep are removed."""
    files = files_of(row)
    try:
        db.session.commit()
    except Exception:
        db.session.rollback()
        discard_unless_kept(db.session(), parts().photo_store, files)
        raise
