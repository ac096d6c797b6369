"""What is measured and felt of the tumour, and the treatments that blur the picture."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from domain.errors import DomainError
from domain.percent import is_measurement
from domain.protocol import Protocol
from domain.response_inputs import Firmness, SkinColour
from domain.volume import Diameters, ellipsoid_ml
from models.participant import Participant
from models.tumour import SkinFinding, Treatment, TreatmentKind, TumourVolume
from services.actor import Actor, account_of
from services.audit import Act, record
from services.errors import RefusedError
from services.once import add_once, first_result
from services.results import amended_row, check_day, check_reason

Fact = TypeVar("Fact", TumourVolume, SkinFinding, Treatment)


class Modality(StrEnum):
    MRI = "mri"
    ULTRASOUND = "ultrasound"
    CT = "ct"


class VolumeMethod(StrEnum):
    ELLIPSOID = "ellipsoid"
    SLICE_SUM = "slice_sum"


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidVolume:
    """One lesion on one day: three `diameters` (mm), or a reader's slice sum in `volume_ml`."""

    client_id: uuid.UUID
    measured_on: date
    lesion: str
    modality: Modality
    reader: str
    diameters: Diameters | None = None
    volume_ml: Decimal | None = None
    amends: uuid.UUID | None = None
    amend_reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidSkin:
    """Colour and firmness compared with baseline, as examined."""

    client_id: uuid.UUID
    examined_on: date
    colour: SkinColour
    firmness: Firmness
    note: str | None = None
    amends: uuid.UUID | None = None
    amend_reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidTreatment:
    """A transfusion, a rescue therapy or another medicine."""

    client_id: uuid.UUID
    kind: TreatmentKind
    name: str
    started_on: date
    ended_on: date | None = None
    # found by services.medicines, never typed
    medicine_code: str | None = None
    amends: uuid.UUID | None = None
    amend_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Entering:
    """Who enters what about whom, when: what the three facts below share."""

    actor: Actor
    participant: Participant
    now: datetime


def record_volume(
    session: Session, entering: Entering, said: SaidVolume, *, protocol: Protocol
) -> tuple[TumourVolume, bool]:
    """Store a volume, unrounded mL: an exact 80 % must stay exact (trial.md §6)."""
    check_day(said.measured_on, entering.now, field="measured_on")
    content = {
        "lesion": said.lesion,
        "measured_on": said.measured_on,
        "modality": said.modality.value,
        "reader": said.reader,
        "rule_version": protocol.key,
        **_volume(said, protocol),
    }
    return _add(session, entering, TumourVolume, (said, content))


def record_skin(session: Session, entering: Entering, said: SaidSkin) -> tuple[SkinFinding, bool]:
    """Store what a clinician saw and felt."""
    check_day(said.examined_on, entering.now, field="examined_on")
    content = {
        "examined_on": said.examined_on,
        "colour": said.colour,
        "firmness": said.firmness,
        "note": said.note,
    }
    return _add(session, entering, SkinFinding, (said, content))


def record_treatment(
    session: Session, entering: Entering, said: SaidTreatment
) -> tuple[Treatment, bool]:
    """Store a treatment. Raises RefusedError("ends_before_start")."""
    check_day(said.started_on, entering.now, field="started_on")
    if said.ended_on is not None and said.ended_on < said.started_on:
        raise RefusedError("ends_before_start", "ended_on")
    content = {
        "kind": said.kind,
        "name": said.name,
        "started_on": said.started_on,
        "ended_on": said.ended_on,
        "medicine_code": said.medicine_code,
    }
    return _add(session, entering, Treatment, (said, content))


def _add(
    session: Session,
    entering: Entering,
    table: type[Fact],
    told: tuple[SaidVolume | SaidSkin | SaidTreatment, dict[str, Any]],
) -> tuple[Fact, bool]:
    """Store once. Raises ConflictError, NotFoundError, RefusedError("reason_needed")."""
    said, content = told
    participant = entering.participant
    key = {"participant_id": participant.id, "client_id": said.client_id}
    earlier = first_result(session, table, key, content)
    if earlier is not None:
        return earlier, False
    check_reason(said.amends, said.amend_reason)
    amended = amended_row(session, table, participant, said.amends)
    row = table(
        **key,
        **content,
        amends_id=amended.id if amended else None,
        amend_reason=said.amend_reason,
        recorded_at=entering.now,
        recorded_by_id=account_of(entering.actor),
    )
    row, new = add_once(session, row, key, content)
    if new:
        old = {name: getattr(amended, name) for name in content} if amended else None
        _audit(session, entering, row, (old, content), reason=said.amend_reason)
    return row, new


def _audit(
    session: Session,
    entering: Entering,
    row: TumourVolume | SkinFinding | Treatment,
    change: tuple[dict[str, Any] | None, dict[str, Any]],
    *,
    reason: str | None,
) -> None:
    old, new = change
    subject = row.__tablename__
    act = Act(
        action=f"{subject}.{'corrected' if old else 'recorded'}",
        subject=subject,
        subject_id=row.id,
        participant_id=row.participant_id,
        site_id=entering.participant.site_id,
        old=old,
        new=new,
        reason=reason,
    )
    record(session, entering.actor, act, entering.now)


def _volume(said: SaidVolume, protocol: Protocol) -> dict[str, Any]:
    sides = said.diameters
    if (sides is None) == (said.volume_ml is None):
        raise RefusedError("diameters_or_volume", "volume_ml")
    if sides is None:
        if not is_measurement(said.volume_ml):
            raise RefusedError("out_of_range", "volume_ml")
        return {"method": VolumeMethod.SLICE_SUM.value, "volume_ml": said.volume_ml}
    plausible = protocol.plausible.diameter_mm
    for name in ("length_mm", "width_mm", "height_mm"):
        side: Decimal = getattr(sides, name)
        # zero three times is a lesion that is gone, not a slip of the keyboard
        if not plausible.contains(side) and not _is_gone(sides):
            raise RefusedError("out_of_range", name)
    try:
        volume_ml = ellipsoid_ml(sides)
    except DomainError as error:
        raise RefusedError(error.code, "length_mm") from None
    return {
        "method": VolumeMethod.ELLIPSOID.value,
        "length_mm": sides.length_mm,
        "width_mm": sides.width_mm,
        "height_mm": sides.height_mm,
        "volume_ml": volume_ml,
    }


def _is_gone(sides: Diameters) -> bool:
    return sides.length_mm == sides.width_mm == sides.height_mm == 0
