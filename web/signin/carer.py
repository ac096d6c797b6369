"""Pages on which a carer signs in: phone number, then the code from the SMS."""

from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from services.actor import ActorKind
from web import session as sessions
from web.fields import Phone, Words
from web.forms import Filled, FormSchema, blank, read_form
from web.limiter import SIGN_IN, limiter
from web.next_page import safe
from web.pages import start_of
from web.sentences import sentence
from web.signin.limits import LockedError
from web.signin.pages import blueprint
from web.signin.sms_code import carer_with_code, send_code, six_digits

_PHONE = "sign_in_phone"


class PhoneSchema(FormSchema):
    phone = Phone(required=True)


class CodeSchema(FormSchema):
    code = Words(required=True, longest=40)


@dataclass(frozen=True)
class PhoneForm:
    phone: str


@dataclass(frozen=True)
class CodeForm:
    code: str


@blueprint.route("/sign-in", methods=["GET", "POST"])
@limiter.limit(SIGN_IN, methods=["POST"])
def carer() -> ResponseReturnValue:
    """Ask for the number; send a code; go on to the page that takes it."""
    if request.method != "POST":
        return _show("carer", blank())
    filled = read_form(PhoneSchema(), PhoneForm)
    if filled.form is None:
        return _show("carer", filled), 422
    session[_PHONE] = filled.form.phone
    _tell(send_code(filled.form.phone))
    return redirect(url_for("sign_in.carer_code", next=_next()), 303)


@blueprint.route("/sign-in/code", methods=["GET", "POST"])
@limiter.limit(SIGN_IN, methods=["POST"])
def carer_code() -> ResponseReturnValue:
    """Take the code and let the carer in."""
    phone = session.get(_PHONE)
    if phone is None:
        return redirect(url_for("sign_in.carer", next=_next()), 303)
    if request.method != "POST":
        return _show("carer_code", blank(), phone)
    filled = read_form(CodeSchema(), CodeForm)
    if filled.form is None:
        return _show("carer_code", filled, phone), 422
    return _let_in(filled, filled.form, phone)


def _let_in(filled: Filled[CodeForm], form: CodeForm, phone: str) -> ResponseReturnValue:
    code = six_digits(form.code)
    if code is None:
        six = _("The code has six digits.")
        return _show("carer_code", filled.with_error("code", six), phone), 422
    try:
        account = carer_with_code(phone, code)
    except LockedError:
        return _show("carer_code", filled.with_error("code", sentence("locked")), phone), 429
    if account is None:
        wrong = _("This code is not right, or it is too old or was used. Check the newest SMS.")
        return _show("carer_code", filled.with_error("code", wrong), phone), 422
    target = _next() or start_of(ActorKind.CARER)
    sessions.begin(account, ["sms"])
    return redirect(target, 303)


def _tell(wait: timedelta) -> None:
    """The same words whether or not anybody has the number."""
    if wait <= timedelta(0):
        flash(_("If this number takes part in the study, an SMS with a code is on its way."))
    elif wait <= timedelta(minutes=1):
        seconds = ceil(wait.total_seconds())
        flash(_("A code was just sent. You can ask again in %(seconds)s seconds.", seconds=seconds))
    else:
        flash(_("No more codes today. Please call your study nurse."), "warning")


def _show(page: str, filled: Filled[PhoneForm] | Filled[CodeForm], phone: str = "") -> str:
    return render_template(
        f"sign_in/{page}.html",
        values=filled.values,
        errors=filled.errors,
        phone=phone,
        next=_next() or "",
    )


def _next() -> str | None:
    return safe(request.values.get("next"))
