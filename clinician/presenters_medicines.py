"""Medicines beside sirolimus, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask_babel import gettext as _

from clinician.order_words import EFFECTS
from clinician.result_words import word
from domain.protocol import Protocol
from domain.protocol_medicines import ListedMedicine
from services.medicines import KnownMedicine
from web.formats import day, language


@dataclass(frozen=True, slots=True)
class MedicineLine:
    """One medicine. `is_known` is False where a person must say what it does."""

    public_id: UUID
    name: str
    effect: str
    taken: str
    extra_level: str
    is_known: bool
    is_open: bool
    stops_formula: bool


def medicine_lines(medicines: Iterable[KnownMedicine], today: date) -> list[MedicineLine]:
    """Those taken now first, each group the newest first."""
    newest = sorted(medicines, key=lambda one: (one.is_open(today), one.row.started_on))
    return [_line(one, today) for one in reversed(newest)]


def medicine_names(protocol: Protocol) -> list[str]:
    """What the picker offers: each listed medicine in both languages."""
    names = [name for listed in protocol.medicines.listed for name in _both(listed)]
    return list(dict.fromkeys(names))


def _both(listed: ListedMedicine) -> tuple[str, str]:
    return listed.label["zh"], listed.label["en"]


def _line(known: KnownMedicine, today: date) -> MedicineLine:
    row = known.row
    end = day(row.ended_on) if row.ended_on else ""
    effect = word(EFFECTS, known.rule.code) if known.rule else _("not in the list: please look")
    return MedicineLine(
        public_id=row.public_id,
        name=_name(known),
        effect=str(effect),
        taken=f"{day(row.started_on)} – {end}".strip(),
        extra_level=_extra_level(known),
        is_known=known.listed is not None,
        is_open=known.is_open(today),
        stops_formula=known.stops_formula,
    )


def _name(known: KnownMedicine) -> str:
    """As it was written, with the reader's name where that is another one."""
    if known.listed is None:
        return known.row.name
    usual = known.listed.label.get(language(), known.listed.label["en"])
    typed = known.row.name
    return typed if usual.casefold() == typed.casefold() else f"{typed} ({usual})"


def _extra_level(known: KnownMedicine) -> str:
    if known.level_from is None or known.level_to is None:
        return ""
    if known.level_on is not None:
        return str(_("extra level drawn on %(day)s", day=day(known.level_on)))
    first, last = day(known.level_from), day(known.level_to)
    return str(_("extra level due %(first)s to %(last)s", first=first, last=last))
