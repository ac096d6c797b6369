"""Signed response assessments."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.response import Category
from models.base import Addressable, Base, one_of


class Assessment(Addressable, Base):
    """What the rule proposed from which inputs, what the clinician decided, and the signature.

    `inputs`, `proposal` and `changes` are documents with decimals as text; `content_hash` is the
    SHA-256 of what was signed. An amendment is a new row naming the one it amends.
    """

    __tablename__ = "assessment"
    __table_args__ = (UniqueConstraint("participant_id", "client_id"),)

    client_id: Mapped[uuid.UUID]
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), index=True)
    visit_code: Mapped[str] = mapped_column(String(24))
    assessed_on: Mapped[date]
    inputs: Mapped[dict[str, Any]]
    proposal: Mapped[dict[str, Any]]
    changes: Mapped[list[Any]]
    proposed: Mapped[Category] = mapped_column(one_of(Category, "proposed"))
    decided: Mapped[Category] = mapped_column(one_of(Category, "decided"))
    provisional: Mapped[bool]
    reason: Mapped[str | None]
    rule_version: Mapped[str] = mapped_column(String(64))
    content_hash: Mapped[str] = mapped_column(String(64))
    signed_name: Mapped[str] = mapped_column(String(80))
    signed_meaning: Mapped[str] = mapped_column(String(80))
    signed_at: Mapped[datetime]
    signed_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    amends_id: Mapped[int | None] = mapped_column(ForeignKey("assessment.id"), unique=True)
    amend_reason: Mapped[str | None]
