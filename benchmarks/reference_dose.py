"""Reference: the least that could log a dose. A bare Flask app that believes what it is sent and
inserts one row and its audit entry in one transaction, with SQLAlchemy Core. No sign-in, no token,
no rule, no question."""

import uuid
from datetime import UTC, date, datetime

from flask import Flask, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Engine, create_engine, insert

from domain.entries import Channel, Outcome
from domain.protocol import Half
from models.audit import AuditEntry
from models.dose import DoseEntry
from models.engine import prepare_sqlite


def create_bare_app(database_url: str) -> Flask:
    """One route: POST /doses with child, account, slot_on and half."""
    engine = create_engine(database_url)
    prepare_sqlite(engine)
    app = Flask("bare")
    app.extensions["engine"] = engine

    def log_dose() -> ResponseReturnValue:
        _insert(engine)
        return "", 303, {"Location": "/"}

    app.add_url_rule("/doses", view_func=log_dose, methods=["POST"])
    return app


def _insert(engine: Engine) -> None:
    form, now = request.form, datetime.now(UTC)
    child, account = int(form["child"]), int(form["account"])
    dose = {
        "public_id": uuid.uuid4(),
        "client_id": uuid.UUID(form["client_id"]),
        "participant_id": child,
        "slot_on": date.fromisoformat(form["slot_on"]),
        "half": Half(form["half"]),
        "outcome": Outcome.GIVEN,
        "taken_at": now,
        "entered_at": now,
        "received_at": now,
        "entered_by_id": account,
        "channel": Channel.PAGE,
        "is_second_dose": False,
        "is_late_entry": False,
    }
    entry = {
        "at": now,
        "actor_id": account,
        "actor_name": "A carer",
        "channel": "page",
        "action": "log_dose",
        "subject": "dose_entry",
        "participant_id": child,
        "new": {"slot_on": form["slot_on"], "half": form["half"], "outcome": "given"},
    }
    with engine.begin() as connection:
        row = connection.execute(insert(DoseEntry).values(dose)).inserted_primary_key
        connection.execute(insert(AuditEntry).values(entry | {"subject_id": row and row[0]}))
