"""Photos of a child: rows without files, pictures to send, and the form that sends them."""

import io
import re
import uuid
from datetime import date
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from models.participant import Participant
from models.photo import Photo
from photo_samples import a_picture, encoded


def a_photo(session: Session, child: Participant, **changes: Any) -> Photo:
    """A row whose files nobody asks for."""
    values: dict[str, Any] = {
        "client_id": uuid.uuid4(),
        "participant_id": child.id,
        "view": "overview",
        "body_site": "leg",
        "shown_on": date(2026, 3, 1),
        "position_removed": False,
        "sha256": uuid.uuid4().hex * 2,
        "byte_count": 1,
        "media_type": "image/jpeg",
        "width": 4032,
        "height": 3024,
        "original_key": "a/original.jpg",
        "display_key": "a/display.jpg",
        "thumbnail_key": "a/thumbnail.jpg",
        "received_at": child.recorded_at,
        "uploaded_by_id": child.recorded_by_id,
        "channel": "page",
    }
    photo = Photo(**(values | changes))
    session.add(photo)
    session.flush()
    return photo


def a_jpeg(shade: int = 0, size: tuple[int, int] = (80, 60)) -> bytes:
    picture = a_picture(size)
    picture.putpixel((0, 0), (shade, shade, shade))
    return encoded(picture, "JPEG", quality=95)


def send_photos(
    client: FlaskClient, address: str, *files: bytes | tuple[bytes, str], **changes: Any
) -> TestResponse:
    """Post the form as a browser does; a file may bring its own name."""
    named = [file if isinstance(file, tuple) else (file, "IMG_1.JPG") for file in files]
    form: dict[str, Any] = {
        "client_id": str(uuid.uuid4()),
        "view": "overview",
        "body_site": "leg",
        "note": "",
        "photo": [(io.BytesIO(data), name) for data, name in named] or (io.BytesIO(), ""),
    }
    return client.post(address, data=form | changes)


def photos_kept(session: Session) -> list[Photo]:
    return list(session.scalars(select(Photo).order_by(Photo.id)))


def words(answer: TestResponse) -> str:
    """The text of a page without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))
