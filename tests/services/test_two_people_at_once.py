"""Two people do the same, or the opposite, in the same moment: one act counts, and the other is
told so. It is never lost, stored twice, or an error of ours."""

import uuid
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.masked_answers import Comparison
from events_of_a_child import NOW, a_symptom, an_event, changing
from factories import a_clinician, a_participant, as_actor
from models.adverse_event import AdverseEvent
from models.attention import Alert
from models.audit import AuditEntry
from models.laboratory import LabResult, Level
from models.participant import Participant, ParticipantStatus
from models.reading import ReadingCase
from models.site import Site
from models.visit import InpatientStay, Visit, VisitState
from one_after_another import overlapping
from pairs_to_read import NOW as WHEN_READ
from pairs_to_read import a_reading_room, always
from results_of_a_child import KHE, a_level, the_visits
from services.actor import Actor
from services.adverse_events import record_event
from services.alert_acts import Acknowledgement, AlertOutcome, acknowledge
from services.candidate_decisions import Choice, SaidDecision, decide
from services.errors import ConflictError, RefusedError
from services.event_changes import SaidChange, SaidGrade, change_event, regrade_event
from services.inpatient import SaidStay, record_stay
from services.lab_file import ImportRow
from services.lab_import import SaidImport, import_rows
from services.levels import record_level
from services.masked_results import unmask
from services.symptoms import report_symptom
from services.visits import move, set_state
from services.withdrawal import SaidEnd, end_participation
from worklist_of_a_site import an_alert

TODAY = date(2026, 3, 10)


@pytest.fixture
def child(session: Session) -> Participant:
    return a_participant(session)


@pytest.fixture
def doctor(session: Session, child: Participant) -> Actor:
    return a_colleague(session, child)


@pytest.fixture
def nurse(session: Session, child: Participant) -> Actor:
    return a_colleague(session, child)


def a_colleague(session: Session, child: Participant) -> Actor:
    return as_actor(session, a_clinician(session, session.get_one(Site, child.site_id)))


def of(session: Session, child: Participant) -> Participant:
    return session.get_one(Participant, child.id)


def count(session: Session, kind: type[Any], **which: Any) -> int:
    session.rollback()
    session.expire_all()
    return session.query(kind).filter_by(**which).count()


def code_of(error: Exception | None) -> str | None:
    assert isinstance(error, RefusedError), repr(error)
    return error.code


def test_a_case_is_unmasked_once_and_by_whom_was_first(session: Session, database_url: str) -> None:
    room = a_reading_room(session)
    case = room.a_case(always(1, 0))
    for seat in (1, 2):
        room.says(case, seat, Comparison.LIGHTER)
    colleague = as_actor(session, a_clinician(session, room.site))
    session.commit()

    def by(actor: Actor, minutes: int) -> Any:
        at = WHEN_READ + timedelta(minutes=minutes)
        return lambda own: unmask(own, actor, [case.public_id], now=at)

    assert overlapping(database_url, by(room.investigator, 0), by(colleague, 1)) is None
    assert count(session, AuditEntry, action="reading.unmasked") == 1
    assert session.scalars(select(ReadingCase.unmasked_at)).one() == WHEN_READ


def test_a_proposal_becomes_one_event(
    session: Session, database_url: str, child: Participant, doctor: Actor, nurse: Actor
) -> None:
    report = report_symptom(session, doctor, child, a_symptom(), protocol=KHE, now=NOW).row
    session.commit()

    def by(actor: Actor) -> Any:
        said = SaidDecision(
            client_id=uuid.uuid4(),
            evidence_id=report.public_id,
            choice=Choice.NEW,
            event=an_event(),
        )
        return lambda own: decide(own, changing(actor, of(own, child)), said)

    refused = overlapping(database_url, by(doctor), by(nurse))
    assert isinstance(refused, RefusedError | ConflictError), repr(refused)
    assert count(session, AdverseEvent) == 1


def test_a_matter_is_answered_once(
    session: Session, database_url: str, child: Participant, doctor: Actor, nurse: Actor
) -> None:
    key = an_alert(session, child).key
    session.commit()

    def by(actor: Actor, outcome: AlertOutcome) -> Any:
        said = Acknowledgement(outcome)
        return lambda own: acknowledge(
            own, actor, of(own, child), key, said=said, protocols={KHE.key: KHE}, now=NOW
        )

    second = by(nurse, AlertOutcome.NOTHING_NEEDED)
    refused = overlapping(database_url, by(doctor, AlertOutcome.FAMILY_CALLED), second)
    assert code_of(refused) == "already_acknowledged"
    session.expire_all()
    assert session.scalars(select(Alert.outcome)).one() == AlertOutcome.FAMILY_CALLED


def test_a_level_is_corrected_once(
    session: Session, database_url: str, child: Participant, doctor: Actor, nurse: Actor
) -> None:
    row, _ = record_level(session, doctor, child, a_level(), protocol=KHE, now=NOW)
    session.commit()

    def by(actor: Actor, value: str) -> Any:
        said = a_level(value=Decimal(value), amends=row.public_id, amend_reason="slip")
        return lambda own: record_level(own, actor, of(own, child), said, protocol=KHE, now=NOW)

    refused = overlapping(database_url, by(doctor, "12"), by(nurse, "13"))
    assert code_of(refused) == "already_corrected"
    assert count(session, Level) == 2


def test_the_end_of_the_study_is_recorded_once(
    session: Session, database_url: str, child: Participant, doctor: Actor, nurse: Actor
) -> None:
    session.commit()

    def by(actor: Actor, reason: str) -> Any:
        said = SaidEnd(status=ParticipantStatus.WITHDRAWN, ended_on=TODAY, reason=reason)
        return lambda own: end_participation(own, actor, of(own, child), said, now=NOW)

    refused = overlapping(database_url, by(doctor, "moved away"), by(nurse, "too far"))
    assert isinstance(refused, ConflictError), repr(refused)
    assert count(session, AuditEntry, action="participant.withdrawn") == 1
    assert session.scalars(select(Participant.ended_reason)).one() == "moved away"


def test_days_in_hospital_do_not_overlap(
    session: Session, database_url: str, child: Participant, doctor: Actor, nurse: Actor
) -> None:
    session.commit()

    def by(actor: Actor, day: int) -> Any:
        said = SaidStay(client_id=uuid.uuid4(), from_on=date(2026, 3, day), until_on=TODAY)
        return lambda own: record_stay(own, actor, of(own, child), said, now=NOW)

    assert code_of(overlapping(database_url, by(doctor, 5), by(nurse, 6))) == "stays_overlap"
    assert count(session, InpatientStay) == 1


def test_two_visits_are_not_moved_to_one_day(
    session: Session, database_url: str, child: Participant, doctor: Actor, nurse: Actor
) -> None:
    the_visits(session, child)
    first, second = session.scalars(
        select(Visit).where(Visit.state == VisitState.PLANNED).order_by(Visit.on.desc()).limit(2)
    )
    session.commit()

    def by(actor: Actor, visit: Visit) -> Any:
        wanted: dict[str, Any] = {"on": date(2026, 4, 20), "reason": "holiday", "now": NOW}
        return lambda own: move(own, actor, of(own, child), visit.public_id, **wanted)

    assert code_of(overlapping(database_url, by(doctor, first), by(nurse, second))) == "day_taken"


def test_the_trail_of_a_visit_tells_what_really_stood_there(
    session: Session, database_url: str, child: Participant, doctor: Actor, nurse: Actor
) -> None:
    the_visits(session, child)
    visit = session.scalars(
        select(Visit).where(Visit.state == VisitState.PLANNED, Visit.on <= TODAY).limit(1)
    ).one()
    session.commit()

    def by(actor: Actor, state: VisitState) -> Any:
        wanted: dict[str, Any] = {"state": state, "reason": "ill", "now": NOW}
        return lambda own: set_state(own, actor, of(own, child), visit.public_id, **wanted)

    assert (
        overlapping(database_url, by(doctor, VisitState.DONE), by(nurse, VisitState.MISSED)) is None
    )
    session.expire_all()
    acts = session.scalars(
        select(AuditEntry).filter_by(action="visit.marked").order_by(AuditEntry.id)
    ).all()
    assert [(act.old or {})["state"] for act in acts] == ["planned", "done"]


def test_an_event_gets_a_grade_once(
    session: Session, database_url: str, child: Participant, doctor: Actor, nurse: Actor
) -> None:
    event, _ = record_event(session, doctor, child, an_event(), protocol=KHE, now=NOW)
    session.commit()

    def by(actor: Actor) -> Any:
        said = SaidGrade(grade=2, since_on=date(2026, 3, 7), reason=None)
        return lambda own: regrade_event(
            own, changing(actor, of(own, child)), own.get_one(AdverseEvent, event.id), said
        )

    assert overlapping(database_url, by(doctor), by(nurse)) is None
    assert count(session, AuditEntry, action="adverse_event.regraded") == 1


def test_the_change_of_an_event_tells_what_really_stood_there(
    session: Session, database_url: str, child: Participant, doctor: Actor, nurse: Actor
) -> None:
    event, _ = record_event(session, doctor, child, an_event(), protocol=KHE, now=NOW)
    session.commit()

    def by(actor: Actor, words: str) -> Any:
        said = SaidChange(client_id=uuid.uuid4(), fields={"verbatim": words}, reason="asked again")
        return lambda own: change_event(
            own, changing(actor, of(own, child)), own.get_one(AdverseEvent, event.id), said
        )

    assert overlapping(database_url, by(doctor, "first"), by(nurse, "second")) is None
    session.expire_all()
    acts = session.scalars(
        select(AuditEntry).filter_by(action="adverse_event.changed").order_by(AuditEntry.id)
    ).all()
    assert [(act.old or {})["verbatim"] for act in acts] == ["sore mouth", "first"]


def test_a_table_of_results_is_taken_in_once(
    session: Session, database_url: str, child: Participant, doctor: Actor, nurse: Actor
) -> None:
    session.commit()
    row = ImportRow(
        number=2,
        study_number=child.study_number,
        drawn_at="2026-03-03 08:10",
        analyte="platelets",
        result="45",
        unit="10*9/L",
        lower_limit="125",
        upper_limit="350",
        laboratory="Central lab",
        fasting="",
    )

    def by(actor: Actor) -> Any:
        said = SaidImport(client_id=uuid.uuid4(), sha256="0" * 64, rows=(row,))
        site = child.site_id
        return lambda own: import_rows(
            own, actor, own.get_one(Site, site), said, protocol=KHE, now=NOW
        )

    refused = overlapping(database_url, by(doctor), by(nurse))
    assert code_of(refused) == "file_before"
    assert count(session, LabResult) == 1
