"""The bad days of a provider, to be scripted one message at a time."""

from dataclasses import dataclass
from enum import StrEnum


class Answer(StrEnum):
    """How an exchange goes wrong on the wire."""

    ERROR = "an error in JSON"
    SILENCE = "nothing for a while"
    RESET = "a reset of the connection"
    CUT = "half of the promised body"
    GARBLED = "success, and a body that no SDK can read"


@dataclass(frozen=True, slots=True)
class Fault:
    """One scripted bad day. `accepted`: was the message taken before things went wrong?"""

    answer: Answer
    accepted: bool = False
    status: int = 500
    code: int = 20500
    retry_after: str | None = None
    seconds: float = 0.0
    body: str = ""


def refused(code: int, status: int = 400) -> Fault:
    return Fault(Answer.ERROR, status=status, code=code)


def rate_limited(retry_after: str | None) -> Fault:
    return Fault(Answer.ERROR, status=429, code=20429, retry_after=retry_after)


def server_error(*, accepted: bool, status: int = 500) -> Fault:
    return Fault(Answer.ERROR, accepted, status)


def silence(seconds: float, *, accepted: bool) -> Fault:
    return Fault(Answer.SILENCE, accepted, seconds=seconds)


def reset(*, accepted: bool) -> Fault:
    return Fault(Answer.RESET, accepted)


def cut_body() -> Fault:
    return Fault(Answer.CUT, accepted=True)


def garbled(body: str = "<html>Sign in to the hospital network</html>") -> Fault:
    return Fault(Answer.GARBLED, accepted=True, body=body)
