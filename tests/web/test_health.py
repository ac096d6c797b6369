"""/healthz and /readyz as a load balancer sees them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from config import Settings
from models.message import NotifierBeat
from plugins.app import START


def test_the_process_answers_without_a_database(client: FlaskClient) -> None:
    assert client.get("/healthz").json == {"status": "ok"}


@pytest.mark.parametrize(
    ("age", "notifier", "status"),
    [
        (timedelta(seconds=180), "ok", "ok"),
        (timedelta(seconds=181), "stale", "degraded"),
    ],
)
def test_a_silent_notifier_is_shown_and_takes_nothing_away(
    client: FlaskClient, session: Session, age: timedelta, notifier: str, status: str
) -> None:
    session.add(NotifierBeat(notifier="older", at=START - timedelta(hours=3)))
    session.add(NotifierBeat(notifier="younger", at=START - age))
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json == {
        "status": status,
        "database": "ok",
        "photo_store": "ok",
        "notifier": notifier,
        "notifier_age_seconds": int(age.total_seconds()),
    }


def test_without_its_database_it_is_not_ready(client: FlaskClient, session: Session) -> None:
    session.execute(text("ALTER TABLE notifier_beat RENAME TO gone"))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert (answer.json["status"], answer.json["database"]) == ("failed", "failed")
    assert client.get("/healthz").status_code == 200


def test_without_its_photo_store_it_is_not_ready(
    new_app: Callable[[Settings], Flask], settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "in the way").touch()
    store = (tmp_path / "in the way" / "photos").as_uri()
    answer = new_app(replace(settings, photo_store_url=store)).test_client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert (answer.json["photo_store"], answer.json["database"]) == ("failed", "ok")


def test_before_the_first_round_of_a_notifier_the_rest_still_serves(client: FlaskClient) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json is not None
    assert (answer.json["notifier"], answer.json["status"]) == ("never", "degraded")
