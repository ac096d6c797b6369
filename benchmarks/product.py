"""The product as it is served, on a database of its own, with a clock that the benchmark moves."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from app import create_app
from benchmarks.databases import Database
from plugins.app import FakeClock, make_settings


@contextmanager
def product(database: Database, clock: FakeClock) -> Iterator[Flask]:
    """The app with everything on: sessions, CSRF tokens, limits. Its log lines go nowhere."""
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        logging.basicConfig(stream=nowhere, format="%(message)s", force=True)
        app = create_app(make_settings(database.folder, database.url), clock=clock)
        try:
            yield app
        finally:
            with app.app_context():
                app.extensions["sqlalchemy"].engine.dispose()
