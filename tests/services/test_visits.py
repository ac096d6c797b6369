from datetime import UTC, date, datetime
from functools import partial

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from factories import a_clinician, a_participant, as_actor
from models.audit import AuditEntry
from models.participant import Participant
from models.site import Site, StaffRole
from models.visit import Visit, VisitState
from results_of_a_child import KHE
from services.actor import Actor
from services.errors import ForbiddenError, NotFoundError, RefusedError
from services.visits import is_outside_window, move, plan, set_state, visits_of

NOW = datetime(2026, 3, 10, 0, 30, tzinfo=UTC)


@pytest.fixture
def child(session: Session) -> Participant:
    return a_participant(session)


@pytest.fixture
def nurse(session: Session, child: Participant) -> Actor:
    site = session.get_one(Site, child.site_id)
    return as_actor(session, a_clinician(session, site, StaffRole.COORDINATOR))


@pytest.fixture
def visits(session: Session, child: Participant, nurse: Actor) -> dict[str, Visit]:
    plan(session, nurse, child, protocol=KHE, first_dose_on=date(2026, 3, 1), now=NOW)
    return {row.code: row for row in visits_of(session, child.id)}


def test_a_moved_level_visit_takes_its_trough_day_along(
    session: Session, child: Participant, nurse: Actor, visits: dict[str, Visit]
) -> None:
    row = visits["day_14"]
    day = date(2026, 3, 17)
    move(session, nurse, child, row.public_id, on=day, reason="holiday", now=NOW)
    assert (row.on, row.is_trough_day, row.window_to) == (day, True, date(2026, 3, 18))
    assert not is_outside_window(row)
    entry = session.scalars(select(AuditEntry).filter_by(action="visit.moved")).one()
    assert (entry.old, entry.new, entry.reason) == (
        {"on": "2026-03-15"},
        {"on": "2026-03-17"},
        "holiday",
    )


def test_a_day_outside_the_window_is_possible_and_shown(
    session: Session, child: Participant, nurse: Actor, visits: dict[str, Visit]
) -> None:
    row = visits["day_14"]
    move(session, nurse, child, row.public_id, on=date(2026, 3, 19), reason="away", now=NOW)
    assert is_outside_window(row)


@pytest.mark.parametrize(
    ("on", "code"), [(date(2026, 3, 9), "visit_in_the_past"), (date(2026, 4, 1), "day_taken")]
)
def test_a_visit_cannot_move_there(
    session: Session,
    child: Participant,
    nurse: Actor,
    visits: dict[str, Visit],
    on: date,
    code: str,
) -> None:
    with pytest.raises(RefusedError) as refused:
        move(session, nurse, child, visits["day_14"].public_id, on=on, reason="", now=NOW)
    assert refused.value.code == code


def test_a_visit_is_done_on_its_day_and_not_before(
    session: Session, child: Participant, nurse: Actor, visits: dict[str, Visit]
) -> None:
    done = visits["baseline"]
    set_state(session, nurse, child, done.public_id, state=VisitState.DONE, now=NOW)
    assert done.state is VisitState.DONE
    later = visits["day_14"].public_id
    with pytest.raises(RefusedError) as refused:
        set_state(session, nurse, child, later, state=VisitState.DONE, now=NOW)
    assert refused.value.code == "visit_not_yet"


@pytest.mark.parametrize(
    ("done_on", "outside"),
    [
        (date(2026, 2, 14), True),
        (date(2026, 2, 15), False),
        (date(2026, 3, 1), False),
        (date(2026, 3, 2), True),
    ],
)
def test_a_visit_may_take_place_on_any_day_and_is_flagged_outside_of_its_window(
    session: Session,
    child: Participant,
    nurse: Actor,
    visits: dict[str, Visit],
    done_on: date,
    outside: bool,
) -> None:
    row = visits["baseline"]
    set_state(session, nurse, child, row.public_id, state=VisitState.DONE, done_on=done_on, now=NOW)
    assert (row.done_on, is_outside_window(row)) == (done_on, outside)


def test_a_visit_that_came_early_is_done_before_its_day(
    session: Session, child: Participant, nurse: Actor, visits: dict[str, Visit]
) -> None:
    row = visits["day_14"]
    today = date(2026, 3, 10)
    set_state(session, nurse, child, row.public_id, state=VisitState.DONE, done_on=today, now=NOW)
    assert (row.on, row.done_on, is_outside_window(row)) == (date(2026, 3, 15), today, True)
    with pytest.raises(RefusedError, match="in_the_future"):
        set_state(
            session,
            nurse,
            child,
            row.public_id,
            state=VisitState.DONE,
            done_on=date(2026, 3, 11),
            now=NOW,
        )


def test_a_missed_visit_has_a_reason(
    session: Session, child: Participant, nurse: Actor, visits: dict[str, Visit]
) -> None:
    row = visits["baseline"]
    missed = partial(set_state, session, nurse, child, row.public_id, state=VisitState.MISSED)
    with pytest.raises(RefusedError, match="required"):
        missed(reason=" ", now=NOW)
    assert missed(reason="snow", now=NOW).state_reason == "snow"


def test_a_slip_is_taken_back_and_the_same_mark_twice_is_one_act(
    session: Session, child: Participant, nurse: Actor, visits: dict[str, Visit]
) -> None:
    row = visits["baseline"]
    for state in (VisitState.MISSED, VisitState.MISSED, VisitState.PLANNED):
        set_state(session, nurse, child, row.public_id, state=state, reason="snow", now=NOW)
    assert (row.state, row.done_on) == (VisitState.PLANNED, None)
    assert len(list(session.scalars(select(AuditEntry).filter_by(action="visit.marked")))) == 2


def test_what_is_over_is_not_moved(
    session: Session, child: Participant, nurse: Actor, visits: dict[str, Visit]
) -> None:
    row = visits["baseline"]
    set_state(session, nurse, child, row.public_id, state=VisitState.DONE, now=NOW)
    with pytest.raises(RefusedError) as refused:
        move(session, nurse, child, row.public_id, on=date(2026, 3, 20), reason="", now=NOW)
    assert refused.value.code == "visit_is_over"


def test_another_childs_visit_is_not_found(
    session: Session, nurse: Actor, visits: dict[str, Visit], child: Participant
) -> None:
    sibling = a_participant(session, session.get_one(Site, child.site_id))
    public_id = visits["day_14"].public_id
    with pytest.raises(NotFoundError):
        set_state(session, nurse, sibling, public_id, state=VisitState.DONE, now=NOW)


def test_a_monitor_moves_nothing(
    session: Session, child: Participant, visits: dict[str, Visit]
) -> None:
    site = session.get_one(Site, child.site_id)
    monitor = as_actor(session, a_clinician(session, site, StaffRole.MONITOR))
    row = visits["day_14"]
    with pytest.raises(ForbiddenError):
        move(session, monitor, child, row.public_id, on=date(2026, 3, 16), reason="", now=NOW)
