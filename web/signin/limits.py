"""Limits that protect people: how often a code is sent to a phone, and how often one may guess.

They count rows, so they hold over all processes and restarts. Subjects are phones and e-mail
addresses whether or not anybody has them, so that a limit tells nothing about who takes part.
"""

import hashlib
import hmac
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import func, select

from models.account import CodeAttempt
from web.db import db
from web.parts import now, parts
from web.security import derived

WRONG_TRIES: Final = 5
LOCKED_FOR: Final = timedelta(minutes=15)
BETWEEN_CODES: Final = timedelta(seconds=60)
CODES_A_DAY: Final = 10
_DAY: Final = timedelta(hours=24)


class Factor(StrEnum):
    SMS = "sms"
    PASSWORD = "password"  # noqa: S105 - the name of a factor
    APP = "app"


class LockedError(Exception):
    """Too many wrong tries; even the right answer is refused for a while."""


def subject_of(kind: str, text: str) -> str:
    """A keyed hash of a phone or e-mail address: without our key the table tells nothing."""
    key = derived(parts().settings, "code attempts")
    return hmac.new(key, f"{kind}:{text}".encode(), hashlib.sha256).hexdigest()


def begin_try(subject: str, factor: Factor) -> None:
    """Count a try before it is judged, so that many at once cannot pass the limit together.

    Raises LockedError when there were too many. `note_right` forgives those that led to success.
    """
    _take_turns(subject)
    if _is_locked(subject, factor):
        raise LockedError
    _note(subject, f"{factor}_try")


def note_right(subject: str, factor: Factor) -> None:
    _note(subject, f"{factor}_right")


def note_sent(subject: str) -> None:
    _note(subject, "sent")


def sent_since(subject: str, moment: datetime) -> list[datetime]:
    """When codes were sent to the subject after `moment`, newest first."""
    return list(
        db.session.scalars(
            select(CodeAttempt.at)
            .where(
                CodeAttempt.subject_hash == subject,
                CodeAttempt.kind == "sent",
                CodeAttempt.at > moment,
            )
            .order_by(CodeAttempt.at.desc())
        )
    )


def wait_for_next(subject: str) -> timedelta:
    """How long the subject must wait for another code; zero when it may have one now."""
    _take_turns(subject)
    sent = sent_since(subject, now() - _DAY)
    waits = [timedelta(0)]
    if sent:
        waits.append(sent[0] + BETWEEN_CODES - now())
    if len(sent) >= CODES_A_DAY:
        waits.append(sent[CODES_A_DAY - 1] + _DAY - now())
    return max(waits)


def _is_locked(subject: str, factor: Factor) -> bool:
    """Were the last five tries since a success made within a quarter of an hour, just now?"""
    last_right = (
        select(func.coalesce(func.max(CodeAttempt.id), 0))
        .where(CodeAttempt.subject_hash == subject, CodeAttempt.kind == f"{factor}_right")
        .scalar_subquery()
    )
    tries = db.session.scalars(
        select(CodeAttempt.at)
        .where(
            CodeAttempt.subject_hash == subject,
            CodeAttempt.kind == f"{factor}_try",
            CodeAttempt.id > last_right,
        )
        .order_by(CodeAttempt.id.desc())
        .limit(WRONG_TRIES)
    ).all()
    return (
        len(tries) == WRONG_TRIES
        and tries[0] - tries[-1] <= LOCKED_FOR
        and now() - tries[0] < LOCKED_FOR
    )


def _note(subject: str, kind: str) -> None:
    db.session.add(CodeAttempt(subject_hash=subject, kind=kind, at=now()))
    db.session.flush()


def _take_turns(subject: str) -> None:
    """Until the commit nobody else counts for this subject. SQLite has one writer anyway."""
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(select(func.pg_advisory_xact_lock(int(subject[:15], 16))))
