"""The seam to the phone networks: what a sender promises and the errors a caller may see."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class DeliveryState(StrEnum):
    """What the provider last said of a message. `delivered` is not "seen"."""

    ACCEPTED = "accepted"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    READ = "read"

    def may_become(self, newer: "DeliveryState") -> bool:
        """Does `newer` carry the message forward? Receipts arrive twice and out of order."""
        return self not in _DEAD_ENDS and _RANK[newer] > _RANK[self]


_DEAD_ENDS = frozenset({DeliveryState.UNDELIVERED, DeliveryState.FAILED})
_RANK = {
    DeliveryState.ACCEPTED: 0,
    DeliveryState.QUEUED: 1,
    DeliveryState.SENDING: 2,
    DeliveryState.SENT: 3,
    DeliveryState.DELIVERED: 4,
    DeliveryState.UNDELIVERED: 4,
    DeliveryState.FAILED: 4,
    DeliveryState.READ: 5,
}


@dataclass(frozen=True, slots=True)
class OutgoingSms:
    """One message to one phone. `to` in E.164; `reference` is our own name for it.

    Number and text stay out of `repr`, so that neither slips into a log or a traceback.
    """

    to: str = field(repr=False)
    body: str = field(repr=False)
    valid_for_seconds: int | None
    status_callback: str | None
    reference: str


@dataclass(frozen=True, slots=True)
class SentSms:
    """What the provider calls an accepted message, and the state it gave it."""

    provider_id: str
    state: DeliveryState


class SmsRefusedError(Exception):
    """The provider will never take this message: do not send it again. `code` is theirs."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class SmsUnavailableError(Exception):
    """Certainly not accepted; try later, not before `retry_after` seconds if that is known."""

    def __init__(self, code: str, retry_after: int | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.retry_after = retry_after


class SmsInDoubtError(Exception):
    """Perhaps accepted, perhaps not: look it up with `find` before sending it again."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class SmsSender(Protocol):
    """A way to phones. One sender serves many threads at once."""

    @property
    def name(self) -> str:
        """Stored with each message, so that it is looked up where it was sent."""
        ...

    def send(self, message: OutgoingSms) -> SentSms:
        """Hand over one message, once: a sender never tries again by itself.

        Raises SmsRefusedError, SmsUnavailableError or SmsInDoubtError, and nothing else.
        """
        ...

    def find(self, to: str, body: str, since: datetime, until: datetime) -> Sequence[SentSms]:
        """Messages to `to` with exactly this text that were accepted between two instants.

        The caller leaves out those it already knows from other sends of the same text. A message
        just accepted may take the provider some seconds to list.
        Raises SmsUnavailableError when the provider cannot be asked: then nothing is known.
        """
        ...
