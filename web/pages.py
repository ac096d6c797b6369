"""The front door and the choice of language."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from services.actor import ActorKind
from web.db import db
from web.i18n import COOKIE, LOCALES
from web.identity import actor_or_none, signed_in
from web.next_page import safe
from web.parts import parts

blueprint = Blueprint("web", __name__)
_ONE_YEAR = 31_536_000


@blueprint.get("/")
def home() -> ResponseReturnValue:
    """Everybody's start: the diary, the worklist, or the sign-in."""
    actor = actor_or_none()
    if actor is None:
        return redirect(url_for("sign_in.carer"), 303)
    return redirect(start_of(actor.kind), 303)


def start_of(kind: ActorKind) -> str:
    return url_for("clinician.worklist" if kind is ActorKind.STAFF else "caregiver.today")


@blueprint.post("/language")
def set_language() -> ResponseReturnValue:
    """Remember the language on this device, and for the person's messages when signed in."""
    chosen = request.form.get("locale", "")
    answer = redirect(safe(request.form.get("next")) or url_for("web.home"), 303)
    if chosen not in LOCALES:
        return answer
    account = signed_in()
    if account is not None and account.locale != chosen:
        account.locale = chosen
        db.session.commit()
    answer.set_cookie(
        COOKIE,
        chosen,
        max_age=_ONE_YEAR,
        secure=parts().settings.is_https,
        httponly=True,
        samesite="Lax",
    )
    return answer
