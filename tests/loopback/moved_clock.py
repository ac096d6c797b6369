"""The product with its clock moved, for what happens months after the first dose."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask

from app import create_app

DAYS = "SIROLOG_TEST_DAYS_LATER"
CLOCK = "SIROLOG_TEST_CLOCK"


def create_app_later() -> Flask:
    """Some days ahead, for good."""
    later = timedelta(days=int(os.environ[DAYS]))
    return create_app(clock=lambda: datetime.now(UTC) + later)


def create_app_by_the_clock() -> Flask:
    """By the time in a file: it was that time when the file was written, and goes on since."""
    file = Path(os.environ[CLOCK])
    return create_app(clock=lambda: _time_in(file))


def _time_in(file: Path) -> datetime:
    with file.open() as written:
        at, since = datetime.fromisoformat(written.read()), os.fstat(written.fileno()).st_mtime
    return at + (datetime.now(UTC) - datetime.fromtimestamp(since, UTC))
