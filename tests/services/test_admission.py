"""Eligibility, consent, and the end of the study."""

import uuid
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from children_at_the_door import (
    FITTING,
    NOW,
    TODAY,
    a_consent,
    a_list,
    consented,
    eligible,
    randomised,
    ready,
    registered,
)
from domain.eligibility import Answer
from factories import a_carer, a_clinician, a_participant, a_site, as_actor
from models.audit import AuditEntry
from models.consent import Consent, ConsentKind
from models.message import Message, MessageKind, MessageState
from models.participant import Participant, ParticipantStatus, Relation
from models.site import Site, StaffRole
from results_of_a_child import KHE
from services.access import children_of
from services.actor import Actor
from services.consents import consent_state, record_consent
from services.eligibility import SaidEligibility, check_eligibility, checks_of
from services.errors import ConflictError, ForbiddenError, RefusedError
from services.families import Invitation, invite
from services.randomisation import allocation_of
from services.withdrawal import SaidEnd, end_participation, take_back_consent

YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)


@pytest.fixture
def site(session: Session) -> Site:
    return a_site(session)


@pytest.fixture
def nurse(session: Session, site: Site) -> Actor:
    return as_actor(session, a_clinician(session, site, StaffRole.COORDINATOR))


@pytest.fixture
def child(session: Session, site: Site, nurse: Actor) -> Participant:
    return registered(session, nurse, site)


# --- eligibility


def test_the_newest_check_counts_and_all_are_kept(
    session: Session, nurse: Actor, child: Participant
) -> None:
    assert not eligible(session, nurse, child, infection=Answer.YES).is_eligible
    assert eligible(session, nurse, child).is_eligible
    assert [row.is_eligible for row in checks_of(session, child)] == [True, False]
    entry = session.scalars(select(AuditEntry).filter_by(action="eligibility.checked")).first()
    assert entry is not None
    assert entry.new is not None
    assert entry.new["failed"] == ["infection"]


def test_the_same_answers_twice_are_one_check(
    session: Session, nurse: Actor, child: Participant
) -> None:
    said = SaidEligibility(client_id=uuid.uuid4(), checked_on=TODAY, answers=FITTING)
    results = [
        check_eligibility(session, nurse, child, said, protocol=KHE, now=NOW) for _ in range(2)
    ]
    assert [is_new for _row, is_new in results] == [True, False]
    other = SaidEligibility(
        client_id=said.client_id, checked_on=TODAY, answers=FITTING | {"khe": Answer.NO}
    )
    with pytest.raises(ConflictError):
        check_eligibility(session, nurse, child, other, protocol=KHE, now=NOW)


@pytest.mark.parametrize(
    ("checked_on", "answers", "code", "field"),
    [
        (TOMORROW, FITTING, "checked_on_impossible", "checked_on"),
        (date(2025, 1, 19), FITTING, "checked_on_impossible", "checked_on"),
        (TODAY, {"khe": Answer.YES}, "required", "child"),
        (TODAY, FITTING | {"weather": Answer.NO}, "unknown_criterion", "weather"),
        (TODAY, FITTING | {"child": Answer.NO}, "answer_contradicts_age", "child"),
    ],
)
def test_answers_that_cannot_be_are_refused(
    session: Session,
    nurse: Actor,
    child: Participant,
    checked_on: date,
    answers: dict[str, Answer],
    code: str,
    field: str,
) -> None:
    said = SaidEligibility(client_id=uuid.uuid4(), checked_on=checked_on, answers=answers)
    with pytest.raises(RefusedError) as refused:
        check_eligibility(session, nurse, child, said, protocol=KHE, now=NOW)
    assert (refused.value.code, refused.value.field) == (code, field)


def test_after_randomisation_nothing_is_answered_again(
    session: Session, site: Site, nurse: Actor
) -> None:
    a_list(session, nurse, site)
    child = ready(session, nurse, site)
    randomised(session, nurse, child)
    with pytest.raises(RefusedError, match="already_randomised"):
        eligible(session, nurse, child)


# --- consent


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"given_on": TOMORROW}, "in_the_future", "given_on"),
        ({"given_on": date(2025, 1, 19)}, "consent_before_birth", "given_on"),
        ({"document_version": "ICF-0.9"}, "consent_version_unknown", "document_version"),
        ({"given_by": "  "}, "required", "given_by"),
        ({"relation": Relation.SELF}, "guardian_must_consent", "relation"),
        ({"kind": ConsentKind.ASSENT_NOT_POSSIBLE}, "reason_needed", "note"),
        ({"kind": ConsentKind.WITHDRAWN, "note": "No"}, "no_consent_to_withdraw", None),
    ],
)
def test_a_consent_that_cannot_be_is_refused(
    session: Session,
    nurse: Actor,
    child: Participant,
    change: dict[str, object],
    code: str,
    field: str | None,
) -> None:
    with pytest.raises(RefusedError) as refused:
        consented(session, nurse, child, **change)
    assert (refused.value.code, refused.value.field) == (code, field)


def test_of_two_words_of_one_day_the_later_counts_even_after_a_correction(
    session: Session, nurse: Actor, child: Participant
) -> None:
    first = consented(session, nurse, child)
    consented(session, nurse, child, kind=ConsentKind.WITHDRAWN, note="No longer")
    assert consent_state(session, child).is_withdrawn
    correction = {"amends": first.public_id, "amend_reason": "Name misspelt", "given_by": "Ms Lim"}
    consented(session, nurse, child, **correction)
    assert consent_state(session, child).is_withdrawn
    consented(session, nurse, child)
    assert not consent_state(session, child).is_withdrawn


def test_a_correction_says_why(session: Session, nurse: Actor, child: Participant) -> None:
    first = consented(session, nurse, child)
    with pytest.raises(RefusedError, match="reason_needed"):
        consented(session, nurse, child, amends=first.public_id)


def test_the_trail_holds_no_name_of_who_signed(
    session: Session, nurse: Actor, child: Participant
) -> None:
    consented(session, nurse, child)
    entry = session.scalars(select(AuditEntry).filter_by(action="consent.recorded")).one()
    assert "Lin" not in str(entry.new)
    assert entry.new is not None
    assert entry.new["document_version"] == "ICF-1.0"


def test_the_same_consent_twice_is_one(session: Session, nurse: Actor, child: Participant) -> None:
    said = a_consent()
    for _ in range(2):
        record_consent(session, nurse, child, said, protocol=KHE, now=NOW)
    assert len(session.scalars(select(Consent)).all()) == 1


def test_consent_taken_back_ends_the_part_of_a_randomised_child_only(
    session: Session, site: Site, nurse: Actor
) -> None:
    a_list(session, nurse, site)
    waiting, inside = (ready(session, nurse, site) for _ in range(2))
    randomised(session, nurse, inside)
    for child in (waiting, inside):
        said = a_consent(kind=ConsentKind.WITHDRAWN, note="Too far away")
        take_back_consent(session, nurse, child, said, protocol=KHE, now=NOW)
    assert waiting.status is ParticipantStatus.ACTIVE
    assert inside.status is ParticipantStatus.WITHDRAWN
    assert (inside.ended_on, inside.ended_reason) == (TODAY, "Too far away")


# --- the end


def an_end(**changes: object) -> SaidEnd:
    values: dict[str, object] = {
        "status": ParticipantStatus.WITHDRAWN,
        "ended_on": TODAY,
        "reason": "Moved away",
    }
    return SaidEnd(**(values | changes))  # type: ignore[arg-type]  # test data by keyword


def a_message(session: Session, child: Participant, kind: MessageKind) -> Message:
    carer = a_carer(session, of=child)
    row = Message(
        key=str(uuid.uuid4()),
        kind=kind,
        account_id=carer.id,
        participant_id=child.id,
        phone=carer.us_phone_number,
        locale="en",
        body="…",
        rule_version=KHE.key,
        due_at=NOW + timedelta(hours=1),
        expires_at=NOW + timedelta(hours=2),
        planned_at=NOW,
        state=MessageState.PLANNED,
        next_try_at=NOW + timedelta(hours=1),
    )
    session.add(row)
    session.flush()
    return row


def test_contact_stops_and_everything_is_kept(session: Session, site: Site, nurse: Actor) -> None:
    a_list(session, nurse, site)
    child = ready(session, nurse, site)
    randomised(session, nurse, child)
    reminder = a_message(session, child, MessageKind.DOSE)
    invitation = a_message(session, child, MessageKind.INVITATION)
    code = a_message(session, child, MessageKind.SIGN_IN)
    assert end_participation(session, nurse, child, an_end(), now=NOW)
    assert [row.state for row in (reminder, invitation, code)] == [
        MessageState.CANCELLED,
        MessageState.CANCELLED,
        MessageState.PLANNED,
    ]
    assert allocation_of(session, child) is not None
    entry = session.scalars(select(AuditEntry).filter_by(action="participant.withdrawn")).one()
    assert (entry.reason, entry.actor_id) == ("Moved away", nurse.account_id)


def test_the_family_can_still_read_and_nobody_new_is_invited(
    session: Session, site: Site, nurse: Actor
) -> None:
    child = a_participant(session, site)
    mother = as_actor(session, a_carer(session, of=child))
    end_participation(session, nurse, child, an_end(), now=NOW)
    assert children_of(session, mother) == (child,)
    said = Invitation(phone="13812340000", display_name="Aunt", relation=Relation.OTHER)
    with pytest.raises(RefusedError, match="study_over"):
        invite(session, nurse, child, said, protocol=KHE, public_url="http://x", now=NOW)


def test_the_same_end_twice_is_one_and_another_a_conflict(
    session: Session, nurse: Actor, child: Participant
) -> None:
    ends = [end_participation(session, nurse, child, an_end(), now=NOW) for _ in range(2)]
    assert ends == [True, False]
    with pytest.raises(ConflictError):
        end_participation(session, nurse, child, an_end(reason="Other"), now=NOW)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"ended_on": TOMORROW}, "ended_on_impossible"),
        ({"ended_on": YESTERDAY}, "ended_on_impossible"),
        ({"reason": " "}, "reason_needed"),
        ({"status": ParticipantStatus.ACTIVE}, "not_a_choice"),
        ({"status": ParticipantStatus.COMPLETED}, "never_randomised"),
    ],
)
def test_an_end_that_cannot_be_is_refused(
    session: Session, nurse: Actor, child: Participant, change: dict[str, object], code: str
) -> None:
    with pytest.raises(RefusedError, match=code):
        end_participation(session, nurse, child, an_end(**change), now=NOW)
    assert child.status is ParticipantStatus.ACTIVE


@pytest.mark.parametrize(("days_early", "fine"), [(0, True), (1, False)])
def test_the_study_is_complete_when_the_window_of_the_last_visit_opens(
    session: Session, site: Site, nurse: Actor, days_early: int, fine: bool
) -> None:
    a_list(session, nurse, site)
    child = ready(session, nurse, site)
    randomised(session, nurse, child)
    last = KHE.visit("month_12")
    opens_on = date(2027, 3, 10) - timedelta(days=last.window_before_days + days_early)
    said = an_end(status=ParticipantStatus.COMPLETED, ended_on=opens_on, reason="As planned")
    later = NOW + timedelta(days=400)
    if fine:
        assert end_participation(session, nurse, child, said, now=later)
        return
    with pytest.raises(RefusedError, match="not_complete_yet"):
        end_participation(session, nurse, child, said, now=later)


def test_a_monitor_records_none_of_it(session: Session, site: Site, child: Participant) -> None:
    monitor = as_actor(session, a_clinician(session, site, StaffRole.MONITOR))
    for act in (
        lambda: eligible(session, monitor, child),
        lambda: consented(session, monitor, child),
        lambda: end_participation(session, monitor, child, an_end(), now=NOW),
    ):
        with pytest.raises(ForbiddenError):
            act()
