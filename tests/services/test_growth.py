"""A growing child outgrows its order at a tenth more, or less, of body surface."""

import uuid
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from factories import a_clinician, a_participant, an_order, as_actor
from models.participant import Participant
from models.site import Site, StaffRole
from results_of_a_child import KHE
from services.growth import has_outgrown_order, size_review
from services.measurements import SaidMeasurement, measurements_of, record_measurement

NOW = datetime(2026, 3, 10, 0, 30, tzinfo=UTC)
D = Decimal


def weighed(session: Session, child: Participant, height: str, weight: str) -> None:
    site = session.get_one(Site, child.site_id)
    nurse = as_actor(session, a_clinician(session, site, StaffRole.COORDINATOR))
    said = SaidMeasurement(
        client_id=uuid.uuid4(),
        measured_on=date(2026, 3, 10),
        height_cm=D(height),
        weight_kg=D(weight),
    )
    for _ in range(2):
        record_measurement(session, nurse, child, said, protocol=KHE, now=NOW)


@pytest.mark.parametrize(
    ("height", "weight", "is_due"),
    [
        # 80 cm and 11.25 kg are 0.5 m²; a tenth more is 0.55: 80 × 13.6125 = 1089 = 3600 × 0.3025
        ("80.0", "13.6125", True),
        ("80.0", "13.6124", False),
        # a tenth less is 0.45: 80 × 9.1125 = 729 = 3600 × 0.2025
        ("80.0", "9.1125", True),
        ("80.0", "9.1126", False),
    ],
)
def test_exactly_a_tenth_of_body_surface_asks_for_a_review(
    session: Session, height: str, weight: str, is_due: bool
) -> None:
    child = a_participant(session)
    an_order(session, child, height_cm=D("80.0"), weight_kg=D("11.25"), bsa_m2=D("0.5"))
    weighed(session, child, height, weight)
    assert has_outgrown_order(session, child, protocol=KHE) is is_due


def test_the_review_says_what_the_dose_is_to_the_body_now(session: Session) -> None:
    child = a_participant(session)
    an_order(session, child, height_cm=D("80.0"), weight_kg=D("11.25"), bsa_m2=D("0.5"))
    weighed(session, child, "100.0", "12.96")  # 0.6 m²
    review = size_review(session, child, protocol=KHE)
    assert review is not None
    assert (review.mg, review.mg_per_m2_then, review.mg_per_m2_now) == (
        D("0.36"),
        D("0.72"),
        D("0.6"),
    )
    assert review.change == D("0.2")
    assert [row.weight_kg for row in measurements_of(session, child.id)] == [D("12.96"), D("10.5")]


def test_before_the_first_order_there_is_nothing_to_review(session: Session) -> None:
    assert size_review(session, a_participant(session), protocol=KHE) is None
