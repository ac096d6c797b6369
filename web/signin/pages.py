"""The one blueprint of signing in and out. carer.py and staff.py add their views to it."""

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from services.actor import ActorKind
from web import session
from web.identity import actor_or_none

blueprint = Blueprint("sign_in", __name__)


@blueprint.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """End the session on this device and show the sign-in the person came from."""
    actor = actor_or_none()
    is_staff = actor is not None and actor.kind is ActorKind.STAFF
    session.end()
    return redirect(url_for("sign_in.staff" if is_staff else "sign_in.carer"), 303)
