"""Taking a matter on, handing it over, noting, answering, opening it again."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from factories import PROTOCOL_KEY, a_carer, a_clinician, a_participant, a_site, an_order, as_actor
from models.account import Account
from models.attention import Alert, Urgency
from models.participant import Participant
from models.site import Site, StaffRole
from results_of_a_child import KHE
from services.alert_acts import (
    Acknowledgement,
    AlertOutcome,
    HandOver,
    Scene,
    acknowledge,
    add_note,
    colleagues,
    hand_over,
    reopen,
    take,
)
from services.alert_history import AlertStep, story_of
from services.errors import ForbiddenError, NotFoundError, RefusedError
from services.worklist import WorkItem, worklist

NOW = datetime(2026, 3, 10, 0, 30, tzinfo=UTC)
PROTOCOLS = {PROTOCOL_KEY: KHE}


@pytest.fixture
def site(session: Session) -> Site:
    return a_site(session)


@pytest.fixture
def gao(session: Session, site: Site) -> Account:
    return a_clinician(session, site, display_name="Dr Gao")


@pytest.fixture
def wu(session: Session, site: Site) -> Account:
    return a_clinician(session, site, StaffRole.COORDINATOR, display_name="Nurse Wu")


@pytest.fixture
def child(session: Session, site: Site, gao: Account) -> Participant:
    child = a_participant(session, site)
    a_carer(session, child)
    return child


@pytest.fixture
def alert(session: Session, child: Participant) -> Alert:
    row = Alert(
        key=f"bleeding:{child.id}:1",
        site_id=child.site_id,
        participant_id=child.id,
        code="bleeding",
        urgency=Urgency.SAME_DAY,
        facts={},
        raised_at=NOW - timedelta(hours=1),
        rule_version=PROTOCOL_KEY,
    )
    session.add(row)
    session.flush()
    return row


def scene(session: Session, who: Account, child: Participant, key: str) -> Scene:
    return Scene(as_actor(session, who), child, key, PROTOCOLS, NOW)


def told(session: Session, alert: Alert) -> list[tuple[str, str | None, str | None, str | None]]:
    return [(one.step.value, one.by, one.to, one.note) for one in story_of(session, alert).steps]


def test_somebody_takes_a_matter_on(
    session: Session, child: Participant, alert: Alert, gao: Account
) -> None:
    for _ in range(2):
        take(session, scene(session, gao, child, alert.key))
    assert (alert.assigned_to_id, alert.assigned_at) == (gao.id, NOW)
    assert told(session, alert) == [("taken", "Dr Gao", "Dr Gao", None)]


def test_a_matter_is_handed_over_with_a_note(
    session: Session, child: Participant, alert: Alert, gao: Account, wu: Account
) -> None:
    said = HandOver(wu.public_id, "please call the mother")
    asked = scene(session, gao, child, alert.key)
    for later in (timedelta(0), timedelta(minutes=1)):
        hand_over(session, replace(asked, now=NOW + later), said)
    assert (alert.assigned_to_id, alert.assigned_at) == (wu.id, NOW)
    assert told(session, alert) == [("handed_over", "Dr Gao", "Nurse Wu", "please call the mother")]


@pytest.mark.parametrize("role", [StaffRole.MONITOR, StaffRole.READER])
def test_only_who_may_act_at_the_site_is_given_a_matter(
    session: Session, site: Site, child: Participant, alert: Alert, gao: Account, role: StaffRole
) -> None:
    strangers = (a_clinician(session), a_clinician(session, site, role))
    for public_id in (*(one.public_id for one in strangers), uuid.uuid4()):
        with pytest.raises(RefusedError) as refused:
            hand_over(session, scene(session, gao, child, alert.key), HandOver(public_id))
        assert (refused.value.code, refused.value.field) == ("not_a_colleague", "to")
    assert [one.name for one in colleagues(session, site.id)] == ["Dr Gao"]


def test_somebody_whose_account_is_closed_is_no_colleague(
    session: Session, site: Site, gao: Account, wu: Account
) -> None:
    assert [one.name for one in colleagues(session, site.id)] == ["Dr Gao", "Nurse Wu"]
    wu.active = False
    session.flush()
    assert [one.name for one in colleagues(session, site.id)] == ["Dr Gao"]


def test_a_note_leaves_the_matter_open(
    session: Session, child: Participant, alert: Alert, gao: Account
) -> None:
    add_note(session, scene(session, gao, child, alert.key), " no answer ")
    assert alert.acknowledged_at is None
    assert told(session, alert) == [("noted", "Dr Gao", None, "no answer")]
    with pytest.raises(RefusedError) as refused:
        add_note(session, scene(session, gao, child, alert.key), "  ")
    assert refused.value.code == "required"


def test_an_answered_matter_is_opened_again_with_a_reason(
    session: Session, child: Participant, alert: Alert, gao: Account
) -> None:
    here = scene(session, gao, child, alert.key)
    answer(session, here, child)
    with pytest.raises(RefusedError) as refused:
        take(session, here)
    assert refused.value.code == "already_acknowledged"
    with pytest.raises(RefusedError):
        reopen(session, here, "")
    reopen(session, here, "bleeds again")
    assert (alert.acknowledged_at, alert.outcome, alert.outcome_note) == (None, None, None)
    steps = [one.step for one in story_of(session, alert).steps]
    assert steps == [AlertStep.ACKNOWLEDGED, AlertStep.REOPENED]
    assert [item.key for item in seen(session, gao)] == [alert.key]


def answer(session: Session, here: Scene, child: Participant) -> None:
    acknowledge(
        session,
        here.actor,
        child,
        here.key,
        said=Acknowledgement(AlertOutcome.FAMILY_CALLED),
        protocols=PROTOCOLS,
        now=NOW,
    )


def seen(session: Session, who: Account) -> tuple[WorkItem, ...]:
    return worklist(session, as_actor(session, who), PROTOCOLS, now=NOW).items


def test_what_was_only_read_from_facts_can_be_taken_on(
    session: Session, child: Participant, gao: Account
) -> None:
    an_order(session, child, signed_at=None, signed_by_id=None, recorded_at=NOW)
    (item,) = worklist(session, as_actor(session, gao), PROTOCOLS, now=NOW).items
    assert (item.code, item.alert) == ("second_signature", None)
    row = take(session, scene(session, gao, child, item.key))
    assert (row.key, row.raised_at, row.assigned_to_id) == (item.key, NOW, gao.id)
    (after,) = worklist(session, as_actor(session, gao), PROTOCOLS, now=NOW).items
    assert after.alert is row


def test_another_site_and_a_monitor_may_not_act(
    session: Session, site: Site, child: Participant, alert: Alert
) -> None:
    for who in (a_clinician(session), a_clinician(session, site, StaffRole.MONITOR)):
        with pytest.raises(ForbiddenError):
            take(session, scene(session, who, child, alert.key))


def test_a_key_of_nothing_is_not_found(session: Session, child: Participant, gao: Account) -> None:
    with pytest.raises(NotFoundError):
        take(session, scene(session, gao, child, f"silent:{child.id}:nothing"))
