"""The terminal as a telephone, for the demo."""

import io
from datetime import UTC, datetime, timedelta

import pytest

from notifications.console_sms import ConsoleSender
from services.ports import DeliveryState, OutgoingSms, SmsSender, SmsUnavailableError

NOW = datetime(2026, 3, 2, 0, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)


def a_message(body: str = "Please open the diary.") -> OutgoingSms:
    return OutgoingSms("+8613800138000", body, 3600, None, reference="outbox-7")


def a_sender(stream: io.StringIO) -> SmsSender:
    return ConsoleSender(stream, clock=lambda: NOW)


def test_a_message_is_printed_whole_and_says_that_it_was_not_sent() -> None:
    terminal = io.StringIO()
    sent = a_sender(terminal).send(a_message("First line\nsecond line"))
    assert terminal.getvalue() == (
        "--- SMS to +8613800138000 (outbox-7), printed and not sent\n"
        "  | First line\n"
        "  | second line\n"
    )
    assert sent.state is DeliveryState.SENT


def test_each_message_has_its_own_id() -> None:
    sender = a_sender(io.StringIO())
    assert sender.send(a_message()).provider_id != sender.send(a_message()).provider_id


def test_what_this_process_printed_is_found_in_its_time() -> None:
    sender = a_sender(io.StringIO())
    sent = sender.send(a_message())
    to, body = "+8613800138000", "Please open the diary."
    assert list(sender.find(to, body, NOW - HOUR, NOW)) == [sent]
    assert list(sender.find(to, body + "!", NOW - HOUR, NOW)) == []
    assert list(sender.find("+8613900139000", body, NOW - HOUR, NOW)) == []
    assert list(sender.find(to, body, NOW - 2 * HOUR, NOW - HOUR)) == []


def test_after_a_restart_nothing_is_claimed() -> None:
    a_sender(io.StringIO()).send(a_message())
    found = a_sender(io.StringIO()).find("+8613800138000", "Please open the diary.", NOW, NOW)
    assert list(found) == []


def test_a_closed_terminal_took_nothing() -> None:
    terminal = io.StringIO()
    sender = a_sender(terminal)
    terminal.close()
    with pytest.raises(SmsUnavailableError):
        sender.send(a_message())
