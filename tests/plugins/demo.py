"""A part of the made-up study in a running product, to look at: `demo_study`.

It is loaded once a run and never changed; each worker serves it from a process of its own.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import pytest
from flask import Flask, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import create_app
from demo.families import CARERS
from demo.load import Scope, load
from demo.people import DEMO_PASSWORD, Secrets
from demo.stage import Stage
from domain.orders import OrderKind
from domain.protocol import Half
from factories import a_clinician, a_guardianship, an_order, sign_in_carer, sign_in_staff
from models import Base
from models.account import Account, AccountKind
from models.adverse_event import AdverseEvent
from models.laboratory import LabResult, Level, ReferenceRange
from models.order import DoseOrder
from models.participant import Participant
from models.photo import Photo
from models.reading import ReadingCase, ReadingTask
from models.site import Site, StaffRole
from models.tumour import Treatment, TumourVolume
from plugins.app import make_settings
from plugins.live import SECRET_KEY, Live, database, serving
from services.randomisation_seal import Seal
from web.db import db
from web.parts import now, parts
from web.security import hash_password

FOLDER = "SIROLOG_TEST_DEMO"
COOKIE = "sirolog"
# a child with all kinds of days and photos, and a sibling
CHILD, SIBLING = "DA-01", "DA-02"
# one that is not randomised yet
WAITING = "DA-90"
MOTHER, FATHER = "lin_mother", "lin_father"
PART = Scope(frozenset({CHILD, SIBLING}), 110)
Row = TypeVar("Row", bound=Base)


@dataclass(frozen=True, slots=True)
class DemoStudy:
    """The served study; `app` is another one on its database, for addresses and sessions."""

    live: Live
    app: Flask
    session: Session

    def at(self, endpoint: str, **values: Any) -> str:
        """The address of an endpoint."""
        with self.app.test_request_context():
            return url_for(endpoint, **values)

    def child(self, number: str = CHILD) -> Participant:
        return self.one(Participant, study_number=number)

    def one(self, kind: type[Row], /, **which: Any) -> Row:
        """The newest row of its kind."""
        rows = select(kind).filter_by(**which).order_by(kind.__mapper__.primary_key[0].desc())
        return self.session.scalars(rows.limit(1)).one()

    def carer(self, locale: str) -> Account:
        """The mother reads English, the father Chinese."""
        name = MOTHER if locale == "en" else FATHER
        return self.one(Account, us_phone_number=CARERS[name].phone)

    def clinician(self, locale: str) -> Account:
        return self.one(Account, kind=AccountKind.STAFF, email=f"{locale}@sweep.example")

    @property
    def typed(self) -> list[str]:
        """What people typed, and are called: the same in every language; the longest first."""
        columns = (
            *(Account.display_name, Participant.call_name, Site.name, DoseOrder.reason),
            *(Treatment.name, TumourVolume.reader, AdverseEvent.term),
            *(Level.laboratory, LabResult.laboratory, ReferenceRange.laboratory),
        )
        words = {word for column in columns for word in self.session.scalars(select(column))}
        return sorted(filter(None, words), key=len, reverse=True)

    def reader(self, locale: str) -> Account:
        """One who reads photos masked."""
        return self.one(Account, kind=AccountKind.STAFF, email=f"reader-{locale}@sweep.example")

    def cookie_of(self, account: Account) -> str:
        """A session of theirs, as after the right code."""
        client = self.app.test_client()
        sign_in = sign_in_carer if account.kind is AccountKind.CARER else sign_in_staff
        sign_in(client, account)
        cookie = client.get_cookie(COOKIE)
        assert cookie is not None
        return cookie.value


@pytest.fixture(scope="session")
def demo_folder(migrated_sqlite: Path) -> Path:
    """A folder with the database and the photos of a part of the made-up study."""
    folder = Path(os.environ[FOLDER])
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # other workers wait for the first
        if not (folder / "loaded").exists():
            shutil.copyfile(migrated_sqlite, folder / "sirolog.db")
            _load(_app_on(folder))
            (folder / "loaded").touch()
    return folder


@pytest.fixture(scope="session")
def demo_study(demo_folder: Path) -> Iterator[DemoStudy]:
    with serving(demo_folder, {}) as live, database(demo_folder / "sirolog.db") as session:
        yield DemoStudy(live, _app_on(demo_folder), session)


def pytest_configure(config: pytest.Config) -> None:
    """Name the folder before workers start, so that all of them find the same study."""
    if not hasattr(config, "workerinput"):
        name = f"sirolog-demo-{uuid4().hex[:8]}"
        os.environ[FOLDER] = str(Path(tempfile.gettempdir()) / name)


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ[FOLDER], ignore_errors=True)


def _app_on(folder: Path) -> Flask:
    url = f"sqlite:///{folder / 'sirolog.db'}"
    return create_app(make_settings(folder, url, secret_key=SECRET_KEY))


def _load(app: Flask) -> None:
    """As `flask demo` does, but only a part, and with what the story does not leave open."""
    with app.app_context():
        these = parts()
        stage = Stage(
            session=db.session(),
            protocol=these.protocols["khe-sirolimus-v1"],
            photo_store=these.photo_store,
            public_url=these.settings.public_url,
            now=now(),
            seal=Seal(these.settings.randomisation_key),
        )
        secrets = Secrets(hash_password(DEMO_PASSWORD), lambda: "no secret")
        load(stage, secrets, these.protocols, scope=PART)
        _leave_open(db.session())
        db.session.commit()
        db.engine.dispose()


def _leave_open(session: Session) -> None:
    """An order that waits for a second signature, a hold that lasts, and people of each language
    for every page."""
    site = session.scalars(select(Site).filter_by(code="DA")).one()
    child, sibling = (
        session.scalars(select(Participant).filter_by(study_number=number)).one()
        for number in (CHILD, SIBLING)
    )
    tomorrow = (now() + timedelta(days=1)).date()
    an_order(session, child, from_on=tomorrow, guards=["second_signature"], signed_at=None)
    held = {"kind": OrderKind.HOLD, "prescribed_mg": None, "given_ml": None, "signed_at": now()}
    an_order(session, sibling, from_on=tomorrow, from_half=Half.MORNING, **held)
    father = session.scalars(select(Account).filter_by(us_phone_number=CARERS[FATHER].phone)).one()
    a_guardianship(session, father, sibling)
    for locale in ("zh", "en"):
        words = {"email": f"{locale}@sweep.example", "display_name": "高医生", "locale": locale}
        a_clinician(session, site, StaffRole.INVESTIGATOR, **words)
    _let_read(session, site, child)


def _let_read(session: Session, site: Site, child: Participant) -> None:
    """A pair for a reader of each language."""
    photos = session.scalars(select(Photo).filter_by(participant_id=child.id)).all()
    case = ReadingCase(
        client_id=uuid4(),
        participant_id=child.id,
        visit_code="month_6",
        baseline_photo_id=photos[2].id,
        followup_photo_id=photos[4].id,
        rule_version=child.protocol_key,
        recorded_at=now(),
        recorded_by_id=child.recorded_by_id,
    )
    session.add(case)
    session.flush()
    for seat, locale in enumerate(("zh", "en"), start=1):
        words = {
            "email": f"reader-{locale}@sweep.example",
            "display_name": "沈阅片",
            "locale": locale,
        }
        reader = a_clinician(session, site, StaffRole.READER, **words)
        session.add(
            ReadingTask(
                case_id=case.id,
                reader_id=reader.id,
                seat=seat,
                place=seat,
                baseline_is_left=seat == 1,
                recorded_at=now(),
                recorded_by_id=child.recorded_by_id,
            )
        )
    session.flush()
