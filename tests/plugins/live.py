"""The running product for tests in a browser: gunicorn, its database, a Twilio on this machine."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
import urllib3
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from config import HOME
from loopback.moved_clock import CLOCK, DAYS
from loopback.twilio_server import TwilioServer
from loopback.twilio_webhooks import ACCOUNT_SID, AUTH_TOKEN
from models.engine import BEGIN_OPTION, prepare_sqlite
from plugins.app import RANDOMISATION_KEY, START

SECRET_KEY = "a secret key that only tests know, and long enough"
SENDER = "+15005550006"
PATIENCE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Live:
    """A running server; `environment` is what it and every command beside it run with."""

    url: str
    folder: Path
    environment: Mapping[str, str]
    made_by: str = "app:create_app()"

    def command(self, *words: str) -> str:
        """Run `flask --app app …` as in a terminal and return what it prints."""
        return _output(self._begin(*words))

    def notifiers(self, number: int = 1) -> None:
        """One beat of so many processes that send reminders, all at the same time."""
        begun = [self._begin("notifier", "--once") for _ in range(number)]
        for process in begun:
            _output(process)

    def _begin(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", self.made_by, *words],
            cwd=HOME,
            env=os.environ | self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    @property
    def log(self) -> str:
        """What the server wrote so far."""
        name = f"server-{self.environment['PORT']}.log"
        return (self.folder / name).read_text(encoding="utf-8")

    @property
    def errors(self) -> list[str]:
        """The lines of the log that tell of something that should not happen."""
        return [line for line in self.log.splitlines() if '"level": "error"' in line]

    @property
    def photo_files(self) -> list[Path]:
        """Every file in the photo store."""
        return [path for path in (self.folder / "photos").rglob("*") if path.is_file()]

    @contextmanager
    def session(self) -> Iterator[Session]:
        """The database behind the server; committed at the end."""
        with database(self.folder / "sirolog.db") as session:
            yield session
            session.commit()


class WallClock:
    """The time at the served study, which a test sets and which then goes on by itself."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def set(self, now: datetime) -> None:
        """In one step: the server never reads half a time."""
        written = self.file.with_suffix(".new")
        written.write_text(now.isoformat())
        written.replace(self.file)


@pytest.fixture
def live(migrated_sqlite: Path, tmp_path: Path, twilio_server: TwilioServer) -> Iterator[Live]:
    """An empty study, served. Its messages go to `twilio_server`."""
    shutil.copyfile(migrated_sqlite, tmp_path / "sirolog.db")
    with serving(tmp_path, _messages_to(twilio_server)) as server:
        yield server
        assert server.errors == []


@pytest.fixture
def wall_clock(tmp_path: Path) -> WallClock:
    """The clock of `live_by_the_clock`."""
    return WallClock(tmp_path / "clock.txt")


@pytest.fixture
def live_by_the_clock(
    migrated_sqlite: Path, tmp_path: Path, twilio_server: TwilioServer, wall_clock: WallClock
) -> Iterator[Live]:
    """As `live`, but the server, and every command beside it, goes by `wall_clock`."""
    shutil.copyfile(migrated_sqlite, tmp_path / "sirolog.db")
    wall_clock.set(START)
    settings = {
        **_messages_to(twilio_server),
        CLOCK: str(wall_clock.file),
        "PYTHONPATH": str(HOME / "tests"),
    }
    with serving(tmp_path, settings, "loopback.moved_clock:create_app_by_the_clock()") as server:
        yield server
        assert server.errors == []


def _messages_to(twilio_server: TwilioServer) -> dict[str, str]:
    return {
        "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
        "TWILIO_FROM": SENDER,
        "TWILIO_API_BASE_URL": twilio_server.url,
        "TWILIO_TIMEOUT_SECONDS": "5",
    }


@contextmanager
def later(live: Live, days: int) -> Iterator[Live]:
    """A second server on the same database, whose clock is so many days ahead."""
    settings = {**live.environment, DAYS: str(days), "PYTHONPATH": str(HOME / "tests")}
    with serving(live.folder, settings, "loopback.moved_clock:create_app_later()") as server:
        yield server
        assert server.errors == []


@contextmanager
def database(path: Path) -> Iterator[Session]:
    engine = create_engine(f"sqlite:///{path}")
    prepare_sqlite(engine)
    reading = engine.execution_options(**{BEGIN_OPTION: "DEFERRED"})
    with Session(reading, expire_on_commit=False) as session:
        yield session
    engine.dispose()


@contextmanager
def serving(
    folder: Path, settings: Mapping[str, str], made_by: str = "app:create_app()"
) -> Iterator[Live]:
    """Serve the database and the photos of a folder, as `make run` does."""
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {
        **settings,
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "PUBLIC_URL": url,
        "DATABASE_URL": f"sqlite:///{folder / 'sirolog.db'}",
        "PHOTO_STORE_URL": (folder / "photos").as_uri(),
        "SECRET_KEY": SECRET_KEY,
        "RANDOMISATION_KEY": RANDOMISATION_KEY,
    }
    live = Live(url, folder, environment, made_by)
    with (folder / f"server-{port}.log").open("w") as log:
        command = [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py"]
        process = subprocess.Popen(
            [*command, made_by],
            cwd=HOME,
            env=os.environ | environment,
            stdout=log,
            stderr=log,
        )
        try:
            _wait_until_up(process, live)
            yield live
        finally:
            process.terminate()
            process.wait(timeout=PATIENCE_SECONDS)


def _output(process: subprocess.Popen[str]) -> str:
    with process:
        printed, complaints = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 0, complaints
    return printed


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _wait_until_up(process: subprocess.Popen[bytes], live: Live) -> None:
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < give_up_at:
        if process.poll() is not None:
            pytest.fail(f"the server ended with {process.returncode}:\n{live.log}")
        try:
            if urllib3.request("GET", f"{live.url}/healthz", retries=False).status == 200:
                return
        except urllib3.exceptions.HTTPError:
            time.sleep(0.05)
    pytest.fail(f"the server did not answer within {PATIENCE_SECONDS:.0f} s:\n{live.log}")
