"""Lines to a Twilio on this machine."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from config import Settings
from loopback.twilio_server import TwilioServer
from loopback.twilio_webhooks import ACCOUNT_SID, AUTH_TOKEN
from messages_of_a_study import MORNING, a_family
from models.account import Account
from models.participant import Participant
from notifications.line import Line
from notifications.send_now import at_once
from notifications.set_up import make_line
from plugins.app import FakeClock, make_settings
from web.parts import parts
from webhook_calls import send_the_reminder

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
    """Through the real SDK, with the clock of the test. What cannot wait leaves at once."""
    with app.app_context():
        made = make_line(settings, parts().protocols, parts().clock)
        parts().send_now = at_once(made)
    return made


@pytest.fixture
def reminded(session: Session, line: Line, clock: FakeClock) -> tuple[Participant, Account]:
    """A family whose morning reminder went out a minute ago."""
    clock.now = MORNING - timedelta(hours=2)
    child, carer = a_family(session)
    send_the_reminder(session, line, clock)
    return child, carer


@pytest.fixture
def now(clock: FakeClock) -> datetime:
    clock.now = datetime.now(UTC)
    return clock.now
