"""Passing on what nobody answered; facts that get rows, and rows whose fact went away."""

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.protocol import Half
from factories import PROTOCOL_KEY, a_carer, a_clinician, a_participant, a_site, an_order, as_actor
from models.attention import Alert, AlertEvent, Urgency
from models.audit import AuditEntry
from models.participant import Participant, ParticipantStatus
from models.site import Site
from models.visit import Visit, VisitState
from results_of_a_child import KHE
from services.actor import Actor
from services.alert_acts import Acknowledgement, AlertOutcome, Scene, acknowledge, add_note, reopen
from services.errors import RefusedError
from services.escalation import Tally, sweep
from services.worklist import worklist

# 08:30 on Tuesday 10 March in Shanghai
NOW = datetime(2026, 3, 10, 0, 30, tzinfo=UTC)
PROTOCOLS = {PROTOCOL_KEY: KHE}
NOTHING = Tally()


@pytest.fixture
def site(session: Session) -> Site:
    return a_site(session)


@pytest.fixture
def doctor(session: Session, site: Site) -> Actor:
    return as_actor(session, a_clinician(session, site))


@pytest.fixture
def child(session: Session, site: Site) -> Participant:
    child = a_participant(session, site)
    an_order(session, child, from_on=date(2026, 3, 9), from_half=Half.EVENING)
    a_carer(session, child)
    return child


def a_round(session: Session, child: Participant, now: datetime = NOW) -> Tally:
    return sweep(session, child.site_id, PROTOCOLS, now=now)


def an_alert(session: Session, child: Participant, **changes: Any) -> Alert:
    values: dict[str, Any] = {
        "key": f"bleeding:{child.id}:{uuid.uuid4()}",
        "site_id": child.site_id,
        "participant_id": child.id,
        "code": "bleeding",
        "urgency": Urgency.SAME_DAY,
        "facts": {},
        "raised_at": NOW,
        "rule_version": PROTOCOL_KEY,
    }
    alert = Alert(**(values | changes))
    session.add(alert)
    session.flush()
    return alert


def a_visit(session: Session, child: Participant) -> Visit:
    on = date(2026, 3, 10)
    visit = Visit(
        participant_id=child.id,
        code="month_1",
        on=on,
        window_from=on,
        window_to=on,
        is_trough_day=False,
        state=VisitState.PLANNED,
        rule_version=PROTOCOL_KEY,
        recorded_at=NOW,
        recorded_by_id=child.recorded_by_id,
    )
    session.add(visit)
    session.flush()
    return visit


def steps(session: Session, alert: Alert) -> list[str]:
    rows = select(AlertEvent.kind).where(AlertEvent.alert_id == alert.id).order_by(AlertEvent.id)
    return list(session.scalars(rows))


@pytest.mark.parametrize(
    ("code", "urgency", "hours"),
    [
        ("bleeding", Urgency.SAME_DAY, 4),
        ("platelets_low", Urgency.URGENT, 1),
        ("missed_often", Urgency.THIS_WEEK, 48),
        ("level_concern", Urgency.REVIEW, 168),
        ("level_concern", Urgency.URGENT, 1),
        ("of_a_later_version", Urgency.SAME_DAY, 4),
    ],
)
def test_a_matter_is_passed_on_when_nobody_answered_for_so_long(
    session: Session, child: Participant, code: str, urgency: Urgency, hours: int
) -> None:
    alert = an_alert(session, child, code=code, urgency=urgency)
    just_before = NOW + timedelta(hours=hours, seconds=-1)
    sweep_without_silence(session, child, just_before)
    assert (alert.escalations, alert.escalated_at) == (0, None)
    sweep_without_silence(session, child, NOW + timedelta(hours=hours))
    session.refresh(alert)
    assert (alert.escalations, alert.escalated_at) == (1, NOW + timedelta(hours=hours))
    assert steps(session, alert) == ["escalated"]


def sweep_without_silence(session: Session, child: Participant, now: datetime) -> None:
    """Days pass here of which nobody wrote; only the matter at hand is looked at."""
    a_round(session, child, now)


def test_a_second_round_changes_nothing(session: Session, child: Participant) -> None:
    an_alert(session, child)
    later = NOW + timedelta(hours=4)
    assert a_round(session, child, later) == Tally(escalated=1)
    assert a_round(session, child, later) == NOTHING


def test_it_is_passed_on_again_after_as_long_a_silence(
    session: Session, child: Participant
) -> None:
    alert = an_alert(session, child)
    for hours in (4, 5):
        a_round(session, child, NOW + timedelta(hours=hours))
    session.refresh(alert)
    assert alert.escalations == 1
    a_round(session, child, NOW + timedelta(hours=8))
    session.refresh(alert)
    assert alert.escalations == 2


def test_an_act_of_somebody_starts_the_hours_again(
    session: Session, child: Participant, doctor: Actor
) -> None:
    alert = an_alert(session, child)
    at = NOW + timedelta(hours=3)
    add_note(session, Scene(doctor, child, alert.key, PROTOCOLS, at), "called, no answer")
    assert a_round(session, child, NOW + timedelta(hours=4)).escalated == 0
    assert a_round(session, child, NOW + timedelta(hours=7)).escalated == 1


def test_what_was_answered_is_not_passed_on(
    session: Session, child: Participant, doctor: Actor
) -> None:
    alert = an_alert(session, child)
    said = Acknowledgement(AlertOutcome.FAMILY_CALLED)
    acknowledge(session, doctor, child, alert.key, said=said, protocols=PROTOCOLS, now=NOW)
    assert a_round(session, child, NOW + timedelta(hours=5)).escalated == 0


def test_what_was_passed_on_moves_up_and_is_marked(
    session: Session, child: Participant, doctor: Actor
) -> None:
    old = an_alert(session, child, urgency=Urgency.REVIEW, raised_at=NOW - timedelta(days=8))
    an_alert(session, child, urgency=Urgency.THIS_WEEK)
    before = worklist(session, doctor, PROTOCOLS, now=NOW).items
    assert [item.urgency for item in before] == ["this_week", "review"]
    a_round(session, child)
    after = worklist(session, doctor, PROTOCOLS, now=NOW).items
    assert [item.urgency for item in after] == ["review", "this_week"]
    assert (after[0].alert, after[0].escalations) == (old, 1)


def test_what_the_facts_say_gets_its_row_and_is_passed_on_from_when_it_began(
    session: Session, child: Participant, doctor: Actor
) -> None:
    a_visit(session, child)
    assert a_round(session, child) == Tally(raised=1)
    row = session.scalars(select(Alert)).one()
    assert (row.code, row.urgency) == ("visit_today", Urgency.SAME_DAY)
    # midnight in Shanghai
    assert row.raised_at == datetime(2026, 3, 9, 16, tzinfo=UTC)
    found = worklist(session, doctor, PROTOCOLS, now=NOW).items
    assert [(item.code, item.alert) for item in found] == [("visit_today", row)]
    assert a_round(session, child) == NOTHING


def test_a_row_whose_fact_went_away_ends_by_itself_and_says_so(
    session: Session, child: Participant
) -> None:
    visit = a_visit(session, child)
    a_round(session, child)
    visit.state = VisitState.DONE
    session.flush()
    later = NOW + timedelta(minutes=5)
    assert a_round(session, child, later) == Tally(ended=1)
    row = session.scalars(select(Alert)).one()
    assert (row.acknowledged_at, row.acknowledged_by_id) == (later, None)
    assert row.outcome == "resolved_itself"
    assert steps(session, row) == ["resolved_itself"]
    trail = session.scalars(select(AuditEntry.action).where(AuditEntry.subject == "alert"))
    assert list(trail) == ["alert.resolved_itself"]
    assert a_round(session, child, later) == NOTHING


def test_a_fact_that_comes_back_opens_its_row_again(
    session: Session, child: Participant, doctor: Actor
) -> None:
    visit = a_visit(session, child)
    for state in (VisitState.PLANNED, VisitState.DONE, VisitState.PLANNED):
        visit.state = state
        session.flush()
        a_round(session, child)
    row = session.scalars(select(Alert)).one()
    session.refresh(row)
    assert (row.acknowledged_at, row.outcome) == (None, None)
    assert steps(session, row) == ["resolved_itself", "reopened"]
    assert [item.alert for item in worklist(session, doctor, PROTOCOLS, now=NOW).items] == [row]


def test_a_clinical_matter_never_ends_by_itself(session: Session, child: Participant) -> None:
    alert = an_alert(session, child, code="doubled")
    a_round(session, child, NOW + timedelta(days=30))
    session.refresh(alert)
    assert alert.acknowledged_at is None


def test_nobody_is_asked_to_reach_a_child_who_left(session: Session, child: Participant) -> None:
    an_alert(session, child, code="phone_unreachable", raised_at=NOW - timedelta(days=30))
    child.status = ParticipantStatus.WITHDRAWN
    session.flush()
    assert a_round(session, child) == NOTHING


def test_each_site_is_swept_by_itself(session: Session, child: Participant) -> None:
    elsewhere = a_participant(session)
    a_carer(session, elsewhere)
    other = an_alert(session, elsewhere, raised_at=NOW - timedelta(days=1))
    a_round(session, child)
    session.refresh(other)
    assert other.escalations == 0


def test_what_ended_by_itself_is_not_opened_by_hand(
    session: Session, child: Participant, doctor: Actor
) -> None:
    visit = a_visit(session, child)
    a_round(session, child)
    visit.state = VisitState.DONE
    session.flush()
    a_round(session, child)
    row = session.scalars(select(Alert)).one()
    with pytest.raises(RefusedError) as refused:
        reopen(session, Scene(doctor, child, row.key, PROTOCOLS, NOW), "look again")
    assert refused.value.code == "ended_by_itself"
