"""A photo as it is put into its row: what the sender said, what the camera told, where it lies."""

import uuid
from dataclasses import dataclass
from datetime import date, timedelta

from models.participant import Participant
from models.photo import Photo
from photos.images import IngestedPhoto
from services.photo_files import PhotoFiles


@dataclass(frozen=True, slots=True)
class SaidPhoto:
    """What the sender says of a photo: view and site of the body as the protocol names them."""

    client_id: uuid.UUID
    view: str
    body_site: str
    note: str | None
    channel: str


def believable_day(ingested: IngestedPhoto, born_on: date, today: date) -> date:
    """The day the camera says, if it lies between birth and today; else `today`.

    Cameras with an unset clock say 1970 or a day to come.
    """
    if ingested.captured_local is None:
        return today
    taken_on = ingested.captured_local.date()
    return taken_on if born_on <= taken_on <= today else today


def row_of(
    participant: Participant, said: SaidPhoto, ingested: IngestedPhoto, files: PhotoFiles
) -> Photo:
    """The row, still without its day and without who sent it when."""
    taken = ingested.captured_local
    return Photo(
        public_id=files.public_id,
        client_id=said.client_id,
        participant_id=participant.id,
        view=said.view,
        body_site=said.body_site,
        note=said.note,
        channel=said.channel,
        captured_local=None if taken is None else taken.isoformat(),
        captured_offset=_offset(ingested.captured_utc_offset),
        camera_model=ingested.camera_model,
        position_removed=ingested.position_removed,
        sha256=ingested.sha256,
        byte_count=len(ingested.original),
        media_type=ingested.media_type.value,
        width=ingested.width,
        height=ingested.height,
        original_key=files.original,
        display_key=files.display,
        thumbnail_key=files.thumbnail,
    )


def _offset(ahead: timedelta | None) -> str | None:
    """Distance from UTC as +08:00."""
    if ahead is None:
        return None
    minutes = round(ahead.total_seconds() / 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
