"""A real Chromium for tests: one a worker, fresh pages a test, at phone and at desk size."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from scripts.get_browser import find_browser

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
    "locale": "zh-CN",
    "timezone_id": "Asia/Shanghai",
}
DESK: dict[str, Any] = {
    "viewport": {"width": 1280, "height": 800},
    "locale": "en-GB",
    "timezone_id": "Asia/Shanghai",
}
PATIENCE_MS = 10_000  # a busy machine with two cores, not a slow page


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, started once a worker. Under CI=true a machine without one fails."""
    path = find_browser()
    if path is None:
        message = "no browser: python scripts/get_browser.py gets one"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=[*FLAGS])
        yield chromium
        chromium.close()


def _pages(browser: Browser, options: dict[str, Any]) -> Iterator[Page]:
    context: BrowserContext = browser.new_context(**options)
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A page on a small Chinese phone with a touch screen, nothing stored on it."""
    yield from _pages(browser, PHONE)


@pytest.fixture
def desk(browser: Browser) -> Iterator[Page]:
    """A page on a desk screen, nothing stored in it."""
    yield from _pages(browser, DESK)


def assert_accessible(page: Page) -> None:
    """No violation of WCAG 2.2 A or AA, nor of axe's best practices, on the page as it stands."""
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
