"""What the family saw: symptoms in the study's own words, with how bad they were."""

import uuid
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.entries import Channel
from models.base import Addressable, Base, one_of


class SymptomReport(Addressable, Base):
    """One symptom on one day. Kind and severity are codes of the protocol; a correction is a new
    row that names the one it amends."""

    __tablename__ = "symptom_report"
    __table_args__ = (
        UniqueConstraint("participant_id", "client_id"),
        Index("ix_symptom_report_day", "participant_id", "noticed_on"),
        CheckConstraint("celsius IS NULL OR kind = 'fever'", name="celsius"),
        CheckConstraint("lasted_hours IS NULL OR celsius IS NOT NULL", name="lasted_hours"),
    )

    client_id: Mapped[uuid.UUID]
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"))
    kind: Mapped[str] = mapped_column(String(32))
    severity: Mapped[str] = mapped_column(String(16))
    celsius: Mapped[Decimal | None]
    # how long the temperature was this high, if somebody said so
    lasted_hours: Mapped[Decimal | None]
    noticed_on: Mapped[date]
    note: Mapped[str | None]
    entered_at: Mapped[datetime]
    received_at: Mapped[datetime]
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    channel: Mapped[Channel] = mapped_column(one_of(Channel, "channel"))
    # name and version of the advice text shown with this entry
    advice_shown: Mapped[str | None] = mapped_column(String(96))
    amends_id: Mapped[int | None] = mapped_column(ForeignKey("symptom_report.id"), unique=True)
    amend_reason: Mapped[str | None]
