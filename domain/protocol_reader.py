"""Raw TOML values → the frozen dataclasses of a study, led by their type hints.

Nothing stops at the first mistake: every problem is collected under the dotted key it belongs to.
A table may say `by` (its standing) and `why` for everything in it, a nearer one wins; a single
value is marked as `{ value = …, by = "…", why = "…" }`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, is_dataclass
from datetime import time
from decimal import Decimal
from types import NoneType
from typing import Any, Final, cast, get_args, get_origin, get_type_hints

from domain.interval import Interval
from domain.protocol import Standing
from domain.protocol_checks import record_faults, series_faults, words_faults

MARKS: Final = ("by", "why")
NOTATION: Final = re.compile(
    r"(?P<open>[\[(])\s*(?P<low>-?\d+(?:\.\d+)?)\s*,\s*(?P<high>-?\d+(?:\.\d+)?)\s*(?P<close>[\])])"
)
KIND_NAMES: Final[Mapping[object, str]] = {
    Decimal: "a number",
    int: "a whole number",
    time: "a time",
    str: "a text",
    bool: "true or false",
}


class _Unreadable:
    """Stands for a value whose problem is already reported."""


UNREADABLE: Final = _Unreadable()


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in the file and the standing that covers it, if any does."""

    key: str = ""
    standing: Standing | None = None

    def at(self, name: str) -> "Spot":
        return Spot(f"{self.key}.{name}" if self.key else name, self.standing)


class ProtocolReader:
    """Reads one file. Afterwards `problems` says what is wrong, `standings` where each value comes
    from, and `leaves` holds every single value by its dotted key."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.standings: dict[str, Standing] = {}
        self.leaves: dict[str, object] = {}

    def complain(self, spot: Spot, complaint: str) -> _Unreadable:
        self.problems.append(f"{spot.key}: {complaint}")
        return UNREADABLE

    def record(self, kind: Any, raw: object, spot: Spot, given: Mapping[str, object]) -> object:
        """An instance of the dataclass `kind`; `given` are its fields that no file may state."""
        if not isinstance(raw, dict):
            return self.complain(spot, f"expected a table, found {raw!r}")
        table = cast(dict[str, object], raw)
        hints = {k: hint for k, hint in get_type_hints(kind).items() if k not in given}
        for name in (name for name in table if name not in hints):
            self.complain(spot.at(name), "unknown key")
        values = {name: self._field(hint, table, spot.at(name)) for name, hint in hints.items()}
        if UNREADABLE in values.values():
            return UNREADABLE
        made: object = kind(**values, **given)
        for name, fault in record_faults(made):
            self.complain(spot.at(name) if name else spot, fault)
        return made

    def _field(self, hint: object, table: Mapping[str, object], spot: Spot) -> object:
        name = spot.key.rpartition(".")[2]
        if name in table:
            return self._value(hint, table[name], spot)
        return None if NoneType in get_args(hint) else self.complain(spot, "missing")

    def _value(self, kind: object, marked: object, spot: Spot) -> object:
        raw, spot = self._unmark(marked, spot)
        if kind is Interval and isinstance(raw, str):
            return self._interval(raw, spot)
        if is_dataclass(kind):
            return self.record(kind, raw, spot, {})
        if get_origin(kind) is tuple:
            return self._series(get_args(kind)[0], raw, spot)
        if get_origin(kind) is Mapping:
            return self._mapping(get_args(kind)[1], raw, spot)
        return self._leaf(next((k for k in get_args(kind) if k is not NoneType), kind), raw, spot)

    def _unmark(self, marked: object, spot: Spot) -> tuple[object, Spot]:
        """The value without its `by` and `why`, and the spot with the standing they give."""
        if not isinstance(marked, dict):
            return marked, spot
        table = cast(dict[str, object], marked)
        spot = Spot(spot.key, self._standing(table, spot))
        if not isinstance(table.get("why", ""), str):
            self.complain(spot.at("why"), "expected a text")
        rest = {name: value for name, value in table.items() if name not in MARKS}
        if "value" not in rest:
            return rest, spot
        for name in (name for name in rest if name != "value"):
            self.complain(spot.at(name), "unknown key beside value")
        return rest["value"], spot

    def _standing(self, table: Mapping[str, object], spot: Spot) -> Standing | None:
        if "by" not in table:
            return spot.standing
        try:
            return Standing(str(table["by"]))
        except ValueError:
            self.complain(spot.at("by"), f"unknown standing {table['by']!r}")
            return Standing.CHOICE  # reported once, not again for each value it covers

    def _series(self, kind: object, raw: object, spot: Spot) -> object:
        if not isinstance(raw, list):
            return self.complain(spot, f"expected a list, found {raw!r}")
        items = cast(list[object], raw)
        names = [_name(item, index) for index, item in enumerate(items, start=1)]
        for name in sorted({name for name in names if names.count(name) > 1}):
            self.complain(spot.at(name), "the same code twice")
        made = [
            self._value(kind, item, spot.at(name)) for name, item in zip(names, items, strict=True)
        ]
        for fault in series_faults([item for item in made if item is not UNREADABLE]):
            self.complain(spot, fault)
        return UNREADABLE if UNREADABLE in made else tuple(made)

    def _mapping(self, kind: object, raw: object, spot: Spot) -> object:
        if not isinstance(raw, dict):
            return self.complain(spot, f"expected a table, found {raw!r}")
        table = cast(dict[str, object], raw)
        made = {name: self._value(kind, value, spot.at(name)) for name, value in table.items()}
        for name, fault in words_faults(table) if kind is str else ():
            self.complain(spot.at(name), fault)
        return UNREADABLE if UNREADABLE in made.values() else made

    def _interval(self, raw: str, spot: Spot) -> object:
        found = NOTATION.fullmatch(raw.strip())
        if found is None:
            return self.complain(spot, f"expected a range such as '(10, 15]', found {raw!r}")
        made = Interval(
            Decimal(found["low"]),
            Decimal(found["high"]),
            found["open"] == "[",
            found["close"] == "]",
        )
        for _, fault in record_faults(made):
            self.complain(spot, fault)
        return self._keep(made, spot)

    def _leaf(self, kind: object, raw: object, spot: Spot) -> object:
        value = Decimal(raw) if kind is Decimal and type(raw) is int else raw
        if type(value) is not kind:
            return self.complain(spot, f"expected {KIND_NAMES[kind]}, found {raw!r}")
        if isinstance(value, str) and not value.strip():
            return self.complain(spot, "is empty")
        if isinstance(value, Decimal) and not value.is_finite():
            return self.complain(spot, f"expected a number, found {value}")
        return self._keep(value, spot)

    def _keep(self, value: object, spot: Spot) -> object:
        if spot.standing is not None:
            self.standings[spot.key] = spot.standing
        elif not isinstance(value, str):
            return self.complain(spot, "does not say where it comes from (by = …)")
        self.leaves[spot.key] = value
        return value


def _name(item: object, index: int) -> str:
    """What an element of a list is called in a dotted key: its code, else its place from 1."""
    code = cast(dict[str, object], item).get("code") if isinstance(item, dict) else None
    return code if isinstance(code, str) else str(index)
