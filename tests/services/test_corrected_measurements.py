"""A wrong height or weight is corrected by another row, and the newest that stands counts."""

import uuid
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from factories import a_clinician, a_participant, as_actor
from models.audit import AuditEntry
from models.participant import Measurement, Participant
from models.site import Site
from results_of_a_child import KHE, local
from services.actor import Actor
from services.errors import NotFoundError, RefusedError
from services.measurements import SaidMeasurement, latest_measurement, record_measurement

NOW = local(date(2026, 3, 10), "09:00")


@pytest.fixture
def child(session: Session) -> Participant:
    return a_participant(session)


@pytest.fixture
def doctor(session: Session, child: Participant) -> Actor:
    return as_actor(session, a_clinician(session, session.get_one(Site, child.site_id)))


def said(on: date, weight: str, **changes: Any) -> SaidMeasurement:
    whole: dict[str, Any] = {
        "client_id": uuid.uuid4(),
        "measured_on": on,
        "height_cm": Decimal(80),
        "weight_kg": Decimal(weight),
    }
    return SaidMeasurement(**whole | changes)


def measured(
    session: Session, child: Participant, doctor: Actor, one: SaidMeasurement
) -> Measurement:
    return record_measurement(session, doctor, child, one, protocol=KHE, now=NOW)


def test_a_wrong_later_weight_counts_no_more(
    session: Session, child: Participant, doctor: Actor
) -> None:
    right = measured(session, child, doctor, said(date(2026, 3, 1), "11"))
    wrong = measured(session, child, doctor, said(date(2026, 3, 9), "21"))
    assert latest_measurement(session, child.id).id == wrong.id
    mended = said(date(2026, 2, 20), "11.2", amends=wrong.client_id, amend_reason="another child")
    row = measured(session, child, doctor, mended)
    assert latest_measurement(session, child.id).id == right.id
    trail = session.scalars(
        select(AuditEntry).where(AuditEntry.action == "measurement.corrected")
    ).one()
    assert (trail.reason, trail.subject_id) == ("another child", row.id)
    assert trail.old is not None
    assert trail.old["weight_kg"] == "21"


def test_a_correction_sent_twice_is_one(
    session: Session, child: Participant, doctor: Actor
) -> None:
    wrong = measured(session, child, doctor, said(date(2026, 3, 9), "21"))
    mended = said(date(2026, 3, 9), "12", amends=wrong.client_id, amend_reason="slip")
    assert (
        measured(session, child, doctor, mended).id == measured(session, child, doctor, mended).id
    )


@pytest.mark.parametrize(("reason", "code"), [(None, "reason_needed"), ("  ", "reason_needed")])
def test_a_correction_says_why(
    session: Session, child: Participant, doctor: Actor, reason: str | None, code: str
) -> None:
    wrong = measured(session, child, doctor, said(date(2026, 3, 9), "21"))
    mended = said(date(2026, 3, 9), "12", amends=wrong.client_id, amend_reason=reason)
    with pytest.raises(RefusedError) as refused:
        measured(session, child, doctor, mended)
    assert refused.value.code == code


def test_what_was_corrected_before_is_not_corrected_again(
    session: Session, child: Participant, doctor: Actor
) -> None:
    wrong = measured(session, child, doctor, said(date(2026, 3, 9), "21"))
    first = said(date(2026, 3, 9), "12", amends=wrong.client_id, amend_reason="slip")
    measured(session, child, doctor, first)
    again = said(date(2026, 3, 9), "13", amends=wrong.client_id, amend_reason="slip")
    with pytest.raises(RefusedError) as refused:
        measured(session, child, doctor, again)
    assert refused.value.code == "already_corrected"


def test_another_childs_measurement_cannot_be_corrected(
    session: Session, child: Participant, doctor: Actor
) -> None:
    other = a_participant(session, session.get_one(Site, child.site_id))
    theirs = measured(session, other, doctor, said(date(2026, 3, 9), "21"))
    mended = said(date(2026, 3, 9), "12", amends=theirs.client_id, amend_reason="slip")
    with pytest.raises(NotFoundError):
        measured(session, child, doctor, mended)
