"""Many requests at once, on both databases: limits hold, and reading never waits for writing."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from factories import a_carer, sign_in_carer
from models.account import Account
from models.engine import prepare_sqlite
from models.message import Message
from plugins.app import FakeClock

PHONE = "+8613800138000"
AT_ONCE = 12


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    if request.param == "postgres":
        new_postgres: Callable[[str], str] = request.getfixturevalue("new_postgres")
        yield new_postgres(request.getfixturevalue("migrated_postgres"))
    else:
        path = request.getfixturevalue("tmp_path") / "sirolog.db"
        path.write_bytes(request.getfixturevalue("migrated_sqlite").read_bytes())
        yield f"sqlite:///{path}"


def asked(app: Flask) -> FlaskClient:
    """A browser that stands before the page of the code."""
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["sign_in_phone"] = PHONE
    return client


def all_enter(app: Flask, codes: list[str]) -> list[int]:
    """Everybody at once, each with a browser of their own."""

    def enter(code: str) -> int:
        return asked(app).post("/sign-in/code", data={"code": code}).status_code

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return sorted(pool.map(enter, codes))


@pytest.fixture
def code(client: FlaskClient, session: Session) -> str:
    """The code that was sent to the carer."""
    a_carer(session, us_phone_number=PHONE)
    client.post("/sign-in", data={"phone": PHONE})
    message = session.scalars(select(Message)).one()
    found = re.search(r"\d{6}", message.body or "")
    session.commit()
    assert found is not None
    return found.group()


def test_guessing_from_many_browsers_at_once_stops_at_five(app: Flask, code: str) -> None:
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    assert all_enter(app, [wrong] * AT_ONCE) == [422] * 5 + [429] * (AT_ONCE - 5)


def test_a_code_lets_one_browser_in_however_many_try_at_once(app: Flask, code: str) -> None:
    statuses = all_enter(app, [code] * AT_ONCE)
    assert statuses.count(303) == 1


def test_a_phone_gets_one_code_however_often_the_button_is_tapped(
    app: Flask, session: Session
) -> None:
    a_carer(session, us_phone_number=PHONE)
    session.commit()

    def ask(_: int) -> int:
        return app.test_client().post("/sign-in", data={"phone": PHONE}).status_code

    with ThreadPoolExecutor(AT_ONCE) as pool:
        assert set(pool.map(ask, range(AT_ONCE))) == {303}
    assert len(session.scalars(select(Message)).all()) == 1


def test_a_page_is_read_while_somebody_writes(
    client: FlaskClient, session: Session, database_url: str
) -> None:
    sign_in_carer(client, a_carer(session))
    session.commit()
    engine = create_engine(database_url)
    prepare_sqlite(engine)
    with engine.begin() as writing:
        writing.exec_driver_sql("UPDATE account SET display_name = 'somebody else'")
        assert client.get("/diary/").status_code == 200
    engine.dispose()


def test_a_recovery_code_lets_one_browser_in_however_many_try_at_once(
    app: Flask, session: Session, clock: FakeClock
) -> None:
    session.commit()
    added = ("staff", "add", "li@hospital.example", "--name", "Li", "--password", "nine lanterns")
    shown = app.test_cli_runner().invoke(args=added).output
    codes = re.findall(r"\b[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}\b", shown)
    name = session.scalars(select(Account.fs_uniquifier)).one()
    session.commit()
    gate = Barrier(4)

    def enter(_: int) -> int:
        client = app.test_client()
        with client.session_transaction() as cookie:
            cookie["sign_in_staff"] = [name, int(clock().timestamp())]
        gate.wait()
        return client.post("/staff/sign-in/code", data={"code": codes[0]}).status_code

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(enter, range(4))) == [303, 422, 422, 422]
    session.expire_all()
    left = session.scalars(select(Account)).one().mf_recovery_codes or []
    assert len(left) == len(codes) - 1
