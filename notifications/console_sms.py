"""Text messages on the terminal, for a demo without an account. Loudly not for patients."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TextIO
from uuid import uuid4

from services.ports import DeliveryState, OutgoingSms, SentSms, SmsUnavailableError

_REMEMBERED = 1_000


@dataclass(frozen=True, slots=True)
class _Printed:
    to: str
    body: str
    at: datetime
    sent: SentSms


class ConsoleSender:
    """`services.ports.SmsSender` that prints; `clock` gives UTC instants.

    A message is printed before `send` returns, so no outcome is ever in doubt. What an earlier
    process printed is not known here: after a crash `find` answers nothing, and the message is
    printed once more. A line on a terminal does no harm twice; a text on a phone would.
    """

    name = "console"

    def __init__(self, stream: TextIO, clock: Callable[[], datetime]) -> None:
        self._stream = stream
        self._clock = clock
        self._printed: deque[_Printed] = deque(maxlen=_REMEMBERED)
        self._lock = threading.Lock()

    def send(self, message: OutgoingSms) -> SentSms:
        """See the port. `sent`, never `delivered`: nobody's phone has it."""
        sent = SentSms(f"console-{uuid4().hex}", DeliveryState.SENT)
        with self._lock:
            try:
                self._stream.write(_block(message))
                self._stream.flush()
            except (OSError, ValueError):  # the terminal is gone, or the stream is closed
                raise SmsUnavailableError("no-terminal") from None
            self._printed.append(_Printed(message.to, message.body, self._clock(), sent))
        return sent

    def find(self, to: str, body: str, since: datetime, until: datetime) -> Sequence[SentSms]:
        """See the port; knows the last thousand messages of this process."""
        with self._lock:
            return [
                printed.sent
                for printed in self._printed
                if (printed.to, printed.body) == (to, body) and since <= printed.at <= until
            ]


def _block(message: OutgoingSms) -> str:
    lines = "".join(f"  | {line}\n" for line in message.body.splitlines())
    return f"--- SMS to {message.to} ({message.reference}), printed and not sent\n{lines}"
