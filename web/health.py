"""Is the process alive, and can it serve? For load balancers and for the person on call."""

from datetime import timedelta
from typing import Final

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from models.message import NotifierBeat
from web.db import db
from web.parts import now, parts

blueprint = Blueprint("health", __name__)

# the notifier beats every few seconds; three silent minutes are no accident
STALE_AFTER: Final = timedelta(seconds=180)


@blueprint.get("/healthz")
def healthz() -> ResponseReturnValue:
    """The process answers. Says nothing about what stands behind it."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
def readyz() -> ResponseReturnValue:
    """503 when the database or the photo store fails.

    A silent notifier is shown ("stale", or "never" before its first round) and makes the whole
    "degraded", still with 200: taking the diary away from families would not send one reminder.
    """
    try:
        db.session.execute(text("SELECT 1"))
        database, notifier, seconds = "ok", *_heartbeat()
    except SQLAlchemyError:
        db.session.rollback()
        database, notifier, seconds = "failed", "unknown", None
    photo_store = "ok" if parts().photo_store.ready() else "failed"
    broken = "failed" in {database, photo_store}
    status = "failed" if broken else "ok" if notifier == "ok" else "degraded"
    answer = jsonify(
        status=status,
        database=database,
        photo_store=photo_store,
        notifier=notifier,
        notifier_age_seconds=seconds,
    )
    return answer, 503 if broken else 200


def _heartbeat() -> tuple[str, int | None]:
    """How the youngest heartbeat looks, and its age in seconds."""
    last = db.session.scalar(select(func.max(NotifierBeat.at)))
    if last is None:
        return "never", None
    age = now() - last
    return "ok" if age <= STALE_AFTER else "stale", max(0, int(age.total_seconds()))
