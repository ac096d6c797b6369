"""Find a Chromium for the browser tests and screenshots, or get one. Prints its path.

First one on PATH; else Debian's, with a Chinese font, where we may install packages; else the one
that Playwright downloads.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def find_browser() -> str | None:
    """The path of a browser that is here already, or None. Installs nothing."""
    named = os.environ.get("SIROLOG_BROWSER")
    if named:
        return named
    on_path = next(filter(None, map(shutil.which, NAMES)), None)
    return on_path or _from_playwright()


def get_browser() -> str:
    """The path of a browser, installed now if need be.

    Raises:
        SystemExit: there is none and none could be installed.
    """
    if found := find_browser():
        return found
    _install()
    if found := find_browser():
        return found
    sys.exit("No browser: install Chromium, or name one with SIROLOG_BROWSER=/path/to/it")


def _from_playwright() -> str | None:
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def _install() -> None:
    if _may_use_apt() and _run("apt-get", "update", "-q"):
        packages = ("chromium", "fonts-noto-cjk")
        if _run("apt-get", "install", "-y", "-q", "--no-install-recommends", *packages):
            return
    _run(sys.executable, "-m", "playwright", "install", "chromium")


def _may_use_apt() -> bool:
    return shutil.which("apt-get") is not None and os.geteuid() == 0


def _run(*command: str) -> bool:
    """Run a command whose own words go to stderr, so that stdout carries the path alone."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(  # noqa: S603 - the words of the command are ours
        command, check=False, stdout=sys.stderr, stdin=subprocess.DEVNULL, env=environment
    )
    return done.returncode == 0


if __name__ == "__main__":
    sys.stdout.write(get_browser() + "\n")
