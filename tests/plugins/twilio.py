"""A Twilio for the tests, on this machine."""

from collections.abc import Iterator

import pytest

from loopback.twilio_server import TwilioServer


@pytest.fixture
def twilio_server() -> Iterator[TwilioServer]:
    """A fresh server with an empty ledger; point TWILIO_API_BASE_URL at its `url`."""
    server = TwilioServer().start()
    yield server
    server.stop()
