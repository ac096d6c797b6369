"""Masked reading of photo pairs: who is shown which pair in which place, and what was said."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Addressable, Base, Recorded


class ReadingCase(Addressable, Recorded, Base):
    """A pair of photos of one child, baseline and follow-up, to be read by two readers.

    `unmasked_at` is set once, after the last answer is locked.
    """

    __tablename__ = "reading_case"
    __table_args__ = (UniqueConstraint("baseline_photo_id", "followup_photo_id"),)

    client_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), index=True)
    visit_code: Mapped[str] = mapped_column(String(24))
    baseline_photo_id: Mapped[int] = mapped_column(ForeignKey("photo.id"))
    followup_photo_id: Mapped[int] = mapped_column(ForeignKey("photo.id"))
    rule_version: Mapped[str] = mapped_column(String(64))
    unmasked_at: Mapped[datetime | None]
    unmasked_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class ReadingTask(Addressable, Recorded, Base):
    """One case for one reader. `place` is its random rank in this reader's list; whether the
    baseline is the left picture is drawn for each task and told to nobody before unmasking."""

    __tablename__ = "reading_task"
    __table_args__ = (
        UniqueConstraint("case_id", "reader_id"),
        UniqueConstraint("case_id", "seat"),
        CheckConstraint("seat IN (1, 2, 3)", name="seat"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("reading_case.id"), index=True)
    reader_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    # first and second reader; the third is asked only when they disagree
    seat: Mapped[int]
    place: Mapped[int]
    baseline_is_left: Mapped[bool]


class ReadingAnswer(Base):
    """What a reader said of a task: locked with the row, for rows are never changed."""

    __tablename__ = "reading_answer"

    client_id: Mapped[uuid.UUID]
    task_id: Mapped[int] = mapped_column(ForeignKey("reading_task.id"), unique=True)
    # of the right picture against the left one: lighter, same, darker, cannot_say
    answer: Mapped[str] = mapped_column(String(16))
    note: Mapped[str | None]
    locked_at: Mapped[datetime]
    reader_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
