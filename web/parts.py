"""What the running app was put together from, for web and the edges above it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from flask import Flask, current_app

from config import Settings
from photos.storage import PhotoStore
from services.protocols import Protocols

Clock = Callable[[], datetime]
# hands a committed message (database id) to the phones now; returns at once and never raises
SendNow = Callable[[int], None]

_KEY = "sirolog"


def system_clock() -> datetime:
    """The one place where the time of day is read."""
    return datetime.now(UTC)


def leave_to_notifier(_message_id: int) -> None:
    """The message waits for the next beat of `flask notifier`."""


@dataclass(slots=True, kw_only=True)
class Parts:
    settings: Settings
    protocols: Protocols
    photo_store: PhotoStore
    clock: Clock = system_clock
    send_now: SendNow = leave_to_notifier


def install(app: Flask, these: Parts) -> None:
    app.extensions[_KEY] = these


def parts() -> Parts:
    """The parts of the app that answers this request."""
    return cast(Parts, current_app.extensions[_KEY])


def now() -> datetime:
    """This moment (UTC), for the services that a route calls."""
    return parts().clock()
