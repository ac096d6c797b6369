"""What must stand before a child is randomised: eligibility, and the guardians' consent."""

import enum
import uuid
from datetime import date
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Addressable, Base, Recorded, one_of
from models.participant import Relation


class ConsentKind(enum.StrEnum):
    CONSENT = "consent"
    ASSENT = "assent"
    # why a child could not be asked for assent stands in `note`
    ASSENT_NOT_POSSIBLE = "assent_not_possible"
    WITHDRAWN = "withdrawn"


class EligibilityCheck(Addressable, Recorded, Base):
    """The protocol's criteria as answered on one day; a new check is a new row."""

    __tablename__ = "eligibility_check"
    __table_args__ = (UniqueConstraint("participant_id", "client_id"),)

    client_id: Mapped[uuid.UUID]
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), index=True)
    checked_on: Mapped[date]
    # code of the criterion to "yes" or "no"
    answers: Mapped[dict[str, Any]]
    is_eligible: Mapped[bool]
    note: Mapped[str | None]
    rule_version: Mapped[str] = mapped_column(String(64))


class Consent(Addressable, Recorded, Base):
    """Which version of which document a person agreed to, when, and before whom."""

    __tablename__ = "consent"
    __table_args__ = (UniqueConstraint("participant_id", "client_id"),)

    client_id: Mapped[uuid.UUID]
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), index=True)
    kind: Mapped[ConsentKind] = mapped_column(one_of(ConsentKind, "kind"))
    document_version: Mapped[str] = mapped_column(String(40))
    given_by: Mapped[str] = mapped_column(String(80))
    relation: Mapped[Relation] = mapped_column(one_of(Relation, "relation"))
    given_on: Mapped[date]
    note: Mapped[str | None]
    amends_id: Mapped[int | None] = mapped_column(ForeignKey("consent.id"), unique=True)
    amend_reason: Mapped[str | None]
