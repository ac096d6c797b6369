"""A real S3 server for the tests: `rclone serve s3` over a temporary folder."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

_BUCKET = "photos"
_ACCESS_KEY, _SECRET_KEY = "test-access-key", "test-secret-key"
_START_WITHIN_S = 20.0


@pytest.fixture(scope="session")
def s3_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of an empty bucket for `open_store`; AWS credentials are in the environment."""
    rclone = _rclone()
    folder, port = tmp_path_factory.mktemp("s3"), _free_port()
    (folder / _BUCKET).mkdir()
    server = subprocess.Popen(
        [
            *(rclone, "serve", "s3", str(folder), "--config", os.devnull),
            *("--auth-key", f"{_ACCESS_KEY},{_SECRET_KEY}", "--addr", f"127.0.0.1:{port}"),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_until_up(server, port)
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("AWS_ACCESS_KEY_ID", _ACCESS_KEY)
            environment.setenv("AWS_SECRET_ACCESS_KEY", _SECRET_KEY)
            yield f"s3://{_BUCKET}/tests?endpoint=http://127.0.0.1:{port}&region=us-east-1"
    finally:
        server.terminate()
        server.wait(timeout=10)


def _rclone() -> str:
    beside_python = Path(sys.executable).with_name("rclone")
    found = str(beside_python) if beside_python.exists() else shutil.which("rclone")
    if found is not None:
        return found
    reason = "rclone is not installed (see requirements-dev.txt)"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _wait_until_up(server: subprocess.Popen[bytes], port: int) -> None:
    give_up_at = time.monotonic() + _START_WITHIN_S
    while time.monotonic() < give_up_at:
        if server.poll() is not None:
            pytest.fail(f"the S3 server ended with {server.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"the S3 server did not answer within {_START_WITHIN_S:.0f} s")
