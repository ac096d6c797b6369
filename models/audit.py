"""Who did what, to what, when and why: append-only, held by triggers in the database."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class AuditEntry(Base):
    """One act. `old` and `new` are documents of the fields that changed."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_participant", "participant_id", "at"),
        Index("ix_audit_entry_subject", "subject", "subject_id"),
    )

    at: Mapped[datetime]
    # null for acts of the system itself, such as planning a reminder
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    actor_name: Mapped[str] = mapped_column(String(80))
    channel: Mapped[str] = mapped_column(String(16))
    action: Mapped[str] = mapped_column(String(48))
    subject: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[int | None]
    participant_id: Mapped[int | None] = mapped_column(ForeignKey("participant.id"))
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    old: Mapped[dict[str, Any] | None]
    new: Mapped[dict[str, Any] | None]
    reason: Mapped[str | None]
