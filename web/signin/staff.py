"""Pages on which staff sign in: e-mail address and password, then the code of the app."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from models.account import Account
from services.actor import ActorKind
from web import session as sessions
from web.db import db
from web.fields import Secret, Words
from web.forms import Filled, FormSchema, blank, read_form
from web.limiter import SIGN_IN, limiter
from web.next_page import safe
from web.pages import start_of
from web.parts import now
from web.sentences import sentence
from web.signin.limits import LockedError
from web.signin.pages import blueprint
from web.signin.staff_factors import has_code, staff_with_password

_PENDING = "sign_in_staff"
# between the password and the code
_PATIENCE: Final = timedelta(minutes=5)


class PasswordSchema(FormSchema):
    email = Words(required=True, longest=255)
    password = Secret(required=True)


class CodeSchema(FormSchema):
    code = Words(required=True, longest=40)


@dataclass(frozen=True)
class PasswordForm:
    email: str
    password: str


@dataclass(frozen=True)
class CodeForm:
    code: str


@blueprint.route("/staff/sign-in", methods=["GET", "POST"])
@limiter.limit(SIGN_IN, methods=["POST"])
def staff() -> ResponseReturnValue:
    """The first factor."""
    if request.method != "POST":
        return _show("staff", blank())
    filled = read_form(PasswordSchema(), PasswordForm)
    if filled.form is None:
        return _show("staff", filled), 422
    try:
        account = staff_with_password(filled.form.email, filled.form.password)
    except LockedError:
        return _show("staff", filled.with_error("password", sentence("locked"))), 429
    if account is None:
        wrong = _("E-mail address or password is not right.")
        return _show("staff", filled.with_error("password", wrong)), 422
    session[_PENDING] = [account.fs_uniquifier, int(now().timestamp())]
    return redirect(url_for("sign_in.staff_code", next=_next()), 303)


@blueprint.route("/staff/sign-in/code", methods=["GET", "POST"])
@limiter.limit(SIGN_IN, methods=["POST"])
def staff_code() -> ResponseReturnValue:
    """The second factor. Nobody is signed in before it."""
    account = _with_password()
    if account is None:
        return redirect(url_for("sign_in.staff", next=_next()), 303)
    if request.method != "POST":
        return _show("staff_code", blank())
    filled = read_form(CodeSchema(), CodeForm)
    if filled.form is None:
        return _show("staff_code", filled), 422
    try:
        right = has_code(account, filled.form.code)
    except LockedError:
        return _show("staff_code", filled.with_error("code", sentence("locked"))), 429
    if not right:
        return _show("staff_code", filled.with_error("code", sentence("code_wrong"))), 422
    target = _next() or start_of(ActorKind.STAFF)
    sessions.begin(account, ["password", "authenticator"])
    return redirect(target, 303)


def _with_password() -> Account | None:
    """Who gave the right password in this browser, less than five minutes ago."""
    name, at = session.get(_PENDING, (None, 0))
    if name is None or now().timestamp() - at > _PATIENCE.total_seconds():
        return None
    return db.session.scalar(
        select(Account).where(Account.fs_uniquifier == name, Account.active.is_(True))
    )


def _show(page: str, filled: Filled[PasswordForm] | Filled[CodeForm]) -> str:
    return render_template(
        f"sign_in/{page}.html", values=filled.values, errors=filled.errors, next=_next() or ""
    )


def _next() -> str | None:
    return safe(request.values.get("next"))
