"""Tumour volume in mL from three diameters in mm (trial.md §6: ellipsoid π/6·L·W·H)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext

from domain.errors import DomainError
from domain.percent import is_measurement

# π/6 cut to a finite decimal, and enough digits to multiply without rounding: a volume is then
# strictly proportional to L·W·H, and a tumour at a fifth of its size has lost exactly 80 %.
PI_SIXTHS = Decimal("0.523598775598298873")
MM3_PER_ML = Decimal(1000)
UNROUNDED = Context(prec=200)


@dataclass(frozen=True, slots=True)
class Diameters:
    """Three diameters of one lesion, mm, at right angles to each other."""

    length_mm: Decimal
    width_mm: Decimal
    height_mm: Decimal


def ellipsoid_ml(lesion: Diameters) -> Decimal:
    """Volume of one lesion in mL, unrounded: keep every digit until it is shown.

    A diameter of zero is a lesion that is gone. Raises DomainError("diameter_impossible").
    """
    sides = (lesion.length_mm, lesion.width_mm, lesion.height_mm)
    if not all(is_measurement(side) for side in sides):
        raise DomainError("diameter_impossible", lesion=lesion)
    with localcontext(UNROUNDED):
        length, width, height = sides
        return PI_SIXTHS * length * width * height / MM3_PER_ML


def total_ml(lesions_ml: Sequence[Decimal]) -> Decimal:
    """Several lesions add up, each in mL by ellipsoid or by a reader's slice-sum.

    Raises DomainError("no_lesion_measured"): nothing measured is not a tumour of 0 mL.
    Raises DomainError("volume_impossible") for a part that is negative or not a number.
    """
    if not lesions_ml:
        raise DomainError("no_lesion_measured")
    if not all(is_measurement(part) for part in lesions_ml):
        raise DomainError("volume_impossible", lesions_ml=tuple(lesions_ml))
    with localcontext(UNROUNDED):
        return sum(lesions_ml, Decimal(0))
