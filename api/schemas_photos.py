"""Photos as they travel."""

from enum import StrEnum

from marshmallow import Schema

from api.fields import Count, Day, Ident, Instant, Upload, Words, YesNo, YesNoInForm
from api.schemas import WriteSchema


class Size(StrEnum):
    """Which of a photo's three files: as it came (without metadata), 2048 px, or 320 px."""

    ORIGINAL = "original"
    DISPLAY = "display"
    THUMBNAIL = "thumbnail"


class SaidPhotoSchema(WriteSchema):
    """A photo, with its view and the site of the body as the protocol names them."""

    photo = Upload(required=True, metadata={"description": "JPEG, PNG, WebP, HEIC or AVIF"})
    view = Words(required=True, longest=24)
    body_site = Words(required=True, longest=24)
    note = Words(load_default=None, longest=500)
    offline = YesNoInForm(
        load_default=False, metadata={"description": "taken without network, sent later"}
    )


class PhotoSchema(Schema):
    """What is known of a photo; its files lie below its address."""

    id = Ident(attribute="public_id", required=True)
    client_id = Ident(required=True)
    view = Words(required=True)
    body_site = Words(required=True)
    shown_on = Day(required=True, metadata={"description": "the local day it belongs to"})
    note = Words(required=True, allow_none=True)
    position_removed = YesNo(required=True)
    sha256 = Words(required=True, metadata={"description": "of the bytes that arrived"})
    byte_count = Count(least=0, most=2**53, required=True)
    media_type = Words(required=True)
    width = Count(least=1, most=2**31, required=True)
    height = Count(least=1, most=2**31, required=True)
    received_at = Instant(required=True)
    channel = Words(required=True)
    unusable_reason = Words(required=True, allow_none=True)
