"""Sheets of doses that the clinic enters, and adherence read from them, on both databases."""

import uuid
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from a_family import NOW, PROTOCOL, Family
from domain.adherence import Ratio
from domain.entries import DoseSource, Outcome
from domain.protocol import Half
from domain.readings import Reading
from domain.slots import SlotKey
from factories import a_clinician, as_actor
from models.site import Site, StaffRole
from services.actor import Actor
from services.adherence import adherence_report
from services.clinic_doses import ClinicDose, ClinicDoses, enter_doses
from services.doses import LoggedDose
from services.errors import ConflictError, ForbiddenError, RefusedError
from services.inpatient import SaidStay, record_stay

FIRST = SlotKey(date(2026, 3, 5), Half.MORNING)
YESTERDAY = SlotKey(date(2026, 3, 9), Half.EVENING)


@pytest.fixture
def family(session: Session) -> Family:
    return Family(session)


def staff(family: Family, role: StaffRole) -> Actor:
    site = family.session.get_one(Site, family.child.site_id)
    return as_actor(family.session, a_clinician(family.session, site, role), "clinic")


def enter(family: Family, actor: Actor, *lines: ClinicDose, **said: Any) -> tuple[LoggedDose, ...]:
    values: dict[str, Any] = {"client_id": uuid.uuid4(), "source": DoseSource.WARD_CHART}
    sheet = ClinicDoses(lines=lines, **(values | said))
    return enter_doses(family.session, actor, family.child, sheet, protocol=PROTOCOL, now=NOW)


def given(slot: SlotKey, **more: Any) -> ClinicDose:
    return ClinicDose(slot=slot, outcome=Outcome.GIVEN, **more)


def test_the_same_sheet_twice_is_one_and_with_other_words_a_conflict(family: Family) -> None:
    doctor, one = staff(family, StaffRole.INVESTIGATOR), uuid.uuid4()
    lines = given(FIRST), given(FIRST.shifted(1))
    assert [row.created for row in enter(family, doctor, *lines, client_id=one)] == [True, True]
    assert [row.created for row in enter(family, doctor, *lines, client_id=one)] == [False, False]
    with pytest.raises(ConflictError):
        enter(family, doctor, ClinicDose(slot=FIRST, outcome=Outcome.MISSED), client_id=one)


@pytest.mark.parametrize(
    ("slot", "source", "role", "refused"),
    [
        (YESTERDAY, DoseSource.PHONE_CALL, StaffRole.COORDINATOR, False),
        (FIRST, DoseSource.PHONE_CALL, StaffRole.COORDINATOR, True),
        (FIRST, DoseSource.WARD_CHART, StaffRole.COORDINATOR, False),
        (FIRST.shifted(2), DoseSource.WARD_CHART, StaffRole.COORDINATOR, True),
        (FIRST, DoseSource.PHONE_CALL, StaffRole.INVESTIGATOR, False),
    ],
)
def test_far_back_only_the_investigator_or_the_wards_chart(
    family: Family, slot: SlotKey, source: DoseSource, role: StaffRole, refused: bool
) -> None:
    actor = staff(family, role)
    stay = SaidStay(client_id=uuid.uuid4(), from_on=FIRST.on, until_on=FIRST.on)
    record_stay(family.session, actor, family.child, stay, now=NOW)
    if refused:
        with pytest.raises(RefusedError, match="needs_investigator") as error:
            enter(family, actor, given(slot), source=source)
        assert error.value.details["slot"] == slot
    else:
        assert enter(family, actor, given(slot), source=source)[0].entry.source == source


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ((), "nothing_entered"),
        ((given(FIRST), given(FIRST)), "slot_twice"),
        ((ClinicDose(slot=FIRST, outcome=Outcome.RETRACTED),), "nothing_to_take_back"),
    ],
)
def test_what_is_refused(family: Family, lines: tuple[ClinicDose, ...], code: str) -> None:
    with pytest.raises(RefusedError, match=code):
        enter(family, staff(family, StaffRole.INVESTIGATOR), *lines)


def test_a_monitor_enters_nothing(family: Family) -> None:
    with pytest.raises(ForbiddenError):
        enter(family, staff(family, StaffRole.MONITOR), given(YESTERDAY))


def test_two_witnesses_are_corrected_together(family: Family) -> None:
    then = NOW - timedelta(hours=12)
    for person in (family.mother, family.father):
        family.log(by=person, slot=YESTERDAY, taken_at=then, now=then)
    doctor = staff(family, StaffRole.INVESTIGATOR)
    missed = ClinicDose(slot=YESTERDAY, outcome=Outcome.MISSED)
    with pytest.raises(RefusedError, match="reason_needed"):
        enter(family, doctor, missed)
    logged = enter(family, doctor, missed, reason="the bottle was full")
    assert [row.entry.outcome for row in logged] == [Outcome.MISSED, Outcome.RETRACTED]


def test_adherence_reads_the_clinics_words_in_the_widest_reading_only(family: Family) -> None:
    """Four slots of 4 and 5 March; the 4th in hospital. Of the two others a half was given."""
    doctor = staff(family, StaffRole.INVESTIGATOR)
    stay = SaidStay(client_id=uuid.uuid4(), from_on=date(2026, 3, 4), until_on=date(2026, 3, 4))
    record_stay(family.session, doctor, family.child, stay, now=NOW)
    part = ClinicDose(slot=FIRST, outcome=Outcome.PARTIAL, given_ml=Decimal("0.18"))
    enter(family, doctor, part)
    report = adherence_report(
        family.session,
        family.child,
        PROTOCOL,
        first_on=date(2026, 3, 4),
        last_on=date(2026, 3, 5),
        now=NOW,
    )
    assert report.inpatient_on == {date(2026, 3, 4)}
    everything, prompt = report.by_reading[Reading.EVERYTHING], report.by_reading[Reading.PROMPT]
    assert everything.worst_case.taking == Ratio(Decimal("0.5"), 2)
    assert everything.observed.taking == Ratio(Decimal("0.5"), 1)
    assert prompt.worst_case.taking == Ratio(Decimal(0), 2)
    assert prompt.observed.taking.fraction is None
