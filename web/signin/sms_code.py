"""Codes by SMS. Each code that was sent is one code: not a window of neighbours around it.

Flask-Security honours 21 codes at once for a validity of five minutes. Here a code belongs to the
moment it was sent: sending a second one leaves the first valid, using one ends all before it.
"""

import hmac
import unicodedata
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from flask_babel import force_locale, gettext
from sqlalchemy import select

from models.account import Account, AccountKind
from models.message import Message, MessageKind, MessageState
from services.phones import takes_links
from web.db import db
from web.parts import now, parts
from web.security import datastore, totp
from web.signin import limits
from web.signin.limits import Factor
from web.totp import CARER_METHOD, last_spent, spend

VALID_FOR: Final = timedelta(minutes=10)
RULE: Final = "sign-in-1"
_BLANKS_AND_DASHES: Final = str.maketrans("", "", " -\u00a0\u2009\u2011\u2013")


def send_code(phone: str) -> timedelta:
    """Put a code for `phone` (E.164) on its way, if a carer has that number.

    Returns how long to wait when it is too early for another one, else zero. Whoever asks learns
    nothing about the number: limits, answers and time taken are the same for all.
    """
    subject = limits.subject_of("phone", phone)
    wait = limits.wait_for_next(subject)
    if wait > timedelta(0):
        db.session.rollback()
        return wait
    limits.note_sent(subject)
    carer = carer_with(phone)
    code = _code_now(carer)
    message = None if carer is None else _write(carer, phone, code)
    db.session.commit()
    if message is not None:
        parts().send_now(message.id)
    return timedelta(0)


def carer_with_code(phone: str, typed: str) -> Account | None:
    """The carer who was sent this code, which is spent now; None if it is not right.

    Raises LockedError after too many wrong ones. Commits: a try counts whatever comes of it.
    """
    subject = limits.subject_of("phone", phone)
    try:
        limits.begin_try(subject, Factor.SMS)
        carer = carer_with(phone)
        counter = _counter_of(carer, subject, typed)
        if carer is None or counter is None:
            return None
        spend(carer, CARER_METHOD, counter)
        limits.note_right(subject, Factor.SMS)
        return carer
    finally:
        db.session.commit()


def carer_with(phone: str) -> Account | None:
    """The invited carer with this number."""
    return db.session.scalar(
        select(Account).where(
            Account.us_phone_number == phone,
            Account.kind == AccountKind.CARER,
            Account.active.is_(True),
        )
    )


def six_digits(typed: str) -> str | None:
    """The code without the blanks people type, or None if it cannot be one."""
    text = unicodedata.normalize("NFKC", typed).translate(_BLANKS_AND_DASHES).strip()
    return text if len(text) == 6 and text.isascii() and text.isdigit() else None


def _code_now(carer: Account | None) -> str:
    secret = totp().nobodys_secret if carer is None else _secret_of(carer)
    ((code, _counter),) = totp().codes_at(secret, [now()])
    return code


def _secret_of(carer: Account) -> str:
    secrets: dict[str, str] = datastore.us_get_totp_secrets(carer)
    if CARER_METHOD not in secrets:
        secrets[CARER_METHOD] = totp().generate_totp_secret()
        datastore.us_put_totp_secrets(carer, secrets)
    return secrets[CARER_METHOD]


def _counter_of(carer: Account | None, subject: str, typed: str) -> int | None:
    """The counter of the unspent code that was typed, or None."""
    secret = totp().nobodys_secret if carer is None else _secret_of(carer)
    sent = limits.sent_since(subject, now() - VALID_FOR)
    spent = (last_spent(carer, CARER_METHOD) if carer else None) or 0
    right = None
    for code, counter in totp().codes_at(secret, sent):
        if hmac.compare_digest(code, typed) and counter > spent:
            right = counter
    return right


def _write(carer: Account, phone: str, code: str) -> Message:
    message = Message(
        key=f"sign_in:{carer.public_id}:{now().isoformat()}",
        kind=MessageKind.SIGN_IN,
        account_id=carer.id,
        phone=phone,
        locale=carer.locale,
        body=_text(carer.locale, phone, code),
        rule_version=RULE,
        due_at=now(),
        expires_at=now() + VALID_FOR,
        planned_at=now(),
        state=MessageState.PLANNED,
        next_try_at=now(),
    )
    db.session.add(message)
    db.session.flush()
    return message


def _text(locale: str, phone: str, code: str) -> str:
    """Names no illness and no child. The last line lets a phone fill in the code."""
    with force_locale(locale):
        text: str = gettext(
            "Sirolog: your sign-in code is %(code)s. It is valid for %(minutes)s minutes. "
            "Never tell it to anybody.",
            code=code,
            minutes=int(VALID_FOR.total_seconds() // 60),
        )
    settings = parts().settings
    if settings.is_https and takes_links(phone):
        text += f"\n\n@{urlsplit(settings.public_url).hostname} #{code}"
    return text
