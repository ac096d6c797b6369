"""The site's own limits of normal, and what a result keeps of them."""

import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from factories import a_clinician, a_participant, a_site, as_actor
from models.audit import AuditEntry
from models.laboratory import LabResult
from models.participant import Participant
from models.site import Site
from results_of_a_child import KHE, a_panel, a_result, local
from services.actor import Actor
from services.errors import ConflictError, NotFoundError, RefusedError
from services.labs import SaidResult, record_labs
from services.reference_ranges import SaidRange, ranges_of, record_range

NOW = datetime(2026, 3, 10, 1, 0, tzinfo=UTC)
BORN = date(2025, 1, 20)
# 407 days old
DRAWN_ON = date(2026, 3, 3)


@pytest.fixture
def site(session: Session) -> Site:
    return a_site(session)


@pytest.fixture
def child(session: Session, site: Site) -> Participant:
    return a_participant(session, site)


@pytest.fixture
def doctor(session: Session, site: Site) -> Actor:
    return as_actor(session, a_clinician(session, site))


def a_range(**changes: Any) -> SaidRange:
    values: dict[str, Any] = {
        "client_id": uuid.uuid4(),
        "laboratory": "Central lab",
        "analyte": "neutrophils",
        "unit": "10*9/L",
        "from_days": 365,
        "to_days": 730,
        "low": Decimal("1.0"),
        "high": Decimal("7.0"),
        "valid_from_on": date(2026, 1, 1),
    }
    return SaidRange(**(values | changes))


@pytest.fixture
def add(session: Session, site: Site, doctor: Actor) -> Any:
    def record(**changes: Any) -> Any:
        said = a_range(**changes)
        return record_range(session, doctor, site, said, protocol=KHE, now=NOW)[0]

    return record


def stored(
    session: Session,
    actor: Actor,
    child: Participant,
    result: SaidResult | None = None,
    *,
    laboratory: str | None = "Central lab",
    on: date = DRAWN_ON,
) -> LabResult:
    said = a_panel(result or neutrophils(), laboratory=laboratory, drawn_at=local(on))
    (row,), _ = record_labs(session, actor, child, said, protocol=KHE, now=NOW)
    return row


def neutrophils(**changes: Any) -> SaidResult:
    return a_result(**({"analyte": "neutrophils", "result": "1.2"} | changes))


def limits(row: LabResult) -> tuple[str | None, str | None, str | None]:
    low, high = (
        None if limit is None else str(limit) for limit in (row.reference_low, row.reference_high)
    )
    return low, high, row.range_source


def test_a_result_without_limits_keeps_those_of_its_laboratory_and_age(
    session: Session, child: Participant, doctor: Actor, add: Any
) -> None:
    add()
    assert limits(stored(session, doctor, child)) == ("1.0", "7.0", "site")


def test_limits_that_were_printed_win(
    session: Session, child: Participant, doctor: Actor, add: Any
) -> None:
    add()
    row = stored(session, doctor, child, neutrophils(reference_low=Decimal("1.5")))
    assert limits(row) == ("1.5", None, "printed")


@pytest.mark.parametrize(("days", "found"), [(407, True), (408, False)])
def test_the_first_day_of_an_age_belongs_to_it(
    session: Session, child: Participant, doctor: Actor, add: Any, days: int, found: bool
) -> None:
    add(from_days=days)
    assert (stored(session, doctor, child).range_source == "site") is found


@pytest.mark.parametrize(("days", "found"), [(408, True), (407, False)])
def test_the_last_day_of_an_age_does_not(
    session: Session, child: Participant, doctor: Actor, add: Any, days: int, found: bool
) -> None:
    add(to_days=days)
    assert (stored(session, doctor, child).range_source == "site") is found


@pytest.mark.parametrize(
    "changes",
    [
        {"laboratory": "Other lab"},
        {"analyte": "wbc"},
        {"sex": "male"},
        {"valid_from_on": DRAWN_ON + timedelta(days=1)},
    ],
)
def test_limits_of_something_else_do_not_count(
    session: Session, child: Participant, doctor: Actor, add: Any, changes: Any
) -> None:
    add(**changes)
    assert limits(stored(session, doctor, child)) == (None, None, None)


def test_limits_of_another_site_do_not_count(
    session: Session, child: Participant, doctor: Actor
) -> None:
    elsewhere = a_site(session)
    record_range(session, doctor, elsewhere, a_range(), protocol=KHE, now=NOW)
    assert stored(session, doctor, child).range_source is None


def test_the_childs_own_sex_and_the_newest_table_win(
    session: Session, child: Participant, doctor: Actor, add: Any
) -> None:
    add()
    add(sex="female", low=Decimal("1.1"))
    assert limits(stored(session, doctor, child))[0] == "1.1"
    add(valid_from_on=DRAWN_ON, low=Decimal("1.3"))
    assert limits(stored(session, doctor, child))[0] == "1.3"


def test_the_laboratorys_name_is_known_in_any_spelling(
    session: Session, child: Participant, doctor: Actor, add: Any
) -> None:
    add(laboratory=" central  LAB ")
    assert stored(session, doctor, child).range_source == "site"


def test_limits_are_converted_into_the_unit_of_the_result(
    session: Session, child: Participant, doctor: Actor, add: Any
) -> None:
    add()
    row = stored(session, doctor, child, neutrophils(result="1200", unit="/uL"))
    assert (row.reference_low, row.reference_high) == (Decimal(1000), Decimal(7000))


def test_limits_that_would_have_to_be_rounded_are_left_out(
    session: Session, child: Participant, doctor: Actor, add: Any
) -> None:
    add(analyte="creatinine", unit="umol/L", low=None, high=Decimal(45))
    row = stored(session, doctor, child, a_result(analyte="creatinine", result="0.4", unit="mg/dL"))
    assert limits(row) == (None, None, None)


def test_a_later_table_alters_no_stored_result(
    session: Session, child: Participant, doctor: Actor, add: Any
) -> None:
    first = add()
    row = stored(session, doctor, child)
    add(amends=first.public_id, low=Decimal("1.5"))
    session.expire_all()
    assert limits(row) == ("1.0", "7.0", "site")
    assert [str(each.low) for each in ranges_of(session, child.site_id)] == ["1.5"]
    assert limits(stored(session, doctor, child)) == ("1.5", "7.0", "site")


def test_the_same_panel_again_is_the_same_though_the_table_changed(
    session: Session, child: Participant, doctor: Actor, add: Any
) -> None:
    first = add()
    said = a_panel(neutrophils(), laboratory="Central lab")
    (row,), _ = record_labs(session, doctor, child, said, protocol=KHE, now=NOW)
    add(amends=first.public_id, low=Decimal("1.5"))
    (again,), is_new = record_labs(session, doctor, child, said, protocol=KHE, now=NOW)
    assert (again.id, is_new) == (row.id, False)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"analyte": "unobtainium"}, "unknown_analyte"),
        ({"unit": "mg/dL"}, "unknown_unit"),
        ({"laboratory": "  "}, "required"),
        ({"sex": "both"}, "not_a_choice"),
        ({"from_days": 730}, "ages_reversed"),
        ({"from_days": -1}, "ages_reversed"),
        ({"low": None, "high": None}, "no_limits"),
        ({"low": Decimal("7.1")}, "range_reversed"),
    ],
)
def test_impossible_limits_are_refused(add: Any, changes: Any, code: str) -> None:
    with pytest.raises(RefusedError, match=code):
        add(**changes)


def test_ages_may_touch_and_not_overlap(add: Any) -> None:
    add()
    add(from_days=730, to_days=1000)
    add(sex="female")
    with pytest.raises(RefusedError, match="range_overlaps"):
        add(from_days=729, to_days=1000)


def test_the_same_form_adds_one_row_with_its_trace(
    session: Session, site: Site, doctor: Actor
) -> None:
    said = a_range()
    for is_new in (True, False):
        assert record_range(session, doctor, site, said, protocol=KHE, now=NOW)[1] is is_new
    assert session.scalar(select(func.count()).select_from(AuditEntry)) == 1
    changed = replace(said, low=Decimal("1.5"))
    with pytest.raises(ConflictError):
        record_range(session, doctor, site, changed, protocol=KHE, now=NOW)


def test_a_row_is_corrected_once_and_only_at_its_site(
    session: Session, site: Site, doctor: Actor, add: Any
) -> None:
    row = add()
    with pytest.raises(NotFoundError):
        record_range(
            session,
            doctor,
            a_site(session),
            a_range(amends=row.public_id),
            protocol=KHE,
            now=NOW,
        )
    add(amends=row.public_id, low=Decimal("1.5"))
    with pytest.raises(RefusedError, match="already_corrected"):
        add(amends=row.public_id, low=Decimal("1.6"))


@pytest.mark.parametrize(
    ("on", "code"),
    [
        (date(2025, 1, 19), "drawn_before_birth"),
        (date(2025, 11, 3), "before_screening"),
        (date(2026, 3, 11), "in_the_future"),
    ],
)
def test_blood_from_before_the_study_or_from_tomorrow_is_refused(
    session: Session, child: Participant, doctor: Actor, on: date, code: str
) -> None:
    with pytest.raises(RefusedError, match=code):
        stored(session, doctor, child, on=on)


def test_ninety_days_before_enrolment_is_taken(
    session: Session, child: Participant, doctor: Actor
) -> None:
    assert stored(session, doctor, child, on=date(2025, 11, 4)).id
    newborn = a_participant(session, born_on=date(2026, 2, 1))
    with pytest.raises(RefusedError, match="drawn_before_birth"):
        stored(session, doctor, newborn, on=date(2026, 1, 31))
    assert stored(session, doctor, newborn, on=date(2026, 2, 1)).id


@pytest.mark.parametrize(
    ("printed", "value"),
    [("neg", "0"), ("阴性", "0"), ("±", "0.5"), ("+", "1"), ("2+", "2"), ("+++", "3"), ("4", "4")],
)
def test_a_dipstick_is_read_as_pluses(
    session: Session, child: Participant, doctor: Actor, printed: str, value: str
) -> None:
    result = a_result(analyte="urine_dipstick", result=printed, unit="{plus}")
    assert stored(session, doctor, child, result).value == Decimal(value)


@pytest.mark.parametrize("printed", ["6+", "++++++", "some", "1.5", "<1"])
def test_what_no_dipstick_shows_is_refused(
    session: Session, child: Participant, doctor: Actor, printed: str
) -> None:
    result = a_result(analyte="urine_dipstick", result=printed, unit="{plus}")
    with pytest.raises(RefusedError, match="not_a_dipstick"):
        stored(session, doctor, child, result)
