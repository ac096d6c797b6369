"""The made-up study keeps its promises; a part of it stands for the whole."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from config import HOME, Environment, Settings
from demo.families import DEMO_PARENT
from demo.load import Scope, load
from demo.people import DEMO_PASSWORD, SITES, Secrets, email_of
from demo.stage import Stage
from domain.diary import SlotStatus
from domain.orders import OrderKind
from domain.response import Category
from factories import sign_in_carer
from models import Base
from models.account import Account
from models.assessment import Assessment
from models.attention import Alert
from models.audit import AuditEntry
from models.dose import CorrectionRequest, CorrectionState, DoseEntry
from models.engine import prepare_sqlite
from models.laboratory import Level
from models.message import InboundMessage, Message, MessageState
from models.order import DoseOrder
from models.participant import Allocation, Participant
from models.photo import Photo
from models.site import StaffRole
from models.visit import Visit, VisitState
from photos.open_store import open_store
from services.diary import Diary, read
from services.protocols import load_protocols
from services.randomisation_seal import Seal

PROTOCOLS = load_protocols(HOME / "protocols")
PROTOCOL = PROTOCOLS["khe-sirolimus-v1"]
# a Friday, 08:40 in Shanghai
NOW = datetime(2026, 11, 20, 0, 40, tzinfo=UTC)
PART = Scope(frozenset({"DA-01", "DA-05", "DA-06", "DA-07", "DB-12"}))


def play(
    session: Session, scope: Scope, *, now: datetime = NOW, photos: Path | None = None
) -> None:
    stage = Stage(
        session=session,
        protocol=PROTOCOL,
        photo_store=open_store(photos.as_uri()) if photos else None,
        public_url="http://localhost",
        now=now,
        seal=Seal("a key that only tests know, and long enough"),
    )
    load(stage, Secrets("hash", lambda: "secret"), PROTOCOLS, scope=scope)
    session.commit()


@pytest.fixture(scope="module")
def opened(
    migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[], Session]]:
    """Opens empty databases, one after the other."""
    sessions: list[Session] = []

    def make() -> Session:
        path = tmp_path_factory.mktemp("demo") / "sirolog.db"
        shutil.copyfile(migrated_sqlite, path)
        engine = create_engine(f"sqlite:///{path}")
        prepare_sqlite(engine)
        sessions.append(Session(engine, expire_on_commit=False))
        return sessions[-1]

    yield make
    for session in sessions:
        session.close()


@pytest.fixture(scope="module")
def study(opened: Callable[[], Session]) -> Session:
    session = opened()
    play(session, PART)
    return session


def child(study: Session, number: str) -> Participant:
    return study.scalars(select(Participant).where(Participant.study_number == number)).one()


def diary(study: Session, number: str, days: int = 210) -> Diary:
    row = child(study, number)
    last_on = NOW.date() + timedelta(days=1)
    first_on = last_on - timedelta(days=days)
    return read(study, row, PROTOCOL, first_on=first_on, last_on=last_on, now=NOW)


def statuses(study: Session, number: str) -> set[SlotStatus]:
    return {state.status for state in diary(study, number).states}


def content(session: Session, name: str) -> list[tuple[Any, ...]]:
    table = Base.metadata.tables[name]
    # ids made at random, client ids made of those, and the document that names a level by its id
    made = {"public_id", "client_id", "proposal"}
    columns = [c for c in table.columns if c.name not in made]
    return [tuple(row) for row in session.execute(select(*columns).order_by(table.c.id))]


def test_every_category_of_response_is_there(study: Session) -> None:
    assert set(study.scalars(select(Assessment.decided))) == set(Category)


def test_every_state_of_a_message_is_there(study: Session) -> None:
    assert set(study.scalars(select(Message.state))) == set(MessageState)


def test_families_reply_and_not_always_clearly(study: Session) -> None:
    assert set(study.scalars(select(InboundMessage.meaning))) == {"given", "unclear", "stop"}


def test_the_diary_knows_all_that_can_become_of_a_dose(study: Session) -> None:
    assert statuses(study, "DA-01") | statuses(study, "DA-07") == set(SlotStatus)


def test_a_doubled_dose_has_two_people_behind_it(study: Session) -> None:
    doubled = [s for s in diary(study, "DA-01").states if s.status is SlotStatus.DOUBLED]
    assert [len(state.witnesses) for state in doubled] == [2]


def test_the_demo_parents_child_has_a_slot_open_now(study: Session) -> None:
    assert [s.status for s in diary(study, "DA-01", days=2).states if s.still_open] == [
        SlotStatus.UNKNOWN
    ]


@pytest.mark.parametrize("hour", range(0, 24, 3))
def test_a_slot_is_open_at_any_hour_of_the_day(opened: Callable[[], Session], hour: int) -> None:
    session = opened()
    now = NOW.replace(hour=hour, minute=7)
    play(session, Scope(frozenset({"DA-01"}), 3), now=now)
    row = child(session, "DA-01")
    days = {"first_on": now.date() - timedelta(days=1), "last_on": now.date() + timedelta(days=1)}
    states = read(session, row, PROTOCOL, **days, now=now).states
    (slot,) = [state.slot for state in states if state.still_open]
    assert timedelta(0) <= now - slot.due_at < timedelta(minutes=15)


def test_nothing_happened_after_the_moment_of_loading(study: Session) -> None:
    for column in (AuditEntry.at, DoseEntry.received_at, Level.drawn_at, Alert.raised_at):
        assert max(study.scalars(select(column))) <= NOW


def test_no_reminder_that_is_still_due_was_written(study: Session) -> None:
    waiting = select(Message.kind).where(Message.expires_at > NOW, Message.slot_on.is_not(None))
    assert study.scalars(waiting).all() == []


def test_the_year_to_come_is_planned_and_the_past_one_visited(study: Session) -> None:
    visits = study.scalars(
        select(Visit).where(Visit.participant_id == child(study, "DA-01").id).order_by(Visit.on)
    ).all()
    today = NOW.date()
    assert {v.state for v in visits if v.on < today} == {VisitState.DONE}
    assert {v.state for v in visits if v.on > today} == {VisitState.PLANNED}


def test_the_clinic_has_something_to_decide_and_something_answered(study: Session) -> None:
    assert set(study.scalars(select(CorrectionRequest.state))) == {
        CorrectionState.ASKED,
        CorrectionState.ACCEPTED,
    }
    assert {at is None for at in study.scalars(select(Alert.acknowledged_at))} == {True, False}


def test_everyday_doses_are_written_as_the_service_writes_them(study: Session) -> None:
    rows = study.scalars(select(DoseEntry).where(DoseEntry.amends_id.is_(None))).all()
    traced = set(
        study.scalars(
            select(AuditEntry.subject_id).where(
                AuditEntry.subject == "dose_entry", AuditEntry.action == "log_dose"
            )
        )
    )
    assert {row.id for row in rows} == traced
    assert all(row.ordered_ml is not None and row.order_id is not None for row in rows)


def test_levels_follow_the_doses(study: Session) -> None:
    """More of the drug, more in the blood: across an order that raised the dose."""
    row = child(study, "DA-07")
    orders = study.scalars(
        select(DoseOrder).where(DoseOrder.participant_id == row.id).order_by(DoseOrder.from_on)
    ).all()
    levels = study.scalars(
        select(Level.value).where(Level.participant_id == row.id).order_by(Level.drawn_at)
    ).all()
    assert orders[-1].given_ml is not None
    assert orders[0].given_ml is not None
    assert orders[-1].given_ml > orders[0].given_ml
    assert levels[-1] is not None
    assert levels[0] is not None
    assert levels[-1] > levels[0]


def test_orders_follow_proposals_and_medicines_call_the_clinic(study: Session) -> None:
    rows = study.scalars(select(DoseOrder).where(DoseOrder.level_id.is_not(None))).all()
    taken = [row for row in rows if row.proposal and row.proposal["taken"]]
    arms = {
        study.scalar(select(Allocation.arm).where(Allocation.participant_id == row.participant_id))
        for row in taken
    }
    assert arms == {"high", "low"}
    assert study.scalar(select(DoseOrder.id).where(DoseOrder.kind == OrderKind.HOLD)) is not None
    told = set(study.scalars(select(Alert.code)))
    assert {"interaction", "unknown_medicine"} <= told


def test_two_loads_tell_the_same_story(study: Session, opened: Callable[[], Session]) -> None:
    again = opened()
    play(again, PART)
    for name in ("dose_entry", "dose_order", "level", "lab_result", "visit", "message"):
        assert content(again, name) == content(study, name)


def test_photos_are_drawn_and_stand_upright(opened: Callable[[], Session], tmp_path: Path) -> None:
    session = opened()
    play(session, Scope(frozenset({"DA-01"}), 15), photos=tmp_path)
    photos = session.scalars(select(Photo).order_by(Photo.shown_on, Photo.view)).all()
    assert {photo.view for photo in photos} == {"overview", "close_up"}
    assert len({photo.shown_on for photo in photos}) == 3
    # phones were held in all ways; everybody sees the pictures the right way up
    assert {(photo.width, photo.height) for photo in photos} == {(1280, 960)}


@pytest.fixture
def loaded(app: Flask, session: Session) -> Session:
    """The tests' own app and database with a small made-up study in it."""
    play(session, Scope(frozenset({"DA-01"}), 3))
    return session


def test_pages_of_a_made_up_study_say_so(app: Flask, client: FlaskClient, loaded: Session) -> None:
    words = "everything here is made up"
    english = {"Accept-Language": "en"}
    assert words in client.get("/sign-in", headers=english).text
    parent = select(Account).where(Account.us_phone_number == DEMO_PARENT.phone)
    sign_in_carer(client, loaded.scalars(parent).one())
    assert words in client.get("/diary/", follow_redirects=True).text


def test_pages_of_a_real_study_do_not(client: FlaskClient) -> None:
    assert "made up" not in client.get("/sign-in", headers={"Accept-Language": "en"}).text


def test_the_command_loads_only_into_an_empty_database(app: Flask, loaded: Session) -> None:
    run = app.test_cli_runner().invoke
    assert run(args=["demo"]).exit_code == 1
    before = len(loaded.scalars(select(Account.id)).all())
    assert run(args=["demo", "--if-empty"]).exit_code == 0
    assert len(loaded.scalars(select(Account.id)).all()) == before


def test_the_sign_ins_are_printed(app: Flask, loaded: Session) -> None:
    printed = app.test_cli_runner().invoke(args=["demo", "signins"]).output
    assert DEMO_PARENT.phone in printed
    assert email_of(SITES[0], StaffRole.INVESTIGATOR) in printed
    assert DEMO_PASSWORD in printed


def test_without_a_made_up_study_there_are_no_sign_ins(app: Flask) -> None:
    assert app.test_cli_runner().invoke(args=["demo", "signins"]).output == ""


def test_production_refuses_the_made_up_study(
    settings: Settings, new_app: Callable[[Settings], Flask], session: Session
) -> None:
    app = new_app(replace(settings, env=Environment.PRODUCTION))
    assert app.test_cli_runner().invoke(args=["demo"]).exit_code == 1
    assert session.scalars(select(Account.id)).all() == []
