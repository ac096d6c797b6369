"""Which provider carries our messages: Twilio if an account is set up, else the terminal."""

import sys
from collections.abc import Callable
from datetime import datetime, timedelta

from config import Settings
from notifications.console_sms import ConsoleSender
from notifications.twilio_http import TwilioHttp
from notifications.twilio_sms import TwilioAccount, TwilioSender
from services.ports import SmsSender


def sender_of(settings: Settings, clock: Callable[[], datetime]) -> SmsSender:
    """The sender of this installation. One serves all threads of the process."""
    if settings.twilio_account_sid is None or settings.twilio_auth_token is None:
        return ConsoleSender(sys.stdout, clock)
    account = TwilioAccount(
        sid=settings.twilio_account_sid,
        auth_token=settings.twilio_auth_token,
        from_number=settings.twilio_from,
        messaging_service_sid=settings.twilio_messaging_service_sid,
    )
    http = TwilioHttp(
        timeout_seconds=settings.twilio_timeout_seconds,
        pool_size=settings.sms_in_flight,
        base_url=settings.twilio_api_base_url,
    )
    return TwilioSender(account, http)


def longest_send(settings: Settings) -> timedelta:
    """Connecting and waiting for the answer may each take the time-out."""
    if not settings.uses_twilio:
        return timedelta(0)
    return timedelta(seconds=2 * settings.twilio_timeout_seconds)
