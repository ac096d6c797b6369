"""The banner that says that a study is invented."""

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from services.actor import ActorKind
from services.made_up import sees_made_up
from web.db import db
from web.identity import actor_or_none
from web.security import session_grants


def init_made_up(app: Flask) -> None:
    """Give the templates `is_made_up()`, for base.html."""
    app.add_template_global(is_made_up)


def is_made_up() -> bool:
    """Is what this page shows invented? A database that is away must not spoil its error page."""
    try:
        actor = actor_or_none()
        if actor is not None and actor.kind is ActorKind.STAFF:
            kept = session_grants(actor.account_id)
            if kept is not None:
                return kept.sees_made_up
        return sees_made_up(db.session(), actor)
    except SQLAlchemyError:
        return False
