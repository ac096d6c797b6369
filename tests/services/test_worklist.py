"""The worklist of a site: order, answers, who sees what."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from domain.protocol import Half
from factories import a_carer, a_clinician, a_participant, a_site, an_order, as_actor
from models.attention import Urgency
from models.laboratory import Level
from models.participant import Participant, ParticipantStatus
from models.site import Site, StaffRole
from services.actor import Actor
from services.errors import ForbiddenError, NotFoundError, RefusedError
from services.verdicts import reported_level
from services.worklist import Order, Worklist, worklist
from services.worklist_lines import child_lines
from worklist_of_a_site import (
    MORNING,
    NOW,
    PROTOCOLS,
    an_alert,
    an_entry,
    answer,
    codes,
    item,
    seen,
)


@pytest.fixture
def site(session: Session) -> Site:
    return a_site(session)


@pytest.fixture
def doctor(session: Session, site: Site) -> Actor:
    return as_actor(session, a_clinician(session, site))


@pytest.fixture
def child(session: Session, site: Site) -> Participant:
    """Ordered since yesterday evening: only one slot is over, so nothing is silent yet."""
    child = a_participant(session, site)
    an_order(session, child, from_on=date(2026, 3, 9), from_half=Half.EVENING)
    a_carer(session, child)
    return child


@contextmanager
def counted(session: Session) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(*args: object) -> None:
        if "SELECT" in str(args[2]):
            statements.append(str(args[2]))

    engine = session.get_bind().engine
    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


def test_the_most_urgent_comes_first_and_the_oldest_of_them(
    session: Session, child: Participant, doctor: Actor
) -> None:
    for code, urgency, hours in (
        ("new_review", Urgency.REVIEW, 1),
        ("old_review", Urgency.REVIEW, 90),
        ("new_urgent", Urgency.URGENT, 2),
        ("old_urgent", Urgency.URGENT, 3),
    ):
        raised_at = NOW - timedelta(hours=hours)
        an_alert(session, child, code=code, urgency=urgency, raised_at=raised_at)
    found = codes(seen(session, doctor))
    assert found == ["old_urgent", "new_urgent", "old_review", "new_review"]


def test_only_children_of_the_actors_sites_are_seen(
    session: Session, child: Participant, doctor: Actor
) -> None:
    elsewhere = a_participant(session)
    an_alert(session, elsewhere)
    found = seen(session, doctor)
    assert [one.id for one in found.children] == [child.id]
    assert found.items == ()


def test_a_masked_reader_sees_nobody(session: Session, site: Site, child: Participant) -> None:
    an_alert(session, child)
    reader = as_actor(session, a_clinician(session, site, StaffRole.READER))
    assert seen(session, reader) == Worklist((), ())


def test_two_slots_without_a_word_are_silence_and_one_is_not(
    session: Session, child: Participant, doctor: Actor
) -> None:
    # the evening's dose could be given until 02:00, the morning's until 14:00
    assert codes(seen(session, doctor, NOW + timedelta(hours=5, minutes=30))) == []
    assert codes(seen(session, doctor, NOW + timedelta(hours=5, minutes=31))) == ["silent"]


def test_an_entry_ends_the_silence(session: Session, child: Participant, doctor: Actor) -> None:
    an_entry(session, child, MORNING)
    assert codes(seen(session, doctor, NOW + timedelta(hours=6))) == []


def test_an_answered_silence_stays_away_until_a_new_one(
    session: Session, child: Participant, doctor: Actor
) -> None:
    an_entry(session, child, MORNING)
    later = NOW + timedelta(days=2)
    first = item(session, doctor, "silent", later)
    answer(session, doctor, child, first, later)
    assert codes(seen(session, doctor, later + timedelta(days=1))) == []
    an_entry(session, child, MORNING.shifted(6))
    assert codes(seen(session, doctor, later + timedelta(days=3))) == ["silent"]


def test_of_a_child_who_has_left_only_what_concerns_its_health_still_waits(
    session: Session, child: Participant, doctor: Actor
) -> None:
    an_alert(session, child)
    an_alert(session, child, code="phone_unreachable", key=f"phone_unreachable:{child.id}:1")
    later = NOW + timedelta(days=2)
    assert codes(seen(session, doctor, later)) == ["silent", "level_concern", "phone_unreachable"]
    child.status = ParticipantStatus.WITHDRAWN
    session.flush()
    assert codes(seen(session, doctor, later)) == ["level_concern"]


def test_an_alert_is_ended_with_an_outcome(
    session: Session, child: Participant, doctor: Actor
) -> None:
    an_alert(session, child)
    row = answer(session, doctor, child, item(session, doctor, "level_concern"))
    assert (row.acknowledged_at, row.acknowledged_by_id) == (NOW, doctor.account_id)
    assert (row.outcome, row.outcome_note) == ("family_called", "spoke with the mother")
    assert seen(session, doctor).items == ()


def test_answering_again_changes_nothing_and_another_person_is_told(
    session: Session, site: Site, child: Participant, doctor: Actor
) -> None:
    an_alert(session, child)
    what = item(session, doctor, "level_concern")
    first = answer(session, doctor, child, what)
    assert answer(session, doctor, child, what, NOW + timedelta(hours=1)) is first
    assert first.acknowledged_at == NOW
    other = as_actor(session, a_clinician(session, site))
    with pytest.raises(RefusedError) as refused:
        answer(session, other, child, what)
    assert refused.value.code == "already_acknowledged"


def test_a_monitor_reads_and_does_not_answer(
    session: Session, site: Site, child: Participant
) -> None:
    an_alert(session, child)
    monitor = as_actor(session, a_clinician(session, site, StaffRole.MONITOR))
    what = item(session, monitor, "level_concern")
    with pytest.raises(ForbiddenError):
        answer(session, monitor, child, what)


def test_a_matter_of_another_child_is_not_found(
    session: Session, site: Site, child: Participant, doctor: Actor
) -> None:
    an_alert(session, child)
    what = item(session, doctor, "level_concern")
    with pytest.raises(NotFoundError):
        answer(session, doctor, a_participant(session, site), what)


def test_the_newest_level_that_nobody_corrected_is_shown(
    session: Session, child: Participant, doctor: Actor
) -> None:
    recorded = {"recorded_at": NOW, "recorded_by_id": child.recorded_by_id}
    rows = [
        Level(
            client_id=uuid.uuid4(),
            participant_id=child.id,
            drawn_at=NOW - timedelta(days=days),
            value=Decimal(value),
            **recorded,
        )
        for days, value in ((3, "11.0"), (1, "99.0"))
    ]
    session.add_all(rows)
    session.flush()
    right = Level(
        client_id=uuid.uuid4(),
        participant_id=child.id,
        drawn_at=NOW - timedelta(days=2),
        value=Decimal("9.9"),
        amends_id=rows[1].id,
        amend_reason="typed twice",
        **recorded,
    )
    session.add(right)
    session.flush()
    (line,) = child_lines(session, seen(session, doctor).children, PROTOCOLS, now=NOW)
    assert line.newest.level == reported_level(right)
    assert line.position == "below_range"


def test_the_number_of_questions_does_not_grow_with_the_children(
    session: Session, site: Site, child: Participant, doctor: Actor
) -> None:
    an_alert(session, child)
    session.commit()
    with counted(session) as few:
        seen(session, doctor, NOW + timedelta(days=2))
    for _ in range(6):
        more = a_participant(session, site)
        an_order(session, more)
        an_alert(session, more)
        a_carer(session, more)
    session.commit()
    with counted(session) as many:
        assert len(seen(session, doctor, NOW + timedelta(days=2)).children) == 7
    assert len(many) == len(few) <= 7


def test_age_alone_may_sort(session: Session, child: Participant, doctor: Actor) -> None:
    an_alert(session, child, code="urgent", urgency=Urgency.URGENT)
    old = NOW - timedelta(days=9)
    an_alert(session, child, code="old", urgency=Urgency.REVIEW, raised_at=old)
    assert codes(seen(session, doctor)) == ["urgent", "old"]
    found = worklist(session, doctor, PROTOCOLS, now=NOW, order=Order.OLDEST)
    assert codes(found) == ["old", "urgent"]
