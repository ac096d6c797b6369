"""Adverse events: what CTCAE does not have is refused, and nothing is overwritten."""

import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.events import Criterion, GradeStep
from events_of_a_child import NOW, an_event, changing
from factories import a_clinician, a_participant, as_actor
from models.adverse_event import AdverseEvent
from models.attention import Alert, Urgency
from models.audit import AuditEntry
from models.participant import Participant
from results_of_a_child import KHE
from services.actor import Actor
from services.adverse_events import (
    Action,
    EventOutcome,
    SaidEvent,
    criteria_of,
    events_of,
    record_event,
    view_of,
)
from services.errors import ConflictError, RefusedError
from services.event_changes import SaidChange, SaidGrade, change_event, regrade_event

FATAL: dict[str, Any] = {
    "grade": 5,
    "outcome": EventOutcome.FATAL,
    "serious_criteria": (Criterion.DEATH,),
}


@pytest.fixture
def child(session: Session) -> Participant:
    return a_participant(session)


@pytest.fixture
def doctor(session: Session) -> Actor:
    return as_actor(session, a_clinician(session))


class Chart:
    """The events of one child, and short words for what a doctor does with them."""

    def __init__(self, session: Session, child: Participant, doctor: Actor) -> None:
        self.session, self.child, self.doctor = session, child, doctor

    def record(self, said: SaidEvent | None = None, **changes: Any) -> AdverseEvent:
        event = said or an_event(**changes)
        return self.send(event)[0]

    def send(self, said: SaidEvent) -> tuple[AdverseEvent, bool]:
        return record_event(self.session, self.doctor, self.child, said, protocol=KHE, now=NOW)

    def regrade(self, event: AdverseEvent, grade: int, day: int, reason: str | None = None) -> bool:
        said = SaidGrade(grade=grade, since_on=date(2026, 3, day), reason=reason)
        return regrade_event(self.session, changing(self.doctor, self.child), event, said)[1]

    def change(self, event: AdverseEvent, reason: str = "phone call", **fields: Any) -> SaidChange:
        said = SaidChange(client_id=uuid.uuid4(), fields=fields, reason=reason)
        self.say(event, said)
        return said

    def say(self, event: AdverseEvent, said: SaidChange) -> bool:
        return change_event(self.session, changing(self.doctor, self.child), event, said)[1]

    def steps(self, event: AdverseEvent) -> list[tuple[int, int]]:
        return [(step.grade, step.since_on.day) for step in view_of(self.session, event).steps]


@pytest.fixture
def chart(session: Session, child: Participant, doctor: Actor) -> Chart:
    return Chart(session, child, doctor)


def test_an_event_keeps_its_grade_its_version_and_a_trail(session: Session, chart: Chart) -> None:
    chart.record(grade=2)
    (found,) = events_of(session, chart.child)
    assert (found.event.term, found.event.ctcae_version) == ("Mucositis oral", "4.03")
    assert found.steps == (GradeStep(2, date(2026, 3, 5)),)
    assert session.scalars(select(AuditEntry.action)).all() == ["adverse_event.recorded"]


@pytest.mark.parametrize(
    "term",
    [
        "Upper respiratory infection",
        "Lung infection",
        "Otitis media",
        "Urinary tract infection",
    ],
)
def test_these_infections_have_no_grade_1(chart: Chart, term: str) -> None:
    with pytest.raises(RefusedError) as refused:
        chart.record(term=term, grade=1)
    assert (refused.value.code, refused.value.field) == ("grade_not_in_term", "grade")
    assert refused.value.details == {"term": term, "grade": 1}
    assert chart.record(term=term, grade=2)


@pytest.mark.parametrize(
    ("term", "has", "lacks"),
    [
        ("Rash maculo-papular", 3, 4),
        ("Platelet count decreased", 4, 5),
        ("Febrile neutropenia", 3, 2),
        ("Hyponatremia", 3, 2),
        ("Eye disorders - Other, specify", 1, 0),
        ("Mucositis oral", 1, 6),
    ],
)
def test_a_term_has_the_grades_of_ctcae_and_no_others(
    chart: Chart, term: str, has: int, lacks: int
) -> None:
    assert chart.record(term=term, grade=has)
    with pytest.raises(RefusedError, match="grade_not_in_term"):
        chart.record(term=term, grade=lacks)


def test_a_name_that_ctcae_lacks_is_refused(chart: Chart) -> None:
    with pytest.raises(RefusedError, match="unknown_term"):
        chart.record(term="Sore mouth")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"started_on": date(2026, 3, 11)}, "in_the_future"),
        ({"ended_on": date(2026, 3, 4)}, "ends_before_start"),
        ({"ended_on": date(2026, 3, 11)}, "in_the_future"),
        (FATAL | {"outcome": EventOutcome.UNKNOWN}, "grade_5_is_fatal"),
        (FATAL | {"grade": 4}, "fatal_is_grade_5"),
        (FATAL | {"serious_criteria": ()}, "death_is_serious"),
        ({"serious_criteria": (Criterion.DEATH,)}, "death_is_serious"),
        ({"baseline_grade": 5}, "out_of_range"),
    ],
)
def test_what_cannot_be_is_refused(chart: Chart, change: dict[str, Any], code: str) -> None:
    with pytest.raises(RefusedError, match=code):
        chart.record(**change)


@pytest.mark.parametrize(
    "change",
    [
        {"started_on": date(2026, 3, 10)},
        {"started_on": date(2026, 3, 5), "ended_on": date(2026, 3, 5)},
        {"ended_on": date(2026, 3, 10)},
        FATAL,
        {"baseline_grade": 0},
    ],
)
def test_the_other_side_of_each_bound_is_taken(chart: Chart, change: dict[str, Any]) -> None:
    assert chart.record(**change)


def test_today_is_the_day_on_the_family_s_wall(session: Session, chart: Chart) -> None:
    """Late on the tenth in London it is the eleventh in Shanghai."""
    evening = NOW.replace(hour=16)
    said = an_event(started_on=date(2026, 3, 11))
    assert record_event(session, chart.doctor, chart.child, said, protocol=KHE, now=evening)[1]
    before = evening - timedelta(minutes=1)
    later = an_event(started_on=date(2026, 3, 11))
    with pytest.raises(RefusedError, match="in_the_future"):
        record_event(session, chart.doctor, chart.child, later, protocol=KHE, now=before)


def test_the_same_form_twice_stores_one_event(chart: Chart) -> None:
    said = an_event()
    event, _ = chart.send(said)
    assert chart.send(said) == (event, False)
    for other in ({"term": "Rash acneiform"}, {"grade": 2}):
        with pytest.raises(ConflictError):
            chart.send(an_event(client_id=said.client_id, **other))


def test_a_form_that_comes_late_is_known_though_the_event_was_changed(chart: Chart) -> None:
    said = an_event()
    event, _ = chart.send(said)
    chart.change(event, outcome="recovered", ended_on=date(2026, 3, 9))
    chart.change(event, outcome="sequelae")
    assert chart.send(said) == (event, False)


def test_events_of_another_child_stay_there(session: Session, chart: Chart) -> None:
    noise = a_participant(session)
    record_event(session, chart.doctor, noise, an_event(), protocol=KHE, now=NOW)
    assert events_of(session, chart.child) == ()


def test_a_grade_changes_by_another_row(session: Session, chart: Chart) -> None:
    event = chart.record()
    assert chart.regrade(event, 3, 8)
    assert chart.steps(event) == [(1, 5), (3, 8)]
    assert view_of(session, event).highest == 3
    assert not chart.regrade(event, 3, 8), "the same again is the same"


@pytest.mark.parametrize(
    ("grade", "day", "code"),
    [
        (2, 4, "grade_before_start"),
        (2, 11, "in_the_future"),
        (0, 8, "grade_not_in_term"),
        (1, 8, "same_grade"),
    ],
)
def test_a_grade_that_cannot_be_is_refused(chart: Chart, grade: int, day: int, code: str) -> None:
    event = chart.record()
    with pytest.raises(RefusedError, match=code):
        chart.regrade(event, grade, day)


def test_a_grade_after_the_end_is_refused(chart: Chart) -> None:
    event = chart.record(ended_on=date(2026, 3, 8))
    with pytest.raises(RefusedError, match="grade_after_end"):
        chart.regrade(event, 2, 9)
    assert chart.regrade(event, 2, 8)


def test_a_wrong_grade_is_replaced_with_a_reason(session: Session, chart: Chart) -> None:
    event = chart.record(grade=3)
    with pytest.raises(RefusedError, match="reason_needed"):
        chart.regrade(event, 2, 5)
    chart.regrade(event, 2, 5, reason="misread")
    assert chart.steps(event) == [(2, 5)]
    assert [row.grade for row in view_of(session, event).grades] == [3, 2], "the old row stays"


def test_a_grade_that_never_was_gives_way_to_the_one_before(session: Session, chart: Chart) -> None:
    event = chart.record(grade=2)
    chart.regrade(event, 4, 8)
    assert chart.regrade(event, 2, 8, reason="slip of the hand")
    assert chart.steps(event) == [(2, 5), (2, 8)]
    assert view_of(session, event).highest == 2, "the slip counts in no table"


def test_grade_5_makes_the_outcome_fatal_and_back(chart: Chart) -> None:
    event = chart.record(grade=4)
    chart.regrade(event, 5, 8)
    assert (event.outcome, criteria_of(event)) == ("fatal", (Criterion.DEATH,))
    with pytest.raises(RefusedError, match="after_death"):
        chart.regrade(event, 3, 9)
    chart.regrade(event, 3, 8, reason="another child's form")
    assert (event.outcome, event.is_serious) == ("unknown", False)


def test_a_serious_event_is_urgent_once(session: Session, chart: Chart) -> None:
    chart.record()
    assert session.scalars(select(Alert)).all() == []
    event = chart.record(serious_criteria=(Criterion.HOSPITALISATION,))
    chart.change(event, serious_criteria=(Criterion.HOSPITALISATION, Criterion.IMPORTANT))
    alert = session.scalars(select(Alert)).one()
    assert (alert.code, alert.urgency) == ("serious_event", Urgency.URGENT)
    assert alert.facts["term"] == "Mucositis oral"


def test_an_event_that_becomes_serious_is_told_too(session: Session, chart: Chart) -> None:
    event = chart.record()
    chart.change(event, serious_criteria=(Criterion.LIFE_THREATENING,))
    assert event.is_serious
    assert session.scalars(select(Alert.code)).all() == ["serious_event"]


def test_a_change_shows_old_and_new_with_its_reason(session: Session, chart: Chart) -> None:
    event = chart.record()
    chart.change(event, ended_on=date(2026, 3, 9), action=Action.NONE.value, outcome="recovered")
    (change,) = view_of(session, event).changes
    assert change.old == {"ended_on": None, "outcome": "recovering"}
    assert change.new == {"ended_on": "2026-03-09", "outcome": "recovered"}
    assert change.reason == "phone call"
    assert event.ended_on == date(2026, 3, 9)


def test_a_change_needs_a_reason_and_something_to_change(chart: Chart) -> None:
    event = chart.record()
    with pytest.raises(RefusedError, match="reason_needed"):
        chart.change(event, reason=" ", outcome="recovered")
    with pytest.raises(RefusedError, match="nothing_changed"):
        chart.change(event, outcome="recovering")


def test_the_same_change_twice_is_one(session: Session, chart: Chart) -> None:
    event = chart.record()
    said = chart.change(event, outcome="recovered")
    assert not chart.say(event, said)
    assert len(view_of(session, event).changes) == 1
    other = SaidChange(client_id=said.client_id, fields={"outcome": "unknown"}, reason="phone call")
    with pytest.raises(ConflictError):
        chart.say(event, other)


def test_another_term_must_have_all_grades_of_the_event(chart: Chart) -> None:
    event = chart.record()
    chart.regrade(event, 3, 8)
    with pytest.raises(RefusedError, match="grade_not_in_term"):
        chart.change(event, term="Lung infection")
    chart.change(event, term="Oral pain")
    assert event.term == "Oral pain"


@pytest.mark.parametrize(
    ("day", "steps"), [(3, [(1, 3), (1, 5), (3, 8)]), (6, [(1, 6), (3, 8)]), (9, [(3, 9)])]
)
def test_a_start_on_another_day_keeps_the_grade_of_that_day(
    chart: Chart, day: int, steps: list[tuple[int, int]]
) -> None:
    event = chart.record()
    chart.regrade(event, 3, 8)
    chart.change(event, started_on=date(2026, 3, day))
    assert chart.steps(event) == steps


def test_an_end_before_the_last_grade_is_refused(chart: Chart) -> None:
    event = chart.record()
    chart.regrade(event, 3, 8)
    with pytest.raises(RefusedError, match="grade_after_end"):
        chart.change(event, ended_on=date(2026, 3, 7))
    chart.change(event, ended_on=date(2026, 3, 8))


def test_a_fatal_outcome_comes_with_its_grade(chart: Chart) -> None:
    event = chart.record()
    with pytest.raises(RefusedError, match="fatal_is_grade_5"):
        chart.change(event, outcome="fatal", serious_criteria=(Criterion.DEATH,))
