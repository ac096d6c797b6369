"""Proving who one is once more, right before a signature."""

from datetime import datetime, timedelta
from typing import Final

from services.errors import RefusedError
from web import session
from web.identity import signed_in
from web.parts import now
from web.signin.limits import LockedError
from web.signin.staff_factors import has_code, staff_with_password

# a code of the app works once: who signs twice in a row is not made to wait for the next one
CODE_LASTS: Final = timedelta(minutes=15)


def needs_code() -> bool:
    """Must the form ask for the app's code beside the password?"""
    return session.since_second_factor() > CODE_LASTS


def reauthenticated(*, password: str, code: str = "") -> datetime:
    """The moment at which the signed-in member of staff proved who they are.

    The password is asked every time, the app's code (or a recovery code) when the last one is older
    than a quarter of an hour. Raises RefusedError: "password_wrong" or "locked" at `password`,
    "code_wrong" or "locked" at `code`. It commits: call it before anything is written.
    """
    account = signed_in()
    if account is None or account.email is None:
        raise RefusedError("password_wrong", field="password")
    try:
        if staff_with_password(account.email, password) is None:
            raise RefusedError("password_wrong", field="password")
    except LockedError:
        raise RefusedError("locked", field="password") from None
    if needs_code():
        try:
            if not has_code(account, code):
                raise RefusedError("code_wrong", field="code")
        except LockedError:
            raise RefusedError("locked", field="code") from None
        session.note_second_factor()
    return now()
