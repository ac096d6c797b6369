"""Real `flask notifier` processes, a provider in a process of its own, and kill -9.

Sixty carers are due in the same minute. The first notifier is killed while it sends; then three
start at once. In the provider's ledger everybody stands exactly once.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session

from config import HOME
from loopback.twilio_webhooks import ACCOUNT_SID, AUTH_TOKEN
from messages_of_a_study import a_family_due
from models.engine import prepare_sqlite
from models.message import Message, MessageState

FAMILIES = 60
PATIENCE_SECONDS = 60
# a lease that a test can wait for; the time-out of a send must be shorter still
LEASE_SECONDS = 6


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgres":
        new_postgres: Callable[..., str] = request.getfixturevalue("new_postgres")
        return new_postgres(request.getfixturevalue("migrated_postgres"))
    path = tmp_path / "sirolog.db"
    shutil.copyfile(request.getfixturevalue("migrated_sqlite"), path)
    return f"sqlite:///{path}"


@pytest.fixture
def phones(database_url: str) -> set[str]:
    """The numbers of sixty carers whose children's dose is due now."""
    engine = create_engine(database_url)
    prepare_sqlite(engine)
    with Session(engine) as session:
        due = datetime.now(UTC) - timedelta(seconds=1)
        carers = [a_family_due(session, due)[1] for _ in range(FAMILIES)]
        numbers = {carer.us_phone_number or "" for carer in carers}
        session.commit()
    engine.dispose()
    return numbers


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return tmp_path / "ledger.jsonl"


@pytest.fixture
def provider(ledger: Path) -> Iterator[str]:
    """Its address. It answers slowly, so that a kill finds messages taken and not yet answered."""
    program = HOME / "tests/loopback/twilio_server.py"
    command = [sys.executable, str(program), "--ledger", str(ledger), "--latency", "0.4"]
    with running(command, {}, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        yield process.stdout.readline().split()[0]


@pytest.fixture
def environment(database_url: str, tmp_path: Path, provider: str) -> dict[str, str]:
    protocols = tmp_path / "protocols"
    shutil.copytree(HOME / "protocols", protocols)
    for path in protocols.glob("*.toml"):
        text = path.read_text(encoding="utf-8")
        path.write_text(
            text.replace("lease_seconds = 60", f"lease_seconds = {LEASE_SECONDS}"),
            encoding="utf-8",
        )
    return {
        "DATABASE_URL": database_url,
        "PROTOCOL_DIR": str(protocols),
        "PHOTO_STORE_URL": (tmp_path / "photos").as_uri(),
        "SECRET_KEY": "a secret key that only tests know, and long enough",
        "PUBLIC_URL": "http://localhost",
        "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
        "TWILIO_FROM": "+15005550006",
        "TWILIO_API_BASE_URL": provider,
        "TWILIO_TIMEOUT_SECONDS": "2",
        "SMS_IN_FLIGHT": "4",
    }


@contextmanager
def running(
    command: list[str], environment: dict[str, str], stdout: int = subprocess.DEVNULL
) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        command,
        cwd=HOME,
        env=os.environ | environment,
        stdout=stdout,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait(timeout=10)


def notifier(environment: dict[str, str]) -> AbstractContextManager[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "flask", "--app", "app", "notifier", "--every", "0.5"]
    return running(command, environment)


def taken(ledger: Path) -> Counter[str]:
    """How often each number stands in the provider's ledger."""
    lines = ledger.read_text(encoding="utf-8").splitlines() if ledger.exists() else []
    return Counter(json.loads(line)["to"] for line in lines)


def wait_until(holds: Callable[[], bool], what: str) -> None:
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        if time.monotonic() > give_up_at:
            pytest.fail(f"waited in vain until {what}")
        time.sleep(0.05)


def in_state(session: Session, state: MessageState) -> int:
    session.rollback()
    return session.scalar(select(func.count(Message.id)).where(Message.state == state)) or 0


def test_killed_in_the_middle_of_a_send_and_started_three_times_nobody_gets_two_and_nobody_none(
    database_url: str, environment: dict[str, str], phones: set[str], ledger: Path
) -> None:
    with notifier(environment) as first:
        wait_until(lambda: taken(ledger).total() >= 10, "the first notifier sends")
        first.send_signal(signal.SIGKILL)
        first.wait(timeout=10)
    engine = create_engine(database_url)
    with Session(engine) as session, ExitStack() as started:
        held = in_state(session, MessageState.SENDING)
        recorded = in_state(session, MessageState.SENT)
        # the kill came in the middle: some are taken by the provider and not recorded by us
        assert held > 0
        assert recorded < taken(ledger).total() < FAMILIES
        three = [started.enter_context(notifier(environment)) for _ in range(3)]
        wait_until(
            lambda: in_state(session, MessageState.SENT) == FAMILIES, "all messages are recorded"
        )
        assert taken(ledger) == Counter(dict.fromkeys(phones, 1))
        for process in three:
            process.send_signal(signal.SIGTERM)
        assert [process.wait(timeout=20) for process in three] == [0, 0, 0]
        assert taken(ledger) == Counter(dict.fromkeys(phones, 1))
        names = select(func.count(func.distinct(Message.provider_id)))
        assert session.scalar(names) == FAMILIES
    engine.dispose()
