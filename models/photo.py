"""Photographs of the tumour skin: where the bytes lie and what is known of them."""

import uuid
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Addressable, Base


class Photo(Addressable, Base):
    """One accepted photo. The keys name objects in the photo store; files come before the row."""

    __tablename__ = "photo"
    __table_args__ = (
        UniqueConstraint("participant_id", "client_id"),
        Index("ix_photo_day", "participant_id", "shown_on"),
    )

    client_id: Mapped[uuid.UUID]
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"))
    view: Mapped[str] = mapped_column(String(24))
    body_site: Mapped[str] = mapped_column(String(24))
    # the local day it belongs to: capture day when the camera told it, else the day it arrived
    shown_on: Mapped[date]
    captured_local: Mapped[str | None] = mapped_column(String(32))
    captured_offset: Mapped[str | None] = mapped_column(String(8))
    camera_model: Mapped[str | None] = mapped_column(String(80))
    position_removed: Mapped[bool]
    note: Mapped[str | None]

    sha256: Mapped[str] = mapped_column(String(64))
    byte_count: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(32))
    width: Mapped[int]
    height: Mapped[int]
    original_key: Mapped[str] = mapped_column(String(160))
    display_key: Mapped[str] = mapped_column(String(160))
    thumbnail_key: Mapped[str] = mapped_column(String(160))

    received_at: Mapped[datetime]
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    channel: Mapped[str] = mapped_column(String(16))
    # set by staff, with a reason: shown as such, never hidden
    unusable_reason: Mapped[str | None]
