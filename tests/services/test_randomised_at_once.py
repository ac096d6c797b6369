"""Two children randomised in the same instant get two places; one child twice gets one."""

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from children_at_the_door import a_list, randomised, ready
from factories import a_clinician, a_site, as_actor
from models.engine import prepare_sqlite
from models.participant import Allocation, Participant
from models.site import Site, StaffRole
from services.actor import Actor

MANY = 8


def at_once(url: str, acts: list[Callable[[Session], object]]) -> list[Exception]:
    """Run each act in a thread and a session of its own, all begun at the same moment."""
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        prepare_sqlite(engine)
    gate, failures = threading.Barrier(len(acts)), list[Exception]()

    def run(act: Callable[[Session], object]) -> None:
        try:
            with Session(engine) as session:
                gate.wait(10)
                act(session)
                session.commit()
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    engine.dispose()
    return failures


def an_act(nurse: Actor, child_id: int) -> Callable[[Session], object]:
    return lambda session: randomised(session, nurse, session.get_one(Participant, child_id))


@pytest.fixture
def nurse(session: Session) -> Actor:
    site = a_site(session)
    actor = as_actor(session, a_clinician(session, site, StaffRole.COORDINATOR))
    a_list(session, actor, site, places=MANY)
    return actor


def children(session: Session, nurse: Actor, number: int) -> list[int]:
    site = session.get_one(Site, nurse.site_ids[0])
    ids = [ready(session, nurse, site).id for _ in range(number)]
    session.commit()
    return ids


def places(session: Session) -> list[int | None]:
    session.expire_all()
    return list(session.scalars(select(Allocation.place_id)))


def test_as_many_children_as_come_at_once_get_as_many_places(
    session: Session, database_url: str, nurse: Actor
) -> None:
    ids = children(session, nurse, MANY)
    assert at_once(database_url, [an_act(nurse, one) for one in ids]) == []
    found = places(session)
    session.commit()
    assert len(found) == len(set(found)) == MANY


def test_one_child_randomised_many_times_at_once_has_one_place(
    session: Session, database_url: str, nurse: Actor
) -> None:
    (child,) = children(session, nurse, 1)
    assert at_once(database_url, [an_act(nurse, child)] * MANY) == []
    assert len(places(session)) == 1
    session.commit()
