"""Real parts for all tests; each is started only when a test asks for it."""

import gc

import pytest

pytest_plugins = [
    "plugins.browser",
    "plugins.postgres",
    "plugins.twilio",
    "plugins.s3",
    "plugins.app",
    "plugins.live",
    "plugins.demo",
]

# mostly waiting for real processes: begun first, so that nobody waits for them at the end
LONG = ("whole_path/test_main_job.py", "notifications/test_notifier_kill.py")


def pytest_configure() -> None:
    """Thousands of small apps are made and dropped: the collector need not look after each."""
    gc.set_threshold(50_000, 20, 100)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.path.as_posix().endswith(LONG))
