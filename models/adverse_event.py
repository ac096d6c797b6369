"""Adverse events with their grade history (CTCAE v4.03)."""

import enum
import uuid
from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Addressable, Base, Recorded, one_of


class Relatedness(enum.StrEnum):
    UNRELATED = "unrelated"
    UNLIKELY = "unlikely"
    POSSIBLE = "possible"
    PROBABLE = "probable"
    DEFINITE = "definite"


class AdverseEvent(Addressable, Recorded, Base):
    """One event; its grades over time are rows of their own."""

    __tablename__ = "adverse_event"
    __table_args__ = (UniqueConstraint("participant_id", "client_id"),)

    client_id: Mapped[uuid.UUID]
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), index=True)
    term: Mapped[str] = mapped_column(String(120))
    ctcae_version: Mapped[str] = mapped_column(String(8))
    verbatim: Mapped[str]
    source: Mapped[str] = mapped_column(String(16))
    started_on: Mapped[date]
    ended_on: Mapped[date | None]
    is_serious: Mapped[bool]
    relatedness: Mapped[Relatedness] = mapped_column(one_of(Relatedness, "relatedness"))
    action: Mapped[str] = mapped_column(String(32))
    outcome: Mapped[str] = mapped_column(String(32))


class AdverseEventGrade(Recorded, Base):
    """The grade of an event from a day on."""

    __tablename__ = "adverse_event_grade"
    __table_args__ = (CheckConstraint("grade BETWEEN 1 AND 5", name="grade"),)

    event_id: Mapped[int] = mapped_column(ForeignKey("adverse_event.id"), index=True)
    grade: Mapped[int]
    from_on: Mapped[date]
