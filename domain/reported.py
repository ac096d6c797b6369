"""A result as a laboratory prints it, and the same in the study's unit (trial.md §1, §7).

"11.2" and "<2.0" are kept to the digit; conversion is by the factor of the protocol, unrounded.
"""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Context, Decimal
from enum import StrEnum

from domain.errors import DomainError
from domain.protocol import LabPlan

UNROUNDED = Context(prec=200)
_PRINTED = re.compile(r"([<>]?)(\d{1,9}(?:\.\d{1,6})?)")


class Comparator(StrEnum):
    EQUAL = "="
    BELOW = "<"
    ABOVE = ">"


@dataclass(frozen=True, slots=True)
class Reported:
    """A number with what the laboratory printed before it; only EQUAL is one to calculate with."""

    value: Decimal
    comparator: Comparator = Comparator.EQUAL

    @property
    def text(self) -> str:
        mark = "" if self.comparator is Comparator.EQUAL else self.comparator.value
        return f"{mark}{self.value:f}"


def read_reported(text: str) -> Reported:
    """ "11.2", "<2.0" or "> 500" as typed. Raises DomainError("not_a_result").

    Full-width signs of Chinese keyboards are read as what they mean; a comma is refused, since
    nobody can tell whether it stands for thousands or for decimals.
    """
    plain = unicodedata.normalize("NFKC", text).replace("。", ".")
    found = _PRINTED.fullmatch("".join(plain.split()))
    if found is None or not found[2].isascii():
        raise DomainError("not_a_result")
    return Reported(Decimal(found[2]), Comparator(found[1] or "="))


def in_study_unit(value: Decimal, unit: str, plan: LabPlan) -> Decimal:
    """`value` in the unit of the study, unrounded. Raises DomainError("unknown_unit")."""
    factor = plan.units.get(unit)
    if factor is None:
        raise DomainError("unknown_unit", analyte=plan.code, unit=unit)
    return UNROUNDED.multiply(value, factor)
