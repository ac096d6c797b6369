"""`protocols/ctcae-4.03.toml` → `Ctcae`; every number in it is NCI's or the named source's."""

import tomllib
from collections.abc import Iterator
from decimal import Decimal
from typing import cast

from domain.ctcae_table import Basis, Ctcae, Direction, Measure, Term
from domain.protocol import Standing
from domain.protocol_file import ProtocolFileError
from domain.protocol_reader import ProtocolReader, Spot


def parse_ctcae(text: str, key: str) -> Ctcae:
    """Read the table from TOML. Raises ProtocolFileError naming every problem."""
    try:
        raw = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise ProtocolFileError(key, [f"{key}.toml: {error}"]) from error
    reader = ProtocolReader()
    table = cast(Ctcae, reader.record(Ctcae, raw, Spot("", Standing.SOURCE), {}))
    problems = reader.problems or [fault for term in table.terms for fault in _faults(table, term)]
    if problems:
        raise ProtocolFileError(key, problems)
    return table


def _faults(table: Ctcae, term: Term) -> Iterator[str]:
    if term.direction not in set(Direction):
        yield f"terms.{term.code}.direction: unknown {term.direction!r}"
    if term.soc not in table.socs:
        yield f"terms.{term.code}.soc: unknown {term.soc!r}"
    for measure in term.measures:
        for fault in _measure_faults(measure):
            yield f"terms.{term.code}.{measure.analyte}: {fault}"


def _measure_faults(measure: Measure) -> Iterator[str]:
    for rule in measure.rules:
        if rule.of not in set(Basis):
            yield f"unknown basis {rule.of!r}"
        if (rule.of == Basis.BOUND) != (rule.unit is not None):
            yield "a bound has a unit, nothing else has"
        if any((step.beyond is None) == (step.at is None) for step in rule.steps):
            yield "a step is either beyond a number or at it"
        grades = [step.grade for step in rule.steps]
        if grades != sorted(set(grades)) or not all(1 <= grade <= 4 for grade in grades):
            yield "grades go up from 1 to 4 at most"
