"""A line to the phones: everything that sending needs, put together once per process."""

import os
import secrets
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from services.outbox import Claimant
from services.ports import SmsSender
from services.protocols import Protocols

# the provider refuses whole messages over a callback address that it cannot reach
_ONLY_HERE = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """`sessions` makes sessions of the sending process, apart from those of requests.

    `longest_send` is how long one hand-over can take at worst: nothing is sent on a lease that has
    less than that left, so that a message is never looked up while it is still on its way.
    """

    sessions: Callable[[], Session]
    sender: SmsSender
    protocols: Protocols
    clock: Callable[[], datetime]
    public_url: str
    in_flight: int
    longest_send: timedelta
    name: str

    @property
    def claimant(self) -> Claimant:
        return Claimant(self.name, self.sender.name)

    def status_callback(self, reference: object) -> str | None:
        """Where receipts come to. They carry our own id of the message, so that a receipt finds
        its row even when the sender did not live to record the provider's id."""
        if urlsplit(self.public_url).hostname in _ONLY_HERE:
            return None
        return f"{self.public_url}/sms/status?message={reference}"


def process_name() -> str:
    """Tells this process from every other, also from one that had its number before."""
    return f"{socket.gethostname()[:12]}:{os.getpid()}:{secrets.token_hex(3)}"
