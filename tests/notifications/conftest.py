"""Lines to a Twilio on this machine."""

from pathlib import Path

import pytest
from flask import Flask

from config import Settings
from loopback.twilio_server import TwilioServer
from loopback.twilio_webhooks import ACCOUNT_SID, AUTH_TOKEN
from notifications.line import Line
from notifications.set_up import make_line
from plugins.app import make_settings
from web.parts import parts

PUBLIC_URL = "https://study.example"


@pytest.fixture
def settings(tmp_path: Path, database_url: str, twilio_server: TwilioServer) -> Settings:
    return make_settings(
        tmp_path,
        database_url,
        public_url=PUBLIC_URL,
        twilio_account_sid=ACCOUNT_SID,
        twilio_auth_token=AUTH_TOKEN,
        twilio_from="+15005550006",
        twilio_api_base_url=twilio_server.url,
        twilio_timeout_seconds=1,
    )


@pytest.fixture
def line(app: Flask, settings: Settings) -> Line:
    """Through the real SDK, with the clock of the test."""
    with app.app_context():
        return make_line(settings, parts().protocols, parts().clock)
