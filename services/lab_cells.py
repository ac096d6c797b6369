"""Cells of an imported row → values; what is wrong is said with the column it stands in."""

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from domain.protocol import LabPlan, Protocol
from services.errors import RefusedError

Value = TypeVar("Value")

_FASTING: Final = {
    **dict.fromkeys(("yes", "y", "true", "1", "是", "空腹", "fasting"), True),
    **dict.fromkeys(("no", "n", "false", "0", "否", "非空腹", "not fasting"), False),
}
_NUMBER: Final = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,6})?")
_CLOCKS: Final = ("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S")
_ZONED: Final = re.compile(r".*(Z|[+-][0-9]{2}:?[0-9]{2})")
_FIRST_YEAR: Final = 1900
_LAST_YEAR: Final = 2199
LONGEST_NAME: Final = 80
# what a spreadsheet would take for a formula
_FORMULA: Final = ("=", "+", "-", "@", "\t")


def plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


def analyte_of(text: str, protocol: Protocol) -> LabPlan:
    """By code or by its name in any language."""
    wanted = plain(text).casefold()
    for plan in protocol.labs:
        names = {plan.code, *(name.casefold() for name in plan.label.values())}
        if wanted in {plain(name).casefold() for name in names}:
            return plan
    raise RefusedError("unknown_analyte", "analyte")


def unit_of(text: str, plan: LabPlan) -> str:
    """The unit's code from how laboratories print it; only a unit without a name may be left out.

    "10⁹/L", "10^9/L" and "x10*9/L" are one unit, and nothing is guessed beyond the spelling.
    """
    wanted = _spelling(text)
    if not wanted and _spelling(plan.unit) in {"1", "plus"}:
        return plan.unit
    for unit in plan.units:
        if wanted and _spelling(unit) == wanted:
            return unit
    raise RefusedError("unknown_unit" if wanted else "required", "unit")


def instant_of(text: str, zone: ZoneInfo) -> datetime:
    """2026-03-03 08:10 by the clock of the site, or with its own zone (…T08:10:00+08:00)."""
    said = plain(text).replace("/", "-")
    try:
        if _ZONED.fullmatch(said[10:]):
            at = datetime.fromisoformat(said)
        else:
            at = _wall_clock(said).replace(tzinfo=zone)
        if not _FIRST_YEAR <= at.year <= _LAST_YEAR:
            raise ValueError(text)
        return at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise RefusedError("not_a_moment" if said else "required", "drawn_at") from None


def limit_of(text: str, column: str) -> Decimal | None:
    said = plain(text)
    if not said:
        return None
    if not _NUMBER.fullmatch(said):
        raise RefusedError("not_a_number", column)
    return Decimal(said)


def fasting_of(text: str) -> bool | None:
    said = plain(text).casefold()
    if said and said not in _FASTING:
        raise RefusedError("not_yes_or_no_cell", "fasting")
    return _FASTING.get(said)


def laboratory_of(text: str) -> str | None:
    """A name, kept as text and shown as text; what a spreadsheet would run is refused."""
    said = text.strip()
    if len(said) > LONGEST_NAME:
        raise RefusedError("too_long", "laboratory")
    if said.startswith(_FORMULA) or any(unicodedata.category(c) == "Cc" for c in said):
        raise RefusedError("looks_like_formula", "laboratory")
    return said or None


def tried(read: Callable[[], Value], wrong: list[RefusedError]) -> Value | None:
    """The value, or None with the refusal noted."""
    try:
        return read()
    except RefusedError as error:
        wrong.append(error)
        return None


def _wall_clock(said: str) -> datetime:
    for pattern in _CLOCKS:
        try:
            # the caller puts the zone of the site
            return datetime.strptime(said, pattern)  # noqa: DTZ007 - as above
        except ValueError:
            continue
    raise ValueError(said)


def _spelling(unit: str) -> str:
    folded = plain(unit).casefold().replace("μ", "u").replace("mm3", "ul").replace("÷", "/")
    bare = re.sub(r"[\s()^*.{}]", "", folded.replace("**", "^"))
    bare = re.sub(r"^[x×]", "", bare)
    return {"秒": "s", "sec": "s", "+": "plus", "g/24小时": "g/24h", "iu/l": "u/l"}.get(bare, bare)
