"""Medicines beside sirolimus: who is told, what is due, and how one ends."""

import uuid
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from factories import a_clinician, a_participant, as_actor
from models.attention import Alert, Urgency
from models.participant import Participant
from models.site import Site, StaffRole
from models.tumour import Treatment, TreatmentKind
from proposals_by_hand import a_stored_level
from results_of_a_child import KHE
from services.errors import RefusedError
from services.medicines import medicines_of, record_medicine
from services.tumour import Entering, SaidTreatment

NOW = datetime(2026, 3, 10, 0, 30, tzinfo=UTC)


@pytest.fixture
def child(session: Session) -> Participant:
    return a_participant(session)


def recorded(session: Session, child: Participant, name: str, **changes: Any) -> Treatment:
    site = session.get_one(Site, child.site_id)
    nurse = as_actor(session, a_clinician(session, site, StaffRole.COORDINATOR))
    values: dict[str, Any] = {
        "client_id": uuid.uuid4(),
        "kind": TreatmentKind.MEDICINE,
        "name": name,
        "started_on": date(2026, 3, 1),
    }
    said = SaidTreatment(**(values | changes))
    return record_medicine(session, Entering(nurse, child, NOW), said, protocol=KHE)[0]


def alerts(session: Session) -> list[Alert]:
    return list(session.scalars(select(Alert).order_by(Alert.id)))


@pytest.mark.parametrize(
    ("name", "code", "urgency", "effect"),
    [
        ("clarithromycin", "interaction", Urgency.URGENT, "strong_inhibitor"),
        ("利福平", "interaction", Urgency.URGENT, "strong_inducer"),
        ("fluconazole", "interaction", Urgency.SAME_DAY, "moderate_inhibitor"),
        ("grapefruit", "interaction", Urgency.SAME_DAY, "food"),
        ("BCG", "live_vaccine", Urgency.SAME_DAY, "live_vaccine"),
        ("Prednisolone", "unknown_medicine", Urgency.SAME_DAY, None),
    ],
)
def test_the_clinic_is_told_what_a_new_medicine_does(
    session: Session,
    child: Participant,
    name: str,
    code: str,
    urgency: Urgency,
    effect: str | None,
) -> None:
    row = recorded(session, child, name)
    (alert,) = alerts(session)
    assert (alert.code, alert.urgency, alert.rule_version) == (code, urgency, KHE.key)
    assert (alert.facts["named"], alert.facts["effect"]) == (name, effect)
    assert (row.medicine_code is None) is (effect is None)


def test_a_moderate_effect_asks_for_an_extra_level_in_7_to_14_days(
    session: Session, child: Participant
) -> None:
    recorded(session, child, "fluconazole")
    recorded(session, child, "clarithromycin")
    strong, moderate = sorted(
        medicines_of(session, child, protocol=KHE), key=lambda one: one.level_from is not None
    )
    assert (moderate.level_from, moderate.level_to) == (date(2026, 3, 8), date(2026, 3, 15))
    assert (strong.level_from, moderate.level_on) == (None, None)
    a_stored_level(session, child, "9.0")  # drawn on 10 March
    known = medicines_of(session, child, protocol=KHE)
    assert date(2026, 3, 10) in {one.level_on for one in known}


def test_a_medicine_ends_by_a_correction_and_the_clinic_is_not_told_again(
    session: Session, child: Participant
) -> None:
    row = recorded(session, child, "Itraconazole")
    changes = {"amends": row.public_id, "amend_reason": "stopped", "ended_on": date(2026, 3, 9)}
    recorded(session, child, "itraconazole ", **changes)
    (known,) = medicines_of(session, child, protocol=KHE)
    assert known.is_open(date(2026, 3, 9))
    assert not known.is_open(date(2026, 3, 10))
    assert not known.is_open(date(2026, 2, 28))
    assert len(alerts(session)) == 1


def test_a_correction_to_another_medicine_is_news(session: Session, child: Participant) -> None:
    row = recorded(session, child, "itraconazol")
    recorded(
        session, child, "itraconazole", amends=row.public_id, amend_reason="a letter was missing"
    )
    assert [alert.code for alert in alerts(session)] == ["unknown_medicine", "interaction"]


def test_the_same_form_sent_twice_is_one_medicine_and_one_alert(
    session: Session, child: Participant
) -> None:
    form = uuid.uuid4()
    first, again = (recorded(session, child, "rifabutin", client_id=form) for _ in range(2))
    assert (first.id, len(alerts(session))) == (again.id, 1)


def test_a_transfusion_is_no_medicine(session: Session, child: Participant) -> None:
    with pytest.raises(RefusedError, match="not_a_medicine"):
        recorded(session, child, "Platelets", kind=TreatmentKind.PLATELETS)
