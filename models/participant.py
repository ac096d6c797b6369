"""The child in the study: identity, carers, time zone history, measurements, arm."""

import enum
import uuid
from datetime import date, datetime, time
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Addressable, Base, Recorded, one_of


class ParticipantStatus(enum.StrEnum):
    ACTIVE = "active"
    COMPLETED = "completed"
    WITHDRAWN = "withdrawn"


class Relation(enum.StrEnum):
    MOTHER = "mother"
    FATHER = "father"
    GRANDPARENT = "grandparent"
    SELF = "self"
    OTHER = "other"


class Participant(Addressable, Recorded, Base):
    """A child. `call_name` is what the family says; it never leaves pages behind sign-in."""

    __tablename__ = "participant"
    __table_args__ = (UniqueConstraint("site_id", "study_number"),)

    client_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), index=True)
    study_number: Mapped[str] = mapped_column(String(16))
    call_name: Mapped[str] = mapped_column(String(40))
    born_on: Mapped[date]
    sex: Mapped[str] = mapped_column(String(8))
    kasabach_merritt: Mapped[bool]
    enrolled_on: Mapped[date]
    protocol_key: Mapped[str] = mapped_column(String(64))
    # current state, kept in step by services.participants; its history is in the audit trail
    status: Mapped[ParticipantStatus] = mapped_column(
        one_of(ParticipantStatus, "status"), default=ParticipantStatus.ACTIVE
    )
    ended_on: Mapped[date | None]
    ended_reason: Mapped[str | None]


class Guardianship(Base):
    """A carer's tie to a child. Ended, never deleted; a read-only carer sees and does not log."""

    __tablename__ = "guardianship"
    __table_args__ = (
        # one open tie per carer and child
        Index(
            "uq_guardianship_open",
            "account_id",
            "participant_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), index=True)
    relation: Mapped[Relation] = mapped_column(one_of(Relation, "relation"))
    may_log: Mapped[bool] = mapped_column(default=True)
    wants_reminders: Mapped[bool] = mapped_column(default=True)
    invited_at: Mapped[datetime]
    invited_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class DaySchedule(Recorded, Base):
    """Zone and dose times that hold from a local date on. A change is a new row; the newest
    row recorded for a date wins."""

    __tablename__ = "day_schedule"

    # null for the times that came with the enrolment
    client_id: Mapped[uuid.UUID | None] = mapped_column(unique=True, index=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), index=True)
    from_on: Mapped[date]
    time_zone: Mapped[str] = mapped_column(String(64))
    morning_local: Mapped[time]
    evening_local: Mapped[time]


class Measurement(Recorded, Base):
    """Height and weight on a day, with the surface worked out from them and by which formula."""

    __tablename__ = "measurement"
    __table_args__ = (UniqueConstraint("participant_id", "client_id"),)

    client_id: Mapped[uuid.UUID]
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), index=True)
    measured_on: Mapped[date]
    height_cm: Mapped[Decimal]
    weight_kg: Mapped[Decimal]
    bsa_m2: Mapped[Decimal]
    bsa_formula: Mapped[str] = mapped_column(String(16))
    rule_version: Mapped[str] = mapped_column(String(64))
    amends_id: Mapped[int | None] = mapped_column(
        ForeignKey("measurement.id"), unique=True, index=True
    )
    amend_reason: Mapped[str | None]


class Allocation(Recorded, Base):
    """The arm a child was randomised to: once, and never changed."""

    __tablename__ = "allocation"
    __table_args__ = (
        CheckConstraint("method IN ('envelope', 'block')", name="method"),
        # a randomisation number is used once in the study
        UniqueConstraint("randomisation_number"),
    )

    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), unique=True)
    arm: Mapped[str] = mapped_column(String(16))
    method: Mapped[str] = mapped_column(String(16))
    randomisation_number: Mapped[str] = mapped_column(String(32))
    # the place on the sealed list; null where the number came from the trial office on paper
    place_id: Mapped[int | None] = mapped_column(
        ForeignKey("randomisation_place.id"), unique=True, index=True
    )
    stratum: Mapped[str | None] = mapped_column(String(80))
