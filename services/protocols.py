"""The protocol files that are in use, read once at start."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from domain.protocol import Protocol
from domain.protocol_file import load_protocol

Protocols = Mapping[str, Protocol]


@cache
def load_protocols(folder: Path) -> Protocols:
    """Every `*-v<number>.toml` in the folder by its key. Raises ProtocolFileError for a bad one.

    Read once a process: a file in use is never edited, a change is a new file.
    """
    files = sorted(path for path in folder.glob("*.toml") if "." not in path.stem)
    return {path.stem: load_protocol(path) for path in files}
