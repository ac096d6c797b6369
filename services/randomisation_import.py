"""A randomisation list that the trial office made: read from CSV, all of it or nothing."""

import csv
import io
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.protocol import Protocol
from domain.randomisation_places import Place
from models.participant import Allocation
from models.randomisation import RandomisationList, RandomisationPlace
from models.site import Site
from services.actor import Actor
from services.randomisation_list import SEED_BYTES, Origin, keep_list, strata_of_site
from services.randomisation_seal import Seal

IMPORTED: Final = "imported-1"
COLUMNS: Final = ("stratum", "position", "number", "arm")
NUMBER: Final = re.compile(r"[A-Z0-9][A-Z0-9-]{0,31}")
_MOST_ROWS: Final = 20_000
_HEADING: Final = 1


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong in which row of the file; the heading is row 1."""

    row: int
    column: str
    code: str


class ListFileError(Exception):
    """The file is refused, whole. `faults` names every row that is wrong."""

    def __init__(self, faults: Sequence[RowFault]) -> None:
        super().__init__("list_file")
        self.faults = tuple(faults)


def import_list(
    session: Session,
    actor: Actor,
    text: str,
    *,
    protocol: Protocol,
    seal: Seal,
    now: datetime,
    salt: bytes | None = None,
) -> RandomisationList:
    """Seal and store the list in `text`, a CSV file with the columns of `COLUMNS`.

    Positions count from 1 without a gap in each stratum. Raises ListFileError, and as
    `randomisation_list.keep_list`.
    """
    places = read_list(session, text, protocol)
    parameters = {"algorithm": IMPORTED, "protocol": protocol.key, "rows": len(places)}
    origin = Origin("import", salt or secrets.token_bytes(SEED_BYTES), parameters)
    return keep_list(session, actor, places, origin, protocol=protocol, seal=seal, now=now)


def read_list(session: Session, text: str, protocol: Protocol) -> tuple[Place, ...]:
    """The places in the file. Raises ListFileError with everything that is wrong in it."""
    reader = csv.DictReader(io.StringIO(text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")))
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise ListFileError([RowFault(_HEADING, ",".join(COLUMNS), "columns")])
    rows = [(number, _clean(row)) for number, row in enumerate(reader, start=_HEADING + 1)]
    if not 0 < len(rows) <= _MOST_ROWS:
        raise ListFileError([RowFault(_HEADING, "", "rows_number")])
    known = _Known(
        strata=_known_strata(session, protocol),
        arms=frozenset(arm.code for arm in protocol.arms),
        numbers=_used_numbers(session),
    )
    faults = [fault for number, row in rows for fault in known.faults(number, row)]
    if faults:
        raise ListFileError(faults)
    return tuple(
        Place(
            stratum=row["stratum"],
            position=int(row["position"]),
            number=row["number"],
            arm=row["arm"],
        )
        for _number, row in rows
    )


@dataclass(slots=True)
class _Known:
    """What a row is checked against: the study, and the rows before it."""

    strata: AbstractSet[str]
    arms: AbstractSet[str]
    numbers: set[str]
    next_position: dict[str, int] = field(default_factory=dict[str, int])

    def faults(self, number: int, row: Mapping[str, str]) -> Iterator[RowFault]:
        stratum = row["stratum"]
        if stratum not in self.strata:
            yield RowFault(number, "stratum", "unknown_stratum")
        expected = self.next_position.get(stratum, 1)
        self.next_position[stratum] = expected + 1
        if row["position"] != str(expected):
            yield RowFault(number, "position", "not_the_next_position")
        yield from self._number_faults(number, row["number"])
        if row["arm"] not in self.arms:
            yield RowFault(number, "arm", "unknown_arm")

    def _number_faults(self, number: int, said: str) -> Iterator[RowFault]:
        if not NUMBER.fullmatch(said):
            yield RowFault(number, "number", "number_form")
        elif said in self.numbers:
            yield RowFault(number, "number", "number_used")
        self.numbers.add(said)


def _clean(row: Mapping[str | None, object]) -> dict[str, str]:
    """Cells without blanks around them; a missing cell is empty, one too many spoils the row."""
    cells = {name: str(row.get(name) or "").strip() for name in COLUMNS}
    return cells if None not in row else dict.fromkeys(COLUMNS, "")


def _known_strata(session: Session, protocol: Protocol) -> frozenset[str]:
    sites = session.scalars(select(Site).where(Site.protocol_key == protocol.key))
    return frozenset(name for site in sites for name in strata_of_site(site, protocol))


def _used_numbers(session: Session) -> set[str]:
    on_lists = session.scalars(select(RandomisationPlace.number))
    return {*on_lists, *session.scalars(select(Allocation.randomisation_number))}
