"""The files of a study (`protocols/<key>.toml` and one of texts a language) → `Protocol`."""

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import cast

from domain.errors import DomainError
from domain.protocol import Protocol
from domain.protocol_reader import ProtocolReader, Spot
from domain.protocol_texts import fill, read_texts


class ProtocolFileError(DomainError):
    """The files do not make a study. `problems` lists every one, each with its dotted key."""

    def __init__(self, key: str, problems: list[str]) -> None:
        super().__init__("protocol_file", key=key, problems=tuple(problems))
        self.key = key
        self.problems = tuple(problems)

    def __str__(self) -> str:
        return "\n".join((f"protocol {self.key}:", *(f"  {problem}" for problem in self.problems)))


def load_protocol(path: Path) -> Protocol:
    """The study in `path` with the texts beside it (`<key>.zh.toml`, `<key>.en.toml`, …).

    Raises ProtocolFileError, and OSError when `path` cannot be read.
    """
    key = path.stem
    texts = {
        beside.name.removeprefix(f"{key}.").removesuffix(".toml"): beside.read_text("utf-8")
        for beside in sorted(path.parent.glob(f"{key}.*.toml"))
    }
    return parse_protocol(path.read_text("utf-8"), texts, key)


def parse_protocol(main: str, texts: Mapping[str, str], key: str) -> Protocol:
    """`main` and `texts` (by language) are TOML; `key` names this version of the study for ever.

    Raises ProtocolFileError naming every problem.
    """
    try:
        raw = tomllib.loads(main, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise ProtocolFileError(key, [f"{key}.toml: {error}"]) from error
    reader = ProtocolReader()
    given = {"key": key, "texts": {}, "standings": reader.standings}
    protocol = reader.record(Protocol, raw, Spot(), given)
    filled = fill(read_texts(texts, reader.problems), reader.leaves, reader.problems)
    if reader.problems:
        raise ProtocolFileError(key, reader.problems)
    return replace(cast(Protocol, protocol), texts=filled)
