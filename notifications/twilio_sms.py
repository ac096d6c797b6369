"""Text messages through Twilio. The only module that knows its REST client."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus

from twilio.base import values
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.rest import Client
from twilio.rest.api.v2010.account.message import MessageInstance
from urllib3.exceptions import ConnectTimeoutError, HTTPError

from notifications.twilio_codes import Again, again, delivery_state
from notifications.twilio_http import TooManyRequestsError, TwilioHttp
from services.ports import (
    OutgoingSms,
    SentSms,
    SmsInDoubtError,
    SmsRefusedError,
    SmsUnavailableError,
)

_LONGEST_VALIDITY_SECONDS = 36_000  # Twilio refuses more
_LOOKED_THROUGH = 1_000  # newest messages to one number: one page, more than a year of them
# Twilio's clock is not ours, and its times have no fractions of a second.
_CLOCKS_APART = timedelta(minutes=1)

# ValueError to KeyError come from an answer that the SDK cannot read.
_READING = (ValueError, TypeError, AttributeError, KeyError)
_FAILURES = (TwilioException, HTTPError, TooManyRequestsError, *_READING)


@dataclass(frozen=True, slots=True)
class TwilioAccount:
    """Who sends: the messaging service if there is one, else `from_number` (E.164)."""

    sid: str
    auth_token: str = field(repr=False)
    from_number: str | None = None
    messaging_service_sid: str | None = None

    def __post_init__(self) -> None:
        if not (self.from_number or self.messaging_service_sid):
            raise ValueError("a Twilio account needs a messaging service or a number to send from")


class TwilioSender:
    """`services.ports.SmsSender` over Twilio's Messages API."""

    name = "twilio"

    def __init__(self, account: TwilioAccount, http: TwilioHttp) -> None:
        client = Client(account.sid, account.auth_token, http_client=http)
        self._account = account
        self._messages = client.messages

    # Both raise `from None`: the causes quote phone numbers and whole answers, which a
    # traceback would carry into the log.
    def send(self, message: OutgoingSms) -> SentSms:
        """See the port. Whatever could not be read after sending leaves the message in doubt."""
        try:
            return _sent(self._create(message))
        except _FAILURES as failure:
            raise _outcome(failure) from None

    def find(self, to: str, body: str, since: datetime, until: datetime) -> Sequence[SentSms]:
        """See the port. Twilio is asked by number only, time and text are compared here: what
        waits in its queue has no date of sending yet, and a search by that date may miss it.
        """
        try:
            listed = self._messages.list(to=to, limit=_LOOKED_THROUGH)
            return [_sent(m) for m in listed if m.body == body and _within(m, since, until)]
        except TooManyRequestsError as failure:
            raise SmsUnavailableError("20429", failure.retry_after) from None
        except _FAILURES as failure:
            raise SmsUnavailableError(type(failure).__name__) from None

    def _create(self, message: OutgoingSms) -> MessageInstance:
        service = self._account.messaging_service_sid
        seconds = message.valid_for_seconds
        return self._messages.create(
            to=message.to,
            body=message.body,
            messaging_service_sid=service or values.unset,
            from_=values.unset if service else self._account.from_number or values.unset,
            validity_period=min(seconds, _LONGEST_VALIDITY_SECONDS) if seconds else values.unset,
            status_callback=message.status_callback or values.unset,
        )


def _sent(message: MessageInstance) -> SentSms:
    if not message.sid:
        raise ValueError("the answer names no message")
    return SentSms(message.sid, delivery_state(str(message.status)))


def _within(message: MessageInstance, since: datetime, until: datetime) -> bool:
    created = message.date_created
    if created is None:  # better one found too many than one sent twice
        return True
    return since - _CLOCKS_APART <= created <= until + _CLOCKS_APART


def _outcome(failure: Exception) -> Exception:
    """What a failure says about the message that was being sent."""
    match failure:
        case TooManyRequestsError():
            return SmsUnavailableError("20429", failure.retry_after)
        case ConnectTimeoutError():  # also a refused connection and an unknown host name
            return SmsUnavailableError("unreachable")
        case TwilioRestException() | TwilioServiceException():
            return _answered(failure.status, str(failure.code))
        case _:
            return SmsInDoubtError(type(failure).__name__)


def _answered(status: int, code: str) -> Exception:
    """Only a 4xx is sure to come from before the message was taken."""
    if not HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return SmsInDoubtError(f"http {status}")
    return SmsUnavailableError(code) if again(code) is Again.LATER else SmsRefusedError(code)
