from dataclasses import replace
from datetime import date, time
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from children_at_the_door import NOW, TODAY, a_registration
from factories import a_clinician, a_participant, a_site, as_actor
from models.audit import AuditEntry
from models.participant import Allocation, DaySchedule, Measurement, Participant
from models.site import Site, StaffRole
from models.visit import Visit
from results_of_a_child import KHE
from services.actor import Actor
from services.errors import ConflictError, ForbiddenError, NotFoundError, RefusedError
from services.participants import Registration, register


@pytest.fixture
def site(session: Session) -> Site:
    return a_site(session)


@pytest.fixture
def nurse(session: Session, site: Site) -> Actor:
    return as_actor(session, a_clinician(session, site, StaffRole.COORDINATOR))


def enrolled(session: Session, actor: Actor, site: Site, said: Registration) -> Participant:
    return register(session, actor, site, said, protocol=KHE, now=NOW)


def count(session: Session, table: type) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def test_registering_makes_the_child_with_size_and_times_and_no_arm(
    session: Session, site: Site, nurse: Actor
) -> None:
    child = enrolled(session, nurse, site, a_registration())
    size = session.scalars(select(Measurement).filter_by(participant_id=child.id)).one()
    assert size.bsa_m2.quantize(Decimal("0.0001")) == Decimal("0.4830")
    assert (size.bsa_formula, size.rule_version) == ("mosteller", KHE.key)
    times = session.scalars(select(DaySchedule).filter_by(participant_id=child.id)).one()
    assert (times.morning_local, times.evening_local, times.from_on) == (time(8), time(20), TODAY)
    assert count(session, Allocation) == count(session, Visit) == 0


def test_the_audit_trail_tells_of_the_enrolment_without_the_name(
    session: Session, site: Site, nurse: Actor
) -> None:
    child = enrolled(session, nurse, site, a_registration())
    entry = session.scalars(select(AuditEntry).filter_by(participant_id=child.id)).one()
    assert entry.action == "participant.enrolled"
    assert entry.new is not None
    assert entry.new["height_cm"] == "80"
    assert "Lele" not in str(entry.new)


def test_the_same_enrolment_twice_is_one_child(session: Session, site: Site, nurse: Actor) -> None:
    said = a_registration()
    first, second = (enrolled(session, nurse, site, said) for _ in range(2))
    assert first.id == second.id
    assert [count(session, table) for table in (Participant, Measurement, DaySchedule)] == [1, 1, 1]


@pytest.mark.parametrize(
    "change", [{"weight_kg": Decimal("10.6")}, {"sex": "male"}, {"call_name": "Mimi"}]
)
def test_the_same_id_with_other_content_is_a_conflict(
    session: Session, site: Site, nurse: Actor, change: dict[str, object]
) -> None:
    said = a_registration()
    enrolled(session, nurse, site, said)
    with pytest.raises(ConflictError):
        enrolled(session, nurse, site, replace(said, **change))  # type: ignore[arg-type]  # by keyword


def test_a_study_number_is_used_once_at_a_site(session: Session, site: Site, nurse: Actor) -> None:
    enrolled(session, nurse, site, a_registration(study_number="S1-001"))
    with pytest.raises(RefusedError) as refused:
        enrolled(session, nurse, site, a_registration(study_number="S1-001"))
    assert (refused.value.code, refused.value.field) == ("study_number_taken", "study_number")


def test_a_study_number_may_be_used_at_another_site(
    session: Session, site: Site, nurse: Actor
) -> None:
    a_participant(session, study_number="S1-001")
    said = a_registration(study_number="S1-001")
    assert enrolled(session, nurse, site, said).study_number == "S1-001"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"height_cm": Decimal("8.0")}, "height_not_plausible"),
        ({"weight_kg": Decimal("0.4")}, "weight_not_plausible"),
        ({"measured_on": date(2026, 3, 11)}, "measured_on_impossible"),
        ({"measured_on": date(2025, 1, 19)}, "measured_on_impossible"),
        ({"born_on": date(2026, 3, 11)}, "in_the_future"),
        ({"enrolled_on": date(2026, 3, 11)}, "enrolled_on_impossible"),
        ({"time_zone": "Asia/Nowhere"}, "unknown_zone"),
        ({"study_number": "Lele Wang"}, "study_number_form"),
        ({"sex": "boy"}, "not_a_choice"),
        ({"evening": time(16, 59)}, "slot_gap"),
        ({"evening": time(23, 1)}, "slot_gap"),
        ({"evening": time(7, 59)}, "morning_not_before_evening"),
    ],
)
def test_what_cannot_be_is_refused(
    session: Session, site: Site, nurse: Actor, change: dict[str, object], code: str
) -> None:
    with pytest.raises(RefusedError) as refused:
        enrolled(session, nurse, site, a_registration(**change))
    assert refused.value.code == code
    assert count(session, Participant) == 0


@pytest.mark.parametrize("evening", [time(17), time(23)])
def test_doses_nine_and_fifteen_hours_apart_fit(
    session: Session, site: Site, nurse: Actor, evening: time
) -> None:
    assert enrolled(session, nurse, site, a_registration(evening=evening)).id


def test_another_site_is_not_found(session: Session, nurse: Actor) -> None:
    with pytest.raises(NotFoundError):
        enrolled(session, nurse, a_site(session), a_registration())


def test_a_monitor_sees_and_does_not_enrol(session: Session, site: Site) -> None:
    monitor = as_actor(session, a_clinician(session, site, StaffRole.MONITOR))
    with pytest.raises(ForbiddenError):
        enrolled(session, monitor, site, a_registration())
