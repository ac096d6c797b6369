"""The running app on a database of its own for each test: `app`, `client`, `session`, `clock`.

The database is migrated once a worker and copied for each test. A test may mix requests and
queries freely: before each request the test's own session commits, afterwards it sees what the
request wrote.
"""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app import create_app
from config import HOME, Environment, Settings
from models.engine import BEGIN_OPTION, prepare_sqlite
from plugins.postgres import PostgresServer

# a Tuesday, 08:30 in Shanghai
START = datetime(2026, 3, 10, 0, 30, tzinfo=UTC)
RANDOMISATION_KEY = "a key of lists that only tests know, and long enough"


class FakeClock:
    """The time of day, which stands still until a test moves it."""

    def __init__(self, start: datetime = START) -> None:
        self.now = start

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **span: float) -> datetime:
        """Move on, e.g. `clock.advance(minutes=15)`; returns the new time."""
        self.now += timedelta(**span)
        return self.now


class Browser(FlaskClient):
    """A test client that takes turns with the test's own session on the one database."""

    own_session: Session | None = None

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        if self.own_session is not None:
            self.own_session.commit()
            self.own_session.expire_all()
        return super().open(*args, **kwargs)


def make_settings(folder: Path, database_url: str, **changes: Any) -> Settings:
    """Settings of a test, with everything it writes below `folder`."""
    values: dict[str, Any] = {
        "env": Environment.TESTING,
        "database_url": database_url,
        "photo_store_url": (folder / "photos").as_uri(),
        "secret_key": "a secret key that only tests know, and long enough",
        "public_url": "http://localhost",
        "protocol_dir": HOME / "protocols",
        "twilio_account_sid": None,
        "twilio_auth_token": None,
        "twilio_messaging_service_sid": None,
        "twilio_from": None,
        "twilio_api_base_url": None,
        "twilio_timeout_seconds": 2,
        "max_photo_bytes": 40_000_000,
        "log_level": "INFO",
        "trusted_proxy_hops": 0,
        "rate_limit_storage_url": "memory://",
        "randomisation_key": RANDOMISATION_KEY,
    }
    return Settings(**(values | changes))


def migrate(folder: Path, database_url: str) -> None:
    """Bring a database to the newest schema, as `flask db upgrade` does."""
    app = create_app(make_settings(folder, database_url))
    with app.app_context():
        upgrade(directory=str(HOME / "migrations"))
        # PostgreSQL copies only a database to which nobody is connected
        app.extensions["sqlalchemy"].engine.dispose()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database file to copy."""
    folder = tmp_path_factory.mktemp("template")
    path = folder / "template.db"
    migrate(folder, f"sqlite:///{path}")
    # the write-ahead log goes into the file itself, which is then complete
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def migrated_postgres(
    postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The name of a migrated database to copy."""
    url = postgres_server.new_database()
    migrate(tmp_path_factory.mktemp("template"), url)
    yield url.rpartition("/")[2].partition("?")[0]
    postgres_server.drop_database(url)


@pytest.fixture
def database_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    """A fresh migrated database. Folders that test on PostgreSQL too override this."""
    path = tmp_path / "sirolog.db"
    shutil.copyfile(migrated_sqlite, path)
    return f"sqlite:///{path}"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return make_settings(tmp_path, database_url)


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Templates compiled once a run, for all workers: to compile them costs more than a test."""
    folder = tmp_path_factory.getbasetemp().parent / "compiled-templates"
    folder.mkdir(exist_ok=True)
    return FileSystemBytecodeCache(str(folder))


@pytest.fixture
def new_app(
    clock: FakeClock, compiled_templates: FileSystemBytecodeCache
) -> Iterator[Callable[[Settings], Flask]]:
    """Makes apps with settings of the test's choice."""
    made: list[Flask] = []

    def make(settings: Settings) -> Flask:
        app = create_app(settings, clock=clock)
        # forms are tested as a browser sends them in tests/web/test_csrf.py
        app.config["WTF_CSRF_ENABLED"] = False
        app.test_client_class = Browser
        app.jinja_env.bytecode_cache = compiled_templates
        made.append(app)
        return app

    yield make
    for app in made:
        with app.app_context():
            app.extensions["sqlalchemy"].engine.dispose()


@pytest.fixture
def app(new_app: Callable[[Settings], Flask], settings: Settings) -> Flask:
    return new_app(settings)


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    """A session of the test's own, on the database that `app` uses. Needs no app."""
    engine = create_engine(database_url)
    prepare_sqlite(engine)
    reading = engine.execution_options(**{BEGIN_OPTION: "DEFERRED"})
    with Session(reading, expire_on_commit=False) as own:
        yield own
    engine.dispose()


@pytest.fixture
def new_client(app: Flask, session: Session) -> Callable[[], FlaskClient]:
    """Makes further browsers for tests with more than one person."""

    def make() -> FlaskClient:
        client = app.test_client()
        assert isinstance(client, Browser)
        client.own_session = session
        return client

    return make


@pytest.fixture
def client(new_client: Callable[[], FlaskClient]) -> FlaskClient:
    return new_client()
