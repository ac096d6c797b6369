"""The made-up study in a folder of its own, served for as long as somebody looks at it."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_SECONDS = 60.0
_CODE_ON_THE_TERMINAL = re.compile(r"\b(\d{6})\b")


@dataclass(frozen=True, slots=True)
class DemoServer:
    """`environment` is what the server, and each command beside it, runs with."""

    url: str
    log: Path
    environment: Mapping[str, str]

    def flask(self, *words: str) -> str:
        """Run `flask --app app …` and return what it prints.

        Raises:
            CalledProcessError: the command failed.
        """
        return _flask(self.environment, *words)

    def sms_code(self, already_printed: int) -> str:
        """The code in the first SMS that the terminal shows behind so many characters.

        Raises:
            TimeoutError: none was printed.
        """
        give_up_at = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < give_up_at:
            printed = self.printed()[already_printed:].partition("--- SMS to ")[2]
            if found := _CODE_ON_THE_TERMINAL.search(printed.partition("\n")[2]):
                return found.group(1)
            time.sleep(0.1)
        raise TimeoutError("no code was printed")

    def printed(self) -> str:
        """What the terminal shows so far."""
        return self.log.read_text(encoding="utf-8")


@contextmanager
def serving_demo(folder: Path) -> Generator[DemoServer]:
    """Serve the study in `folder`, made up there first unless it is there already.

    Raises:
        TimeoutError: the server did not come up.
    """
    port = _free_port()
    environment = {
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "DATABASE_URL": f"sqlite:///{folder / 'sirolog.db'}",
        "PHOTO_STORE_URL": (folder / "photos").as_uri(),
        "SECRET_KEY": "guards nothing but a made-up study",
    }
    _flask(environment, "db", "upgrade")
    _flask(environment, "demo", "--if-empty")
    server = DemoServer(environment["PUBLIC_URL"], folder / "terminal.log", environment)
    with server.log.open("w") as log:
        process = _start(environment, log.fileno())
        try:
            _wait_until_up(server.url)
            yield server
        finally:
            process.terminate()
            process.wait(timeout=PATIENCE_SECONDS)


def _flask(environment: Mapping[str, str], *words: str) -> str:
    done = subprocess.run(  # noqa: S603 - the words of the command are ours
        [sys.executable, "-m", "flask", "--app", "app", *words],
        cwd=ROOT,
        env=os.environ | environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.stdout


def _start(environment: Mapping[str, str], log: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py", "app:create_app()"],
        cwd=ROOT,
        env=os.environ | environment,
        stdout=log,
        stderr=log,
    )


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _wait_until_up(url: str) -> None:
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < give_up_at:
        try:
            with urllib.request.urlopen(f"{url}/healthz"):  # noqa: S310 - our own server
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    raise TimeoutError(f"{url} does not answer")
