"""Messages that cannot wait for the next beat: codes to sign in and answers to replies.

They take the same steps as all others, so the notifier and a web process never send one twice.
When this process ends first, the message is simply due, and the notifier sends it.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from notifications import dispatch
from notifications.line import Line
from web.logs import log

_THREADS = 4


def in_background(line: Line) -> Callable[[int], None]:
    """Returns at once and never raises; a few messages are sent side by side."""
    pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="send-now")

    def send_now(message_id: int) -> None:
        pool.submit(at_once(line), message_id)

    return send_now


def at_once(line: Line) -> Callable[[int], None]:
    """Returns when it is done and never raises."""

    def send_now(message_id: int) -> None:
        try:
            dispatch.send_now(line, message_id)
        except Exception as error:  # it stays in the outbox
            log.error("send_now_failed", kind=type(error).__name__, message=message_id)

    return send_now
