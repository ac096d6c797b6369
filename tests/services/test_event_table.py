"""Children by term, highest grade and arm."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from domain.events import Criterion
from events_of_a_child import NOW, an_event, changing
from factories import a_clinician, a_participant, a_site, as_actor
from models.adverse_event import AdverseEvent, Relatedness
from models.participant import Participant
from models.site import Site
from results_of_a_child import KHE
from services.actor import Actor
from services.adverse_events import events_of, record_event
from services.event_changes import SaidGrade, regrade_event
from services.event_table import event_table, highest_by_term


@pytest.fixture
def site(session: Session) -> Site:
    return a_site(session)


@pytest.fixture
def doctor(session: Session, site: Site) -> Actor:
    return as_actor(session, a_clinician(session, site))


def happened(session: Session, doctor: Actor, child: Participant, **changes: Any) -> AdverseEvent:
    said = an_event(**changes)
    return record_event(session, doctor, child, said, protocol=KHE, now=NOW)[0]


def test_each_child_counts_once_at_its_highest_grade(
    session: Session, site: Site, doctor: Actor
) -> None:
    child, other = a_participant(session, site), a_participant(session, site)
    a_participant(session, site)  # without any event
    happened(session, doctor, child, grade=1)
    event = happened(session, doctor, child, grade=2, relatedness=Relatedness.UNLIKELY)
    said = SaidGrade(grade=3, since_on=event.started_on.replace(day=7))
    regrade_event(session, changing(doctor, child), event, said)
    happened(session, doctor, other, relatedness=Relatedness.UNRELATED)
    happened(session, doctor, a_participant(session), grade=4)  # another site
    table = event_table(session, [site.id])
    (line,) = table.lines
    assert table.children == {"high": 3}
    assert (line.term, line.arm, dict(line.by_grade)) == (
        "Mucositis oral",
        "high",
        {1: 1, 2: 0, 3: 1, 4: 0, 5: 0},
    )
    assert (line.children, line.severe, line.serious, line.related) == (2, 1, 0, 1)


@pytest.mark.parametrize(
    ("relatedness", "related"),
    [
        (Relatedness.UNRELATED, 0),
        (Relatedness.UNLIKELY, 0),
        (Relatedness.POSSIBLE, 1),
        (Relatedness.PROBABLE, 1),
        (Relatedness.DEFINITE, 1),
    ],
)
def test_possible_probable_and_definite_are_related(
    session: Session, site: Site, doctor: Actor, relatedness: Relatedness, related: int
) -> None:
    child = a_participant(session, site)
    happened(session, doctor, child, relatedness=relatedness)
    happened(session, doctor, child, term="Fever", relatedness=relatedness)
    (total,) = event_table(session, [site.id]).totals
    assert (total.children, total.related) == (1, related)


def test_only_related_events_may_be_counted_by_grade(
    session: Session, site: Site, doctor: Actor
) -> None:
    child = a_participant(session, site)
    happened(session, doctor, child, grade=3, relatedness=Relatedness.UNLIKELY)
    happened(session, doctor, child, grade=1, relatedness=Relatedness.POSSIBLE)
    happened(session, doctor, child, term="Fever", relatedness=Relatedness.UNRELATED)
    table = event_table(session, [site.id], only_related=True)
    (line,) = table.lines
    assert (line.term, line.children, line.by_grade[1], line.by_grade[3]) == (
        "Mucositis oral",
        1,
        1,
        0,
    )
    assert table.children == {"high": 1}


def test_serious_children_are_counted(session: Session, site: Site, doctor: Actor) -> None:
    child = a_participant(session, site)
    happened(session, doctor, child, serious_criteria=(Criterion.HOSPITALISATION,))
    happened(session, doctor, child, serious_criteria=(Criterion.IMPORTANT,))
    happened(session, doctor, a_participant(session, site))
    (total,) = event_table(session, [site.id]).totals
    assert (total.children, total.serious) == (2, 1)


def test_a_child_has_its_terms_with_the_worst_first(
    session: Session, site: Site, doctor: Actor
) -> None:
    child = a_participant(session, site)
    happened(session, doctor, child, grade=1)
    happened(session, doctor, child, grade=2)
    happened(session, doctor, child, term="Fever", grade=3)
    assert highest_by_term(events_of(session, child)) == (
        ("Fever", 3, 1, False),
        ("Mucositis oral", 2, 2, False),
    )


def test_where_nobody_has_an_arm_there_is_nothing_to_count(session: Session) -> None:
    table = event_table(session, [a_site(session).id])
    assert (table.arms, table.lines, table.totals) == ((), (), ())
