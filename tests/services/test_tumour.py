import uuid
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.percent import percent_lost
from domain.response_inputs import Firmness, SkinColour
from domain.volume import Diameters
from factories import a_clinician, a_participant, as_actor
from models.audit import AuditEntry
from models.tumour import TreatmentKind, TumourVolume
from results_of_a_child import KHE, local
from services.errors import ConflictError, RefusedError
from services.tumour import (
    Entering,
    Modality,
    SaidSkin,
    SaidTreatment,
    SaidVolume,
    record_skin,
    record_treatment,
    record_volume,
)

NOW = local(date(2026, 3, 10), "09:00")


@pytest.fixture
def entering(session: Session) -> Entering:
    doctor = as_actor(session, a_clinician(session))
    return Entering(doctor, a_participant(session), NOW)


def sides(length: str, width: str, height: str) -> Diameters:
    return Diameters(Decimal(length), Decimal(width), Decimal(height))


def a_volume(**changes: Any) -> SaidVolume:
    values: dict[str, Any] = {
        "client_id": uuid.uuid4(),
        "measured_on": date(2026, 3, 9),
        "lesion": "thigh",
        "modality": Modality.MRI,
        "reader": "Dr Reader",
        "diameters": sides("50", "40", "30"),
    }
    return SaidVolume(**(values | changes))


def a_treatment(**changes: Any) -> SaidTreatment:
    values: dict[str, Any] = {
        "client_id": uuid.uuid4(),
        "kind": TreatmentKind.PLATELETS,
        "name": "platelet concentrate",
        "started_on": date(2026, 3, 1),
    }
    return SaidTreatment(**(values | changes))


def test_a_tumour_at_a_fifth_of_its_size_has_lost_exactly_eighty_percent(
    session: Session, entering: Entering
) -> None:
    before, _ = record_volume(session, entering, a_volume(), protocol=KHE)
    said = a_volume(diameters=sides("10", "40", "30"))
    after, _ = record_volume(session, entering, said, protocol=KHE)
    session.expire_all()
    assert percent_lost(before.volume_ml, after.volume_ml) == 80


def test_a_readers_slice_sum_is_kept_as_given(session: Session, entering: Entering) -> None:
    said = a_volume(diameters=None, volume_ml=Decimal("31.40"))
    row, _ = record_volume(session, entering, said, protocol=KHE)
    assert (str(row.volume_ml), row.method, row.length_mm) == ("31.40", "slice_sum", None)


def test_a_volume_is_three_diameters_or_a_number_and_never_both(
    session: Session, entering: Entering
) -> None:
    for said in (a_volume(diameters=None), a_volume(volume_ml=Decimal(3))):
        with pytest.raises(RefusedError, match="diameters_or_volume"):
            record_volume(session, entering, said, protocol=KHE)


def test_an_implausible_diameter_is_refused_beside_its_field(
    session: Session, entering: Entering
) -> None:
    for wrong in ("600.1", "0"):
        said = a_volume(diameters=sides("50", wrong, "30"))
        with pytest.raises(RefusedError) as refused:
            record_volume(session, entering, said, protocol=KHE)
        assert refused.value.field == "width_mm"
    said = a_volume(diameters=sides("50", "600", "30"))
    assert record_volume(session, entering, said, protocol=KHE)[1]


def test_a_lesion_that_is_gone_measures_zero(session: Session, entering: Entering) -> None:
    said = a_volume(diameters=sides("0", "0", "0"))
    row, _ = record_volume(session, entering, said, protocol=KHE)
    assert row.volume_ml == 0


def test_the_same_form_twice_stores_one_volume(session: Session, entering: Entering) -> None:
    said = a_volume()
    record_volume(session, entering, said, protocol=KHE)
    assert record_volume(session, entering, said, protocol=KHE)[1] is False
    assert len(session.scalars(select(TumourVolume)).all()) == 1
    other = a_volume(client_id=said.client_id, lesion="calf")
    with pytest.raises(ConflictError):
        record_volume(session, entering, other, protocol=KHE)


def test_a_corrected_volume_keeps_the_old_one_in_the_trail(
    session: Session, entering: Entering
) -> None:
    wrong, _ = record_volume(session, entering, a_volume(), protocol=KHE)
    said = a_volume(
        diameters=sides("50", "40", "20"), amends=wrong.public_id, amend_reason="misread"
    )
    row, _ = record_volume(session, entering, said, protocol=KHE)
    trail = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert row.amends_id == wrong.id
    assert [entry.action for entry in trail] == [
        "tumour_volume.recorded",
        "tumour_volume.corrected",
    ]
    assert trail[1].old is not None
    assert trail[1].old["height_mm"] == "30"
    assert trail[1].reason == "misread"


def test_a_skin_finding_is_stored_with_its_trail(session: Session, entering: Entering) -> None:
    said = SaidSkin(
        client_id=uuid.uuid4(),
        examined_on=date(2026, 3, 9),
        colour=SkinColour.LIGHTER,
        firmness=Firmness.SLIGHTLY_SOFTER,
    )
    row, new = record_skin(session, entering, said)
    assert new
    assert (row.colour, row.firmness) == (SkinColour.LIGHTER, Firmness.SLIGHTLY_SOFTER)
    assert session.scalars(select(AuditEntry.action)).all() == ["skin_finding.recorded"]


def test_a_treatment_cannot_end_before_it_begins(session: Session, entering: Entering) -> None:
    with pytest.raises(RefusedError, match="ends_before_start"):
        record_treatment(session, entering, a_treatment(ended_on=date(2026, 2, 28)))
    assert record_treatment(session, entering, a_treatment(ended_on=date(2026, 3, 1)))[1]


def test_nothing_is_measured_in_the_future(session: Session, entering: Entering) -> None:
    with pytest.raises(RefusedError, match="in_the_future"):
        record_treatment(session, entering, a_treatment(started_on=date(2026, 3, 12)))
    with pytest.raises(RefusedError, match="in_the_future"):
        record_volume(session, entering, a_volume(measured_on=date(2026, 3, 12)), protocol=KHE)
