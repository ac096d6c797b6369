"""Drug levels and laboratory results, as the laboratory reported them."""

import uuid
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Addressable, Base, Recorded


class Level(Addressable, Recorded, Base):
    """A sirolimus concentration in ng/mL; below the limit of quantification `value` is null."""

    __tablename__ = "level"
    __table_args__ = (
        UniqueConstraint("participant_id", "client_id"),
        Index("ix_level_drawn", "participant_id", "drawn_at"),
        CheckConstraint("(value IS NULL) = (below_loq IS NOT NULL)", name="value_or_loq"),
        CheckConstraint("(last_dose_at IS NULL) = (last_dose_told_by IS NULL)", name="told"),
    )

    client_id: Mapped[uuid.UUID]
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"))
    drawn_at: Mapped[datetime]
    value: Mapped[Decimal | None]
    # the limit L of a result reported as "<L"
    below_loq: Mapped[Decimal | None]
    assay: Mapped[str | None] = mapped_column(String(32))
    laboratory: Mapped[str | None] = mapped_column(String(80))
    # what the person who drew the blood was told of the last dose
    last_dose_at: Mapped[datetime | None]
    last_dose_told_by: Mapped[str | None] = mapped_column(String(80))
    note: Mapped[str | None]
    amends_id: Mapped[int | None] = mapped_column(ForeignKey("level.id"), unique=True)
    amend_reason: Mapped[str | None]


class LevelOverrule(Recorded, Base):
    """A clinician's own verdict on a level, with the reason; the newest row counts."""

    __tablename__ = "level_overrule"

    client_id: Mapped[uuid.UUID | None] = mapped_column(unique=True, index=True)
    level_id: Mapped[int] = mapped_column(ForeignKey("level.id"), index=True)
    verdict: Mapped[str] = mapped_column(String(32))
    reason: Mapped[str]


class LabResult(Addressable, Recorded, Base):
    """One analyte of one sample, with the reference range the laboratory printed beside it."""

    __tablename__ = "lab_result"
    __table_args__ = (
        UniqueConstraint("participant_id", "client_id", "analyte"),
        Index("ix_lab_result_drawn", "participant_id", "analyte", "drawn_at"),
        CheckConstraint("comparator IN ('=', '<', '>')", name="comparator"),
    )

    client_id: Mapped[uuid.UUID]
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"))
    analyte: Mapped[str] = mapped_column(String(24))
    drawn_at: Mapped[datetime]
    comparator: Mapped[str] = mapped_column(String(1), default="=")
    value: Mapped[Decimal]
    unit: Mapped[str] = mapped_column(String(16))
    # the same in the study's unit, by the protocol's factor
    study_value: Mapped[Decimal]
    reference_low: Mapped[Decimal | None]
    reference_high: Mapped[Decimal | None]
    fasting: Mapped[bool | None]
    laboratory: Mapped[str | None] = mapped_column(String(80))
    # where the range came from: typed, the file, or the site's own table
    range_source: Mapped[str | None] = mapped_column(String(16))
    import_id: Mapped[int | None] = mapped_column(ForeignKey("lab_import.id"), index=True)
    amends_id: Mapped[int | None] = mapped_column(ForeignKey("lab_result.id"), unique=True)
    amend_reason: Mapped[str | None]


class LabImport(Addressable, Recorded, Base):
    """One file of results taken in whole."""

    __tablename__ = "lab_import"

    client_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), index=True)
    sha256: Mapped[str] = mapped_column(String(64))
    row_count: Mapped[int]
    rule_version: Mapped[str] = mapped_column(String(64))


class ReferenceRange(Addressable, Recorded, Base):
    """Limits of normal of one laboratory for an age (in completed days, `to` excluded) and a sex
    or both. They are copied into each result, so a later change alters no result."""

    __tablename__ = "reference_range"
    __table_args__ = (
        Index("ix_reference_range_of", "site_id", "laboratory", "analyte"),
        CheckConstraint("from_days < to_days", name="ages"),
    )

    client_id: Mapped[uuid.UUID]
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    laboratory: Mapped[str] = mapped_column(String(80))
    analyte: Mapped[str] = mapped_column(String(24))
    sex: Mapped[str | None] = mapped_column(String(8))
    from_days: Mapped[int]
    to_days: Mapped[int]
    low: Mapped[Decimal | None]
    high: Mapped[Decimal | None]
    unit: Mapped[str] = mapped_column(String(16))
    valid_from_on: Mapped[date]
    amends_id: Mapped[int | None] = mapped_column(ForeignKey("reference_range.id"), unique=True)
