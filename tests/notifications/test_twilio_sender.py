"""Twilio's real SDK against a Twilio on this machine: what is sent, and every way it can fail."""

import logging
import threading
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from loopback.twilio_faults import (
    Fault,
    cut_body,
    garbled,
    rate_limited,
    refused,
    reset,
    server_error,
    silence,
)
from loopback.twilio_server import TwilioServer
from loopback.twilio_webhooks import ACCOUNT_SID, AUTH_TOKEN
from notifications.twilio_http import TwilioHttp
from notifications.twilio_sms import TwilioAccount, TwilioSender
from services.ports import (
    DeliveryState,
    OutgoingSms,
    SmsInDoubtError,
    SmsRefusedError,
    SmsSender,
    SmsUnavailableError,
)

PHONE = "+8613800138000"
TEXT = "早上好，请打开日记。"
SERVICE = "MG" + "7" * 32
NUMBER = "+15005550006"
DAY = timedelta(days=1)


def a_message(
    *, body: str = TEXT, valid_for: int | None = 3600, callback: str | None = None, to: str = PHONE
) -> OutgoingSms:
    return OutgoingSms(to, body, valid_for, callback, reference="outbox-1")


def a_sender(
    server: TwilioServer, *, timeout_seconds: float = 5.0, token: str = AUTH_TOKEN
) -> TwilioSender:
    http = TwilioHttp(timeout_seconds=timeout_seconds, base_url=server.url)
    return TwilioSender(TwilioAccount(ACCOUNT_SID, token, messaging_service_sid=SERVICE), http)


@pytest.fixture
def sender(twilio_server: TwilioServer) -> SmsSender:
    return a_sender(twilio_server)


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.DEBUG):
        yield caplog


def today() -> tuple[datetime, datetime]:
    now = datetime.now(UTC)
    return now - timedelta(hours=1), now


# What is sent


def test_exactly_these_fields_are_sent(sender: SmsSender, twilio_server: TwilioServer) -> None:
    sender.send(a_message(callback="https://sirolog.example/sms/status"))
    assert twilio_server.requests == [
        (
            "POST",
            {
                "To": PHONE,
                "Body": TEXT,
                "MessagingServiceSid": SERVICE,
                "ValidityPeriod": "3600",
                "StatusCallback": "https://sirolog.example/sms/status",
            },
        )
    ]


def test_without_a_messaging_service_the_number_is_sent(twilio_server: TwilioServer) -> None:
    http = TwilioHttp(timeout_seconds=5, base_url=twilio_server.url)
    account = TwilioAccount(ACCOUNT_SID, AUTH_TOKEN, from_number=NUMBER)
    sent = TwilioSender(account, http).send(a_message(valid_for=None))
    assert twilio_server.requests == [("POST", {"To": PHONE, "Body": TEXT, "From": NUMBER})]
    assert sent.state is DeliveryState.QUEUED


def test_an_account_that_can_send_from_nowhere_is_an_error() -> None:
    with pytest.raises(ValueError, match="send from"):
        TwilioAccount(ACCOUNT_SID, AUTH_TOKEN)


@pytest.mark.parametrize(("asked", "sent"), [(1, "1"), (36_000, "36000"), (36_001, "36000")])
def test_validity_never_exceeds_what_twilio_takes(
    sender: SmsSender, twilio_server: TwilioServer, asked: int, sent: str
) -> None:
    sender.send(a_message(valid_for=asked))
    assert twilio_server.accepted[0].fields["ValidityPeriod"] == sent


def test_the_answer_names_the_message_and_its_state(
    sender: SmsSender, twilio_server: TwilioServer
) -> None:
    sent = sender.send(a_message())
    assert sent.provider_id == twilio_server.accepted[0].sid
    assert sent.state is DeliveryState.ACCEPTED


def test_a_path_before_the_api_is_kept(twilio_server: TwilioServer) -> None:
    http = TwilioHttp(timeout_seconds=5, base_url=f"{twilio_server.url}/relay/")
    account = TwilioAccount(ACCOUNT_SID, AUTH_TOKEN, messaging_service_sid=SERVICE)
    with pytest.raises(SmsRefusedError) as refusal:  # the server knows no such path
        TwilioSender(account, http).send(a_message())
    assert refusal.value.code == "20404"


# What goes wrong


@pytest.mark.parametrize("code", [21610, 21211, 21614, 30005, 30006, 30007, 21617])
def test_a_refusal_is_final(sender: SmsSender, twilio_server: TwilioServer, code: int) -> None:
    twilio_server.fail_next(refused(code))
    with pytest.raises(SmsRefusedError) as refusal:
        sender.send(a_message())
    assert refusal.value.code == str(code)
    assert len(twilio_server.requests) == 1


def test_a_number_that_opted_out_is_refused(sender: SmsSender, twilio_server: TwilioServer) -> None:
    twilio_server.opted_out.add(PHONE)
    with pytest.raises(SmsRefusedError, match="21610"):
        sender.send(a_message())


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7), ("0", 0), (None, None), ("Wed, 21 Oct 2026 07:28:00 GMT", None)],
)
def test_too_many_requests_is_for_later_with_the_pause_that_twilio_names(
    sender: SmsSender, twilio_server: TwilioServer, header: str | None, seconds: int | None
) -> None:
    twilio_server.fail_next(rate_limited(header))
    with pytest.raises(SmsUnavailableError) as later:
        sender.send(a_message())
    assert (later.value.code, later.value.retry_after) == ("20429", seconds)
    assert twilio_server.accepted == []


@pytest.mark.parametrize(("code", "status"), [(20429, 400), (21611, 400), (20003, 401)])
def test_errors_that_do_not_blame_the_message_are_for_later(
    sender: SmsSender, twilio_server: TwilioServer, code: int, status: int
) -> None:
    twilio_server.fail_next(refused(code, status))
    with pytest.raises(SmsUnavailableError, match=str(code)):
        sender.send(a_message())


def test_a_wrong_token_does_not_condemn_the_message(twilio_server: TwilioServer) -> None:
    with pytest.raises(SmsUnavailableError, match="20003"):
        a_sender(twilio_server, token="wrong").send(a_message())


@pytest.mark.parametrize(
    "fault",
    [
        server_error(accepted=False),
        server_error(accepted=True),
        server_error(accepted=True, status=503),
        reset(accepted=False),
        reset(accepted=True),
        cut_body(),
        garbled(),
        garbled(""),
        garbled("[]"),
        garbled("{}"),
        garbled('{"sid": "SM1", "date_created": 5}'),
    ],
)
def test_an_answer_that_proves_nothing_leaves_the_message_in_doubt(
    sender: SmsSender, twilio_server: TwilioServer, fault: Fault
) -> None:
    twilio_server.fail_next(fault)
    with pytest.raises(SmsInDoubtError):
        sender.send(a_message())
    assert len(twilio_server.requests) == 1, "a sender never tries again by itself"
    assert len(sender.find(PHONE, TEXT, *today())) == int(fault.accepted)


@pytest.mark.parametrize("accepted", [True, False])
def test_silence_ends_with_the_time_out_and_in_doubt(
    twilio_server: TwilioServer, accepted: bool
) -> None:
    sender = a_sender(twilio_server, timeout_seconds=0.2)
    twilio_server.fail_next(silence(2, accepted=accepted))
    started_at = datetime.now(UTC)
    with pytest.raises(SmsInDoubtError):
        sender.send(a_message())
    assert datetime.now(UTC) - started_at < timedelta(seconds=1.5)
    assert len(sender.find(PHONE, TEXT, *today())) == int(accepted)


def test_an_unreachable_provider_took_nothing(twilio_server: TwilioServer) -> None:
    twilio_server.stop()
    with pytest.raises(SmsUnavailableError, match="unreachable"):
        a_sender(twilio_server).send(a_message())


def test_after_a_fault_the_next_message_goes_out(
    sender: SmsSender, twilio_server: TwilioServer
) -> None:
    twilio_server.fail_next(reset(accepted=False))
    with pytest.raises(SmsInDoubtError):
        sender.send(a_message())
    assert sender.send(a_message()).provider_id == twilio_server.accepted[0].sid


# Connections


def test_one_connection_serves_many_messages(
    sender: SmsSender, twilio_server: TwilioServer
) -> None:
    for _ in range(5):
        sender.send(a_message())
    sender.find(PHONE, TEXT, *today())
    assert (len(twilio_server.accepted), twilio_server.connections) == (5, 1)


def test_threads_take_turns_on_no_more_connections_than_they_are(
    twilio_server: TwilioServer,
) -> None:
    twilio_server.latency_seconds = 0.05
    sender = a_sender(twilio_server)
    all_at_once = threading.Barrier(4)

    def send_five() -> None:
        for _ in range(5):
            all_at_once.wait()
            sender.send(a_message())

    threads = [threading.Thread(target=send_five) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(twilio_server.accepted) == 20
    assert twilio_server.connections <= 4


def test_a_connection_that_the_server_closed_is_replaced(twilio_server: TwilioServer) -> None:
    sender = a_sender(twilio_server)
    sender.send(a_message())
    twilio_server.hang_up()
    sender.send(a_message())
    assert (len(twilio_server.accepted), twilio_server.connections) == (2, 2)


# Looking up


def test_a_message_is_found_by_number_and_exact_text(
    sender: SmsSender, twilio_server: TwilioServer
) -> None:
    sent = sender.send(a_message())
    sender.send(a_message(body=TEXT + " "))
    sender.send(a_message(to="+8613900139000"))
    assert sender.find(PHONE, TEXT, *today()) == [sent]


def test_the_same_text_twice_is_found_twice(sender: SmsSender) -> None:
    first, second = sender.send(a_message()), sender.send(a_message())
    assert set(sender.find(PHONE, TEXT, *today())) == {first, second}


def test_a_delivered_message_is_found_with_its_state(
    sender: SmsSender, twilio_server: TwilioServer
) -> None:
    sent = sender.send(a_message(callback="https://sirolog.example/sms/status"))
    twilio_server.receipt(sent.provider_id, "delivered")
    found = sender.find(PHONE, TEXT, *today())
    assert [(m.provider_id, m.state) for m in found] == [
        (sent.provider_id, DeliveryState.DELIVERED)
    ]


def test_the_same_text_of_another_day_is_not_found(
    sender: SmsSender, twilio_server: TwilioServer
) -> None:
    sender.send(a_message())
    since, until = today()
    twilio_server.accepted[0].accepted_at -= DAY
    assert sender.find(PHONE, TEXT, since, until) == []
    assert len(sender.find(PHONE, TEXT, since - DAY, until - DAY)) == 1


def test_a_minute_between_the_clocks_is_forgiven(
    sender: SmsSender, twilio_server: TwilioServer
) -> None:
    sender.send(a_message())
    at = twilio_server.accepted[0].accepted_at
    minute, second = timedelta(minutes=1), timedelta(seconds=1)
    assert len(sender.find(PHONE, TEXT, at + minute, at + DAY)) == 1
    assert len(sender.find(PHONE, TEXT, at - DAY, at - minute)) == 1
    assert sender.find(PHONE, TEXT, at + minute + second, at + DAY) == []
    assert sender.find(PHONE, TEXT, at - DAY, at - minute - second) == []


def test_a_message_below_many_others_is_found(
    sender: SmsSender, twilio_server: TwilioServer
) -> None:
    sent = sender.send(a_message())
    for number in range(60):
        twilio_server.ledger.accept({"To": PHONE, "From": NUMBER, "Body": str(number)})
    assert sender.find(PHONE, TEXT, *today()) == [sent]


@pytest.mark.parametrize(
    "fault",
    [server_error(accepted=False), reset(accepted=False), cut_body(), garbled(), garbled("[]")],
)
def test_a_failed_look_up_says_that_nothing_is_known(
    sender: SmsSender, twilio_server: TwilioServer, fault: Fault
) -> None:
    twilio_server.fail_next_lookup(fault)
    with pytest.raises(SmsUnavailableError):
        sender.find(PHONE, TEXT, *today())


def test_a_look_up_that_comes_too_soon_says_when_to_come_back(
    sender: SmsSender, twilio_server: TwilioServer
) -> None:
    twilio_server.fail_next_lookup(rate_limited("3"))
    with pytest.raises(SmsUnavailableError) as later:
        sender.find(PHONE, TEXT, *today())
    assert later.value.retry_after == 3


# Privacy


def test_neither_number_nor_text_reaches_a_log(
    sender: SmsSender, twilio_server: TwilioServer, log: pytest.LogCaptureFixture
) -> None:
    twilio_server.fail_next_lookup(garbled())
    sender.send(a_message())
    with pytest.raises(SmsUnavailableError):
        sender.find(PHONE, TEXT, *today())
    sender.find(PHONE, TEXT, *today())
    assert PHONE.lstrip("+") not in log.text
    assert TEXT not in log.text


@pytest.mark.parametrize(
    "fault", [refused(21211), server_error(accepted=True), garbled(), reset(accepted=True)]
)
def test_a_traceback_quotes_neither_number_nor_text(
    sender: SmsSender, twilio_server: TwilioServer, fault: Fault
) -> None:
    twilio_server.fail_next(fault)
    message = a_message()
    with pytest.raises((SmsRefusedError, SmsInDoubtError)) as failure:
        sender.send(message)
    told = "".join(traceback.format_exception(failure.value)) + repr(message)
    assert PHONE.lstrip("+") not in told
    assert TEXT not in told
