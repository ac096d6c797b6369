"""How often the clinic's two busiest pages ask the database, signing in included."""

from collections.abc import Generator
from contextlib import contextmanager

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session

from clinic_desk import sit_down
from factories import a_participant, a_site, an_order
from web.db import db

ONE_CHILD, WORKLIST = 8, 6
# a child of whom nobody spoke: its diary (three), what was answered before, and who took it on
SILENT = 4


@contextmanager
def reads(app: Flask) -> Generator[list[str]]:
    """The SELECTs of the app's own connections."""
    asked: list[str] = []

    def note(*told: object) -> None:
        if str(told[2]).startswith("SELECT"):
            asked.append(str(told[2]))

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


def test_the_page_of_a_child_asks_eight_times_whatever_the_length(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    child = a_participant(session)
    an_order(session, child)
    desk = sit_down(app, client, session, child)
    for days in ("90", "all"):
        with reads(app) as asked:
            desk.see(f"?days={days}")
        assert len(asked) <= ONE_CHILD, asked


def test_the_worklist_asks_as_often_however_many_children(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    site = a_site(session)
    child = a_participant(session, site)
    desk = sit_down(app, client, session, child)
    counts: list[int] = []
    for more in (1, 5):
        for _ in range(more):
            an_order(session, a_participant(session, site))
        session.commit()
        with reads(app) as asked:
            assert desk.client.get("/clinic/").status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1] <= WORKLIST + SILENT
