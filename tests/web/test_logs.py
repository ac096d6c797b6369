"""What reaches the log of a real process, where no test runner has set up logging before."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from config import HOME

LOOKS_AT_A_PHOTO = """
import logging, sys
from app import create_app
from photo_samples import a_picture, encoded, exif_with_everything
from photos.images import ingest
from photos.limits import PhotoLimits
from web.logs import log

create_app()
ingest(encoded(a_picture(), "JPEG", exif=exif_with_everything()), PhotoLimits(max_bytes=10**7))
logging.getLogger("urllib3.connectionpool").debug("/Messages.json?To=%2B8613812345678")
log.debug("something happened")
"""


@pytest.mark.parametrize(("level", "is_said"), [("DEBUG", True), ("INFO", False)])
def test_a_chatty_log_does_not_tell_where_a_photo_was_taken(
    tmp_path: Path, level: str, is_said: bool
) -> None:
    ours = {
        "LOG_LEVEL": level,
        "DATABASE_URL": f"sqlite:///{tmp_path / 'sirolog.db'}",
        "SECRET_KEY": "a secret key that only tests know, and long enough",
        "PYTHONPATH": os.pathsep.join([str(HOME), str(HOME / "tests")]),
    }
    done = subprocess.run(
        [sys.executable, "-c", LOOKS_AT_A_PHOTO],
        cwd=HOME,
        env=os.environ | ours,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert ("something happened" in done.stderr) is is_said
    for told in ("GPS", "Li Mei", "left arm", "Phone 15", "86138"):
        assert told not in done.stderr
