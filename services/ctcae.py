"""The grading table, read once: a published standard that no study changes."""

from functools import cache
from pathlib import Path
from typing import Final

from domain.ctcae_file import parse_ctcae
from domain.ctcae_table import Ctcae

KEY: Final = "ctcae-4.03"
_FILE: Final = Path(__file__).parents[1] / "protocols" / f"{KEY}.toml"


@cache
def ctcae() -> Ctcae:
    """CTCAE 4.03 for laboratory results. Raises ProtocolFileError for a spoilt file."""
    return parse_ctcae(_FILE.read_text("utf-8"), KEY)
