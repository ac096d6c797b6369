"""The site's limits of normal in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask_babel import gettext as _

from clinician.lab_words import label_of, name_of, range_text, unit_word
from clinician.work_words import SEXES
from domain.protocol import Protocol
from models.laboratory import ReferenceRange
from web.formats import day


@dataclass(frozen=True, slots=True)
class RangeLine:
    public_id: UUID
    laboratory: str
    analyte: str
    sex: str
    ages: str
    limits: str
    valid_from: str


def range_lines(rows: Iterable[ReferenceRange], protocol: Protocol) -> tuple[RangeLine, ...]:
    return tuple(
        RangeLine(
            public_id=row.public_id,
            laboratory=row.laboratory,
            analyte=name_of(row.analyte, protocol),
            sex=str(SEXES[row.sex]) if row.sex else str(_("both")),
            ages=str(_("%(first)s to %(last)s days", first=row.from_days, last=row.to_days - 1)),
            limits=f"{range_text(row.low, row.high)} {unit_word(row.unit)}",
            valid_from=day(row.valid_from_on),
        )
        for row in rows
    )


def choices(protocol: Protocol) -> dict[str, Any]:
    """What the form offers."""
    units = dict.fromkeys(unit for plan in protocol.labs for unit in plan.units)
    return {
        "analytes": [(plan.code, label_of(plan)) for plan in protocol.labs],
        "units": [(unit, unit_word(unit)) for unit in units],
        "sexes": [("female", SEXES["female"]), ("male", SEXES["male"])],
    }


def form_values(row: ReferenceRange) -> dict[str, str]:
    """A row as the form shows it, to be corrected."""
    return {
        "laboratory": row.laboratory,
        "analyte": row.analyte,
        "unit": row.unit,
        "sex": row.sex or "",
        "from_days": str(row.from_days),
        "to_days": str(row.to_days),
        "low": _typed(row.low),
        "high": _typed(row.high),
        "valid_from_on": row.valid_from_on.isoformat(),
        "amends": str(row.public_id),
    }


def _typed(value: Decimal | None) -> str:
    return "" if value is None else f"{value:f}"
