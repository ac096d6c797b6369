"""The starting dose over the interface, worked out by hand from trial.md §1 and §2."""

import uuid
from datetime import date, timedelta
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from factories import LONG_AGO, PROTOCOL_KEY, a_participant
from level_stories import child_in
from machine import API, Study, is_problem
from models.participant import Measurement, Participant

D = Decimal


def measure(session: Session, child: Participant, size: tuple[str, str]) -> None:
    """Measured a day later than at enrolment, height in cm and weight in kg."""
    row = Measurement(
        client_id=uuid.uuid4(),
        participant_id=child.id,
        measured_on=child.enrolled_on + timedelta(days=1),
        height_cm=D(size[0]),
        weight_kg=D(size[1]),
        bsa_m2=D("0.5"),
        bsa_formula="mosteller",
        rule_version=PROTOCOL_KEY,
        recorded_at=LONG_AGO,
        recorded_by_id=child.recorded_by_id,
    )
    session.add(row)
    session.flush()


@pytest.mark.parametrize(
    ("arm", "size", "surface", "mg", "ml"),
    [
        ("high", ("90", "10"), "0.5", "0.40", "0.40"),
        # 0.35 lies between 0.34 and 0.36: a tie goes down
        ("low", ("90", "10"), "0.5", "0.35", "0.34"),
        # the step is that of the unrounded dose: 0.175 has marks of 0.01, 0.20 of 0.02
        ("low", ("50", "4.5"), "0.25", "0.175", "0.17"),
        ("high", ("50", "4.5"), "0.25", "0.20", "0.20"),
        # 0.49 is a tie below half a millilitre, 0.56 has marks of 0.05
        ("low", ("98", "18"), "0.7", "0.49", "0.48"),
        ("high", ("98", "18"), "0.7", "0.56", "0.55"),
    ],
)
def test_the_starting_dose_is_the_one_worked_out_by_hand(
    machine: FlaskClient,
    study: Study,
    session: Session,
    arm: str,
    size: tuple[str, str],
    surface: str,
    mg: str,
    ml: str,
) -> None:
    child = a_participant(session, study.site, arm=arm)
    measure(session, child, size)
    found = machine.get(f"{API}/children/{child.public_id}/starting-dose").get_json()
    assert (found["arm"], found["bsa_formula"]) == (arm, "mosteller")
    numbers = ("bsa_m2", "prescribed_mg", "given_ml", "given_mg", "rounding_error_mg")
    expected = [D(surface), D(mg), D(ml), D(ml), D(ml) - D(mg)]
    assert [D(found[name]) for name in numbers] == expected
    assert (found["warnings"], found["rule_version"]) == ([], "khe-sirolimus-v1")


@pytest.mark.parametrize(
    ("on", "warnings"), [("2026-03-14", ["under_age_warning"]), ("2026-03-15", [])]
)
def test_a_start_under_six_completed_months_carries_the_warning(
    machine: FlaskClient, study: Study, session: Session, on: str, warnings: list[str]
) -> None:
    child = a_participant(session, study.site, born_on=date(2025, 9, 15))
    found = machine.get(f"{API}/children/{child.public_id}/starting-dose?on={on}").get_json()
    assert found["warnings"] == warnings


def test_without_an_arm_there_is_no_starting_dose(
    machine: FlaskClient, study: Study, session: Session
) -> None:
    """Neither is there one without a size."""
    child = child_in(session, study.site, None)
    measure(session, child, ("90", "10"))
    none = machine.get(f"{API}/children/{child.public_id}/starting-dose")
    assert is_problem(none, 422, "not_allocated")
    small = child_in(session, study.site, "low")
    assert is_problem(
        machine.get(f"{API}/children/{small.public_id}/starting-dose"), 422, "no_measurement"
    )
