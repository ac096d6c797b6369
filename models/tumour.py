"""What is measured and felt of the tumour, and treatments that blur the picture."""

import enum
import uuid
from datetime import date
from decimal import Decimal

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.response_inputs import Firmness, SkinColour
from models.base import Addressable, Base, Recorded, one_of


class TreatmentKind(enum.StrEnum):
    PLATELETS = "platelets"
    PLASMA = "plasma"
    CRYOPRECIPITATE = "cryoprecipitate"
    FIBRINOGEN_CONCENTRATE = "fibrinogen_concentrate"
    RESCUE = "rescue"
    MEDICINE = "medicine"


class Lesion(Addressable, Recorded, Base):
    """A lesion the clinic follows, with the name that measurements and photos use for it."""

    __tablename__ = "lesion"
    __table_args__ = (UniqueConstraint("participant_id", "client_id"),)

    client_id: Mapped[uuid.UUID]
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), index=True)
    name: Mapped[str] = mapped_column(String(40))
    body_site: Mapped[str] = mapped_column(String(24))
    # nothing to see on the skin and nothing to palpate: that domain does not apply (trial.md §6)
    is_deep: Mapped[bool]
    noted_on: Mapped[date]
    note: Mapped[str | None]
    amends_id: Mapped[int | None] = mapped_column(ForeignKey("lesion.id"), unique=True)
    amend_reason: Mapped[str | None]


class TumourVolume(Addressable, Recorded, Base):
    """Volume of one lesion on one day: from three diameters (mm) or a reader's slice sum (mL)."""

    __tablename__ = "tumour_volume"
    __table_args__ = (UniqueConstraint("participant_id", "client_id"),)

    client_id: Mapped[uuid.UUID]
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), index=True)
    lesion: Mapped[str] = mapped_column(String(40))
    measured_on: Mapped[date]
    modality: Mapped[str] = mapped_column(String(16))
    method: Mapped[str] = mapped_column(String(16))
    length_mm: Mapped[Decimal | None]
    width_mm: Mapped[Decimal | None]
    height_mm: Mapped[Decimal | None]
    volume_ml: Mapped[Decimal]
    reader: Mapped[str] = mapped_column(String(80))
    rule_version: Mapped[str] = mapped_column(String(64))
    amends_id: Mapped[int | None] = mapped_column(ForeignKey("tumour_volume.id"), unique=True)
    amend_reason: Mapped[str | None]


class SkinFinding(Addressable, Recorded, Base):
    """Colour and firmness against baseline, as the examining clinician graded them."""

    __tablename__ = "skin_finding"
    __table_args__ = (UniqueConstraint("participant_id", "client_id"),)

    client_id: Mapped[uuid.UUID]
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), index=True)
    examined_on: Mapped[date]
    colour: Mapped[SkinColour] = mapped_column(one_of(SkinColour, "colour"))
    firmness: Mapped[Firmness] = mapped_column(one_of(Firmness, "firmness"))
    note: Mapped[str | None]
    amends_id: Mapped[int | None] = mapped_column(ForeignKey("skin_finding.id"), unique=True)
    amend_reason: Mapped[str | None]


class Treatment(Addressable, Recorded, Base):
    """A transfusion, a rescue therapy or another medicine, from a day and perhaps until one."""

    __tablename__ = "treatment"
    __table_args__ = (UniqueConstraint("participant_id", "client_id"),)

    client_id: Mapped[uuid.UUID]
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), index=True)
    kind: Mapped[TreatmentKind] = mapped_column(one_of(TreatmentKind, "kind"))
    name: Mapped[str] = mapped_column(String(80))
    started_on: Mapped[date]
    ended_on: Mapped[date | None]
    # code of the protocol's medicine list; null for a name that the list does not know
    medicine_code: Mapped[str | None] = mapped_column(String(40))
    amends_id: Mapped[int | None] = mapped_column(ForeignKey("treatment.id"), unique=True)
    amend_reason: Mapped[str | None]
