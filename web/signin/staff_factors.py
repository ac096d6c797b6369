"""The two things a member of staff proves: to know the password, and to have the phone."""

from sqlalchemy import func, select

from models.account import Account, AccountKind
from web.db import db
from web.security import extension, password_is, totp
from web.signin import limits
from web.signin.limits import Factor
from web.signin.sms_code import six_digits

# one step of 30 seconds to either side: clocks of phones and servers differ
_WINDOW_SECONDS = 30


def staff_with(email: str) -> Account | None:
    return db.session.scalar(
        select(Account).where(
            func.lower(Account.email) == email.strip().lower(),
            Account.kind == AccountKind.STAFF,
            Account.active.is_(True),
        )
    )


def staff_with_password(email: str, password: str) -> Account | None:
    """The member of staff, or None when either is wrong. Raises LockedError. Commits."""
    subject = _subject(email)
    account = staff_with(email)
    try:
        limits.begin_try(subject, Factor.PASSWORD)
    finally:
        # hashing takes its time: it must not hold the database
        db.session.commit()
    if not password_is(account, password):
        return None
    limits.note_right(subject, Factor.PASSWORD)
    db.session.commit()
    return account


def has_code(account: Account, typed: str) -> bool:
    """Is it the app's current code, unused, or one of the recovery codes, used up now?

    Raises LockedError. Commits: a try counts whatever comes of it.
    """
    subject = _subject(account.email or str(account.public_id))
    try:
        limits.begin_try(subject, Factor.APP)
        # whoever had the turn before may have used up a recovery code since we read the account
        db.session.refresh(account)
        code = six_digits(typed)
        right = _is_current(account, code) if code else _use_up_recovery_code(account, typed)
        if right:
            limits.note_right(subject, Factor.APP)
        return right
    finally:
        db.session.commit()


def _is_current(account: Account, code: str) -> bool:
    if account.tf_totp_secret is None:
        return False
    return totp().verify_totp(code, account.tf_totp_secret, account, window=_WINDOW_SECONDS)


def _use_up_recovery_code(account: Account, typed: str) -> bool:
    codes = extension().mf_recovery_codes_util
    code = typed.strip().lower()
    if not codes.check_recovery_code(account, code):
        return False
    codes.delete_recovery_code(account, code)
    return True


def _subject(email: str) -> str:
    return limits.subject_of("email", email.strip().lower())
