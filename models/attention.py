"""What needs a clinician: raised by facts, ended by a person with an outcome."""

import enum
import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Addressable, Base, one_of


class Urgency(enum.StrEnum):
    URGENT = "urgent"
    SAME_DAY = "same_day"
    THIS_WEEK = "this_week"
    REVIEW = "review"


class Alert(Addressable, Base):
    """One matter for the clinic. `key` keeps the same matter from being raised twice."""

    __tablename__ = "alert"
    __table_args__ = (Index("ix_alert_open", "site_id", "acknowledged_at"),)

    key: Mapped[str] = mapped_column(String(120), unique=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), index=True)
    code: Mapped[str] = mapped_column(String(40))
    urgency: Mapped[Urgency] = mapped_column(one_of(Urgency, "urgency"))
    facts: Mapped[dict[str, Any]]
    raised_at: Mapped[datetime]
    rule_version: Mapped[str] = mapped_column(String(64))
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    outcome: Mapped[str | None] = mapped_column(String(32))
    outcome_note: Mapped[str | None]
    # who has taken it over, or to whom it was handed; its history is in `alert_event`
    assigned_to_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    assigned_at: Mapped[datetime | None]
    # how often it was passed on because nobody answered
    escalations: Mapped[int] = mapped_column(default=0)
    escalated_at: Mapped[datetime | None]


class AlertEvent(Base):
    """What happened to a matter: taken, handed over, passed on, noted, ended."""

    __tablename__ = "alert_event"
    __table_args__ = (Index("ix_alert_event_of", "alert_id", "at"),)

    alert_id: Mapped[int] = mapped_column(ForeignKey("alert.id"))
    kind: Mapped[str] = mapped_column(String(24))
    at: Mapped[datetime]
    # null where the notifier acted
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    to_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    note: Mapped[str | None]


class ReviewMark(Base):
    """Up to when a person has reviewed a child's page: what came later is new to this person."""

    __tablename__ = "review_mark"
    __table_args__ = (Index("ix_review_mark_of", "account_id", "participant_id", "reviewed_at"),)

    client_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"))
    reviewed_at: Mapped[datetime]
