"""The protocol files that are in use, read once at start."""

from collections.abc import Mapping
from pathlib import Path

from domain.protocol import Protocol
from domain.protocol_file import load_protocol

Protocols = Mapping[str, Protocol]


def load_protocols(folder: Path) -> Protocols:
    """Every `*-v<number>.toml` in the folder by its key. Raises ProtocolFileError for a bad one."""
    files = sorted(path for path in folder.glob("*.toml") if "." not in path.stem)
    return {path.stem: load_protocol(path) for path in files}
