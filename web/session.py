"""How long a sign-in lasts: months on a parent's phone, a working day at a clinic's desk."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from flask import Flask, g, session
from flask_security.utils import login_user, logout_user

from models.account import Account, AccountKind
from web.identity import signed_in
from web.parts import now

_BEGAN = "began"
_SEEN = "seen"
_PROVED = "proved"


@dataclass(frozen=True, slots=True)
class Span:
    """A session ends `longest` after the sign-in and `idle` after the last request.

    The time of the last request is kept to within `noted_every`, so that not every answer has to
    send the cookie again.
    """

    longest: timedelta | None
    idle: timedelta
    noted_every: timedelta


SPANS: Final[Mapping[AccountKind, Span]] = {
    AccountKind.CARER: Span(None, timedelta(days=90), timedelta(days=1)),
    AccountKind.STAFF: Span(timedelta(hours=12), timedelta(hours=1), timedelta(minutes=1)),
}


def init_sessions(app: Flask) -> None:
    # what the cookie itself may live; the shorter spans are checked at each request
    app.config["PERMANENT_SESSION_LIFETIME"] = SPANS[AccountKind.CARER].idle
    app.before_request(end_if_over)


def begin(account: Account, via: list[str]) -> None:
    """Sign in. Everything the visitor's session held before is gone, its token included."""
    session.clear()
    g.pop("csrf_token", None)
    login_user(account, remember=False, authn_via=via)
    # a shared desk forgets the person when its browser closes, a phone does not
    session.permanent = account.kind is AccountKind.CARER
    session[_BEGAN] = session[_SEEN] = session[_PROVED] = _seconds()
    _forget_who_asked()


def end() -> None:
    """Sign out on this device."""
    logout_user()
    session.clear()
    _forget_who_asked()


def end_if_over() -> None:
    """End a session that is too old or was idle too long; note that this one is alive."""
    account = signed_in()
    if account is None:
        return
    span = SPANS.get(account.kind)
    age, idle = _since(_BEGAN), _since(_SEEN)
    if span is None or idle > span.idle or (span.longest and age > span.longest):
        end()
    elif idle >= span.noted_every:
        session[_SEEN] = _seconds()


def since_second_factor() -> timedelta:
    """How long ago this person last gave the code of a second factor."""
    return _since(_PROVED)


def note_second_factor() -> None:
    session[_PROVED] = _seconds()


def _since(mark: str) -> timedelta:
    """How long ago; a session without the mark is not one that we began."""
    return timedelta(seconds=_seconds() - session.get(mark, 0))


def _seconds() -> int:
    return int(now().timestamp())


def _forget_who_asked() -> None:
    for known in ("actor", "locale"):
        g.pop(known, None)
