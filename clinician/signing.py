"""The last lines of every form that is signed: the password, and the app's code when it is due.

Templates show them with `signature_fields` of clinician/sign_macros.html. They are read here and
nowhere else, so that a password never travels with the other values of a form.
"""

from datetime import datetime

from flask import request

from web.signin import needs_code, reauthenticated

__all__ = ["needs_code", "signed_now"]


def signed_now() -> datetime:
    """The moment at which the person proved who they are, with this very form.

    Raises RefusedError beside `password` or `code`. It commits: call it before anything is written.
    """
    return reauthenticated(
        password=request.form.get("password", ""), code=request.form.get("code", "")
    )
