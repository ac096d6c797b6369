"""More phones, and an ear for what their browsers complain about."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from plugins.browser import PATIENCE_MS, PHONE


@pytest.fixture
def new_phone(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Makes Chinese phones with nothing stored on them; options as for a browser context."""
    made: list[BrowserContext] = []

    def make(**options: Any) -> Page:
        made.append(browser.new_context(**(PHONE | options)))
        made[-1].set_default_timeout(PATIENCE_MS)
        return made[-1].new_page()

    yield make
    for context in made:
        context.close()
