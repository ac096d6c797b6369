from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from factories import a_clinician, a_participant, as_actor
from models.audit import AuditEntry
from models.laboratory import LabResult
from models.participant import Participant
from results_of_a_child import KHE, a_panel, a_result, local
from services.actor import Actor
from services.errors import ConflictError, NotFoundError, RefusedError
from services.labs import SaidLabs, record_labs

NOW = local(date(2026, 3, 10), "09:00")


@pytest.fixture
def child(session: Session) -> Participant:
    return a_participant(session)


@pytest.fixture
def doctor(session: Session) -> Actor:
    return as_actor(session, a_clinician(session))


def stored(
    session: Session, actor: Actor, child: Participant, said: SaidLabs
) -> tuple[LabResult, ...]:
    return record_labs(session, actor, child, said, protocol=KHE, now=NOW)[0]


def test_a_panel_stores_each_analyte_with_its_range(
    session: Session, child: Participant, doctor: Actor
) -> None:
    said = a_panel(
        a_result(reference_low=Decimal("125"), reference_high=Decimal("350")),
        a_result(analyte="fibrinogen", result="1.60", unit="g/L"),
    )
    platelets, fibrinogen = stored(session, doctor, child, said)
    session.expire_all()
    assert (str(platelets.reference_low), str(platelets.reference_high)) == ("125", "350")
    assert (fibrinogen.analyte, str(fibrinogen.value)) == ("fibrinogen", "1.60")
    assert session.scalar(select(func.count()).select_from(AuditEntry)) == 2


@pytest.mark.parametrize(
    ("analyte", "result", "unit", "study_value"),
    [
        ("platelets", "45000", "/uL", "45"),
        ("fibrinogen", "160", "mg/dL", "1.6"),
        ("haemoglobin", "9.8", "g/dL", "98"),
        ("creatinine", "0.35", "mg/dL", "30.94"),
        ("triglycerides", "150", "mg/dL", "1.6935"),
    ],
)
def test_the_value_is_converted_exactly_and_kept_as_printed(
    session: Session,
    child: Participant,
    doctor: Actor,
    analyte: str,
    result: str,
    unit: str,
    study_value: str,
) -> None:
    said = a_panel(a_result(analyte=analyte, result=result, unit=unit))
    (row,) = stored(session, doctor, child, said)
    assert row.study_value == Decimal(study_value)
    assert (str(row.value), row.unit) == (result, unit)


def test_a_result_below_its_limit_keeps_the_sign(
    session: Session, child: Participant, doctor: Actor
) -> None:
    said = a_panel(a_result(analyte="fibrinogen", result="<0.5", unit="g/L"))
    (row,) = stored(session, doctor, child, said)
    assert (row.comparator, str(row.value)) == ("<", "0.5")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"analyte": "unobtainium"}, "unknown_analyte"),
        ({"unit": "g/L"}, "unknown_unit"),
        ({"result": "many"}, "not_a_result"),
        ({"result": "1,2"}, "not_a_result"),
        ({"result": "3001"}, "out_of_range"),
        ({"result": "3000.5"}, "out_of_range"),
        ({"reference_low": Decimal(350), "reference_high": Decimal(125)}, "range_reversed"),
    ],
)
def test_an_unusable_result_is_refused_beside_its_analyte(
    session: Session,
    child: Participant,
    doctor: Actor,
    changes: dict[str, object],
    code: str,
) -> None:
    wrong = a_result(**changes)
    with pytest.raises(RefusedError) as refused:
        stored(session, doctor, child, a_panel(wrong))
    assert (refused.value.code, refused.value.field) == (code, wrong.analyte)


def test_the_highest_plausible_count_is_taken(
    session: Session, child: Participant, doctor: Actor
) -> None:
    (row,) = stored(session, doctor, child, a_panel(a_result(result="3000")))
    assert row.study_value == 3000


def test_a_panel_needs_a_result_and_no_analyte_twice(
    session: Session, child: Participant, doctor: Actor
) -> None:
    with pytest.raises(RefusedError, match="no_results"):
        stored(session, doctor, child, replace(a_panel(), results=()))
    with pytest.raises(RefusedError, match="analyte_twice"):
        stored(session, doctor, child, a_panel(a_result(), a_result(result="46")))


def test_a_sample_of_tomorrow_is_refused(
    session: Session, child: Participant, doctor: Actor
) -> None:
    with pytest.raises(RefusedError, match="in_the_future"):
        stored(session, doctor, child, a_panel(drawn_at=NOW + timedelta(days=1)))


def test_the_same_panel_twice_is_stored_once(
    session: Session, child: Participant, doctor: Actor
) -> None:
    said = a_panel(a_result(), a_result(analyte="fibrinogen", result="1.6", unit="g/L"))
    first = stored(session, doctor, child, said)
    again, new = record_labs(session, doctor, child, said, protocol=KHE, now=NOW)
    assert ([row.id for row in again], new) == ([row.id for row in first], False)


def test_the_same_form_with_one_analyte_less_is_a_conflict(
    session: Session, child: Participant, doctor: Actor
) -> None:
    said = a_panel(a_result(), a_result(analyte="fibrinogen", result="1.6", unit="g/L"))
    stored(session, doctor, child, said)
    with pytest.raises(ConflictError):
        stored(session, doctor, child, replace(said, results=said.results[:1]))


def test_a_correction_names_the_result_and_the_reason(
    session: Session, child: Participant, doctor: Actor
) -> None:
    (wrong,) = stored(session, doctor, child, a_panel(a_result(result="450")))
    without = a_result(result="45", amends=wrong.public_id)
    with pytest.raises(RefusedError, match="reason_needed"):
        stored(session, doctor, child, a_panel(without))
    other = replace(without, analyte="wbc", amend_reason="a zero too many")
    with pytest.raises(RefusedError, match="other_analyte"):
        stored(session, doctor, child, a_panel(other))
    (right,) = stored(
        session, doctor, child, a_panel(replace(without, amend_reason="a zero too many"))
    )
    assert right.amends_id == wrong.id


def test_another_childs_result_cannot_be_corrected(
    session: Session, child: Participant, doctor: Actor
) -> None:
    (theirs,) = stored(session, doctor, a_participant(session), a_panel())
    mine = a_result(amends=theirs.public_id, amend_reason="mine")
    with pytest.raises(NotFoundError):
        stored(session, doctor, child, a_panel(mine))
