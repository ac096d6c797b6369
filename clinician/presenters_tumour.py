"""Stored measurements, findings and treatments as their forms show them, to be corrected."""

from datetime import date
from decimal import Decimal

from models.tumour import SkinFinding, Treatment, TumourVolume
from services.tumour import VolumeMethod


def volume_values(row: TumourVolume) -> dict[str, str]:
    by_sides = row.method == VolumeMethod.ELLIPSOID
    return {
        "measured_on": row.measured_on.isoformat(),
        "lesion": row.lesion,
        "modality": row.modality,
        "reader": row.reader,
        "length_mm": _number(row.length_mm),
        "width_mm": _number(row.width_mm),
        "height_mm": _number(row.height_mm),
        "volume_ml": "" if by_sides else _number(row.volume_ml),
        "amends": str(row.public_id),
    }


def skin_values(row: SkinFinding) -> dict[str, str]:
    return {
        "examined_on": row.examined_on.isoformat(),
        "colour": row.colour.value,
        "firmness": row.firmness.value,
        "note": row.note or "",
        "amends": str(row.public_id),
    }


def treatment_values(row: Treatment) -> dict[str, str]:
    return {
        "kind": row.kind.value,
        "name": row.name,
        "started_on": row.started_on.isoformat(),
        "ended_on": _day(row.ended_on),
        "amends": str(row.public_id),
    }


def _number(value: Decimal | None) -> str:
    return "" if value is None else f"{value:f}"


def _day(on: date | None) -> str:
    return "" if on is None else on.isoformat()
