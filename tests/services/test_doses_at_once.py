"""Two phones at the same moment: nothing is lost, nothing is doubled by accident."""

import threading
import uuid
from datetime import timedelta

from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session

from a_family import NOW, PROTOCOL, Family, a_dose
from domain.entries import Channel
from models.attention import Alert
from models.dose import DoseEntry
from models.engine import prepare_sqlite
from services.actor import Actor
from services.doses import SaidDose, log_dose


def at_once(url: str, family: Family, writes: list[tuple[Actor, SaidDose]]) -> list[bool]:
    """Let each write happen in a thread and a transaction of its own; were they new?"""
    family.session.commit()
    engine = create_engine(url)
    prepare_sqlite(engine)
    gate = threading.Barrier(len(writes))
    created: list[bool] = []

    def write(actor: Actor, said: SaidDose) -> None:
        with Session(engine) as own:
            gate.wait()
            logged = log_dose(own, actor, family.child, said, protocol=PROTOCOL, now=NOW)
            own.commit()
            created.append(logged.created)

    threads = [threading.Thread(target=write, args=one) for one in writes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    engine.dispose()
    return created


def count_of(session: Session, table: type[DoseEntry | Alert]) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def offline(family: Family, minutes_ago: int) -> SaidDose:
    at = NOW - timedelta(minutes=minutes_ago)
    return a_dose(entered_at=at, taken_at=at, channel=Channel.OFFLINE)


def test_the_same_tap_from_two_connections_is_one_dose(session: Session, database_url: str) -> None:
    family = Family(session)
    said = a_dose(client_id=uuid.uuid4())
    created = at_once(database_url, family, [(family.actor(), said)] * 4)
    assert sorted(created) == [False, False, False, True]
    assert count_of(session, DoseEntry) == 1


def test_two_phones_that_come_back_together_leave_one_dose_with_two_witnesses(
    session: Session, database_url: str
) -> None:
    family = Family(session)
    writes = both(family, minutes_apart=20)
    assert at_once(database_url, family, writes) == [True, True]
    assert count_of(session, DoseEntry) == 2
    assert count_of(session, Alert) == 0


def test_two_doses_that_arrive_at_the_same_moment_are_told_the_clinic_once(
    session: Session, database_url: str
) -> None:
    family = Family(session)
    at_once(database_url, family, both(family, minutes_apart=90))
    assert count_of(session, DoseEntry) == 2
    assert count_of(session, Alert) == 1


def both(family: Family, minutes_apart: int) -> list[tuple[Actor, SaidDose]]:
    return [
        (family.actor(family.mother), offline(family, minutes_apart)),
        (family.actor(family.father), offline(family, 0)),
    ]
