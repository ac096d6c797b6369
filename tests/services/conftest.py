"""Use cases are tested on both databases."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from models import Base
from plugins.postgres import PostgresServer


@pytest.fixture(scope="session")
def postgres_for_services(postgres_server: PostgresServer, migrated_postgres: str) -> Iterator[str]:
    """One migrated database a worker: most tests never commit, so they leave nothing behind."""
    url = postgres_server.new_database(migrated_postgres)
    yield url
    postgres_server.drop_database(url)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty migrated database, once of each kind."""
    if request.param == "postgres":
        url: str = request.getfixturevalue("postgres_for_services")
        yield url
        _empty(url)
        return
    path = tmp_path / "sirolog.db"
    shutil.copyfile(request.getfixturevalue("migrated_sqlite"), path)
    yield f"sqlite:///{path}"


def _empty(url: str) -> None:
    """Remove what a test committed; the triggers that keep rows do not mind a truncation."""
    tables = ", ".join(f'"{name}"' for name in Base.metadata.tables)
    engine = create_engine(url)
    with engine.begin() as connection:
        # every fact needs an account, so without one nothing was committed
        if connection.scalar(text("SELECT count(*) FROM account")):
            connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))
    engine.dispose()
