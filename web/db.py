"""The database of the running app: our own tables behind Flask-SQLAlchemy's session."""

from pathlib import Path
from typing import Any

from flask import Flask, has_request_context, request
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import Connection, Engine, make_url

from models import Base
from models.engine import BEGIN_OPTION, prepare_sqlite

_READING = "sirolog_reading_engine"


class RequestSession(FlaskSession):
    """Requests that only read take no write lock: SQLite has one, and a page must not wait for it.

    A request that may write takes it with its first statement (models/engine.py says why).
    """

    def get_bind(self, *args: Any, **kwargs: Any) -> Engine | Connection:
        bind = super().get_bind(*args, **kwargs)
        if isinstance(bind, Engine) and bind.dialect.name == "sqlite" and _only_reads():
            return _reading(bind)
        return bind


def _only_reads() -> bool:
    return has_request_context() and request.method in {"GET", "HEAD", "OPTIONS"}


def _reading(engine: Engine) -> Engine:
    """The same engine with the other begin; always the same object, as sessions key by it."""
    kept: Engine | None = engine.__dict__.get(_READING)
    if kept is None:
        kept = engine.execution_options(**{BEGIN_OPTION: "DEFERRED"})
        engine.__dict__[_READING] = kept
    return kept


db = SQLAlchemy(
    metadata=Base.metadata,
    session_options={"class_": RequestSession, "expire_on_commit": False},
)


def finish_reading() -> None:
    """End the transaction that found out who asks, before something slow begins: on SQLite it
    holds the write lock already. What was read stays readable."""
    db.session.commit()


def init_db(app: Flask, url: str) -> None:
    """Bind the database. Parameters stay out of error texts: they hold names and numbers."""
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"hide_parameters": True, "pool_pre_ping": True}
    address = make_url(url)
    if address.get_backend_name() == "sqlite" and address.database:
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    db.init_app(app)
    with app.app_context():
        prepare_sqlite(db.engine)
