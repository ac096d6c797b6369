"""The formula asked from stored facts: every dose worked out by hand, every refusal."""

import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from domain.adjustment import Refusal
from domain.entries import Outcome
from domain.orders import OrderKind
from domain.protocol import Half
from domain.slots import SlotKey
from domain.trough import Finding
from factories import a_clinician, a_participant, an_order, as_actor
from models.laboratory import Level, LevelOverrule
from models.order import DoseOrder
from models.participant import Participant
from models.site import Site, StaffRole
from models.tumour import TreatmentKind
from proposals_by_hand import BY_HAND, LAST_DOSE, Case, a_measured_child, a_stored_level
from results_of_a_child import KHE, a_dose, local
from services.actor import Actor
from services.adjustments import Adjustment, adjustment, document_of, level_named, newest_level
from services.errors import RefusedError
from services.levels import SaidLevel, record_level
from services.medicines import record_medicine
from services.tumour import Entering, SaidTreatment

NOW = datetime(2026, 3, 10, 0, 30, tzinfo=UTC)
EVENING = SlotKey(date(2026, 3, 10), Half.EVENING)
D = Decimal


def doctor_of(session: Session, child: Participant) -> Actor:
    site = session.get_one(Site, child.site_id)
    return as_actor(session, a_clinician(session, site, StaffRole.INVESTIGATOR))


def asked(session: Session, child: Participant, level: Level, now: datetime = NOW) -> Adjustment:
    return adjustment(session, child, level, protocol=KHE, now=now)


def refusals(session: Session, child: Participant, level: Level, now: datetime = NOW) -> list[str]:
    found: list[str] = document_of(asked(session, child, level, now))["refusals"]
    return found


@pytest.mark.parametrize("case", BY_HAND, ids=lambda case: case.name)
def test_the_stored_facts_give_the_dose_worked_out_by_hand(session: Session, case: Case) -> None:
    child = a_measured_child(session, case.arm, case.current)
    found = document_of(asked(session, child, a_stored_level(session, child, case.level)))
    assert found["refusals"] == []
    dose = found["proposal"]
    assert D(dose["by_formula_mg"]) == D(case.formula)
    assert D(dose["prescribed_mg"]) == D(case.prescribed)
    assert D(dose["rounding_error_mg"]) == D(case.ml) - D(case.prescribed)
    ends = (dose["at_low_end"]["given_ml"], dose["at_high_end"]["given_ml"])
    assert [D(ml) for ml in (dose["given_ml"], *ends)] == [D(case.ml), D(case.low), D(case.high)]
    assert D(dose["predicted_level"]) == D(case.predicted)
    assert dose["capped"] is (D(case.formula) != D(case.prescribed))
    assert found["rule_version"] == KHE.key


@pytest.mark.parametrize(
    ("arm", "level", "refusal"),
    [
        ("low", "10.0", Refusal.IN_RANGE),  # ten belongs to the low arm alone
        ("low", "7", Refusal.IN_RANGE),
        ("high", "15", Refusal.IN_RANGE),
        ("high", "30.1", Refusal.LEVEL_TOO_HIGH),
        ("high", "<2.0", Refusal.BELOW_QUANTIFICATION),
    ],
)
def test_a_level_in_range_or_without_use_proposes_nothing(
    session: Session, arm: str, level: str, refusal: Refusal
) -> None:
    child = a_measured_child(session, arm, "0.40")
    assert refusals(session, child, a_stored_level(session, child, level)) == [refusal]


# --- the time of the change


@pytest.mark.parametrize(
    ("from_on", "is_refused"), [(date(2026, 3, 3), False), (date(2026, 3, 4), True)]
)
def test_a_dose_must_have_run_for_seven_local_dates(
    session: Session, from_on: date, is_refused: bool
) -> None:
    child = a_measured_child(session, "high", "0.36")
    an_order(session, child, given_ml=D("0.40"), prescribed_mg=D("0.40"), from_on=from_on)
    found = refusals(session, child, a_stored_level(session, child, "9.0"))
    expected = [Refusal.NOT_A_VALID_TROUGH, Refusal.DOSE_CHANGED_BEFORE] if is_refused else []
    assert found == expected


def test_an_overruled_verdict_counts_but_the_seven_days_stay(session: Session) -> None:
    child = a_measured_child(session, "high", "0.36")
    changed_on = date(2026, 3, 4)
    an_order(session, child, given_ml=D("0.40"), prescribed_mg=D("0.40"), from_on=changed_on)
    level = a_stored_level(session, child, "9.0")
    session.add(
        LevelOverrule(
            client_id=uuid.uuid4(),
            level_id=level.id,
            verdict=Finding.VALID,
            reason="known to be steady",
            recorded_at=NOW,
            recorded_by_id=child.recorded_by_id,
        )
    )
    session.flush()
    found = document_of(asked(session, child, level))
    assert found["refusals"] == [Refusal.DOSE_CHANGED_BEFORE]
    assert (found["overruled"], found["verdict"]) == (True, Finding.VALID)
    assert found["verdict_by_rule"] == Finding.NOT_STEADY


def _later_order(session: Session, child: Participant) -> None:
    an_order(
        session,
        child,
        given_ml=D("0.46"),
        prescribed_mg=D("0.46"),
        from_on=date(2026, 3, 14),
        signed_at=NOW,
    )


def _hold_that_is_over(session: Session, child: Participant) -> None:
    _hold(session, child, date(2026, 3, 10), date(2026, 3, 11))


def _hold_to_come(session: Session, child: Participant) -> None:
    _hold(session, child, date(2026, 3, 20), None)


def _hold(session: Session, child: Participant, from_on: date, until_on: date | None) -> None:
    until = (until_on, Half.MORNING if until_on else None)
    _held(session, child, (from_on, Half.EVENING), until)


def _held(
    session: Session,
    child: Participant,
    begun: tuple[date, Half],
    until: tuple[date | None, Half | None],
) -> None:
    row = DoseOrder(
        client_id=uuid.uuid4(),
        participant_id=child.id,
        kind=OrderKind.HOLD,
        from_on=begun[0],
        from_half=begun[1],
        until_on=until[0],
        until_half=until[1],
        reason="fever",
        guards=[],
        rule_version=KHE.key,
        recorded_at=NOW,
        recorded_by_id=child.recorded_by_id,
        signed_at=NOW,
        signed_by_id=child.recorded_by_id,
    )
    session.add(row)
    session.flush()


@pytest.mark.parametrize("change", [_later_order, _hold_that_is_over, _hold_to_come])
def test_a_change_after_the_sample_refuses_also_when_it_is_only_signed_or_over_again(
    session: Session, change: Callable[[Session, Participant], None]
) -> None:
    child = a_measured_child(session, "high", "0.40")
    level = a_stored_level(session, child, "9.0")
    assert refusals(session, child, level) == []
    change(session, child)
    later = NOW + timedelta(days=2)
    assert refusals(session, child, level, later) == [Refusal.DOSE_CHANGED_AFTER]


def test_the_same_dose_signed_again_is_no_change(session: Session) -> None:
    child = a_measured_child(session, "high", "0.40")
    level = a_stored_level(session, child, "9.0")
    same = {"given_ml": D("0.40"), "prescribed_mg": D("0.40")}
    an_order(session, child, from_on=date(2026, 3, 11), signed_at=NOW, **same)
    assert refusals(session, child, level) == []


def test_during_a_hold_there_is_no_dose_to_change(session: Session) -> None:
    child = a_measured_child(session, "high", "0.40")
    level = a_stored_level(session, child, "9.0")
    _hold(session, child, date(2026, 3, 10), None)
    found = refusals(session, child, level, NOW + timedelta(days=1))
    assert found == [Refusal.DOSE_CHANGED_AFTER, Refusal.NO_CURRENT_DOSE]


@pytest.mark.parametrize(("slots", "is_refused"), [(1, False), (2, True)])
def test_a_restart_counts_anew_from_two_held_slots_on(
    session: Session, slots: int, is_refused: bool
) -> None:
    """Held on 4 March, six days before the sample and before the doses of its last 72 hours."""
    child = a_measured_child(session, "high", "0.40")
    until = date(2026, 3, 4) if slots == 1 else date(2026, 3, 5)
    half = Half.EVENING if slots == 1 else Half.MORNING
    _held(session, child, (date(2026, 3, 4), Half.MORNING), (until, half))
    found = refusals(session, child, a_stored_level(session, child, "9.0"))
    assert (Refusal.DOSE_CHANGED_BEFORE in found) is is_refused


# --- irregular doses: from exactly 72 h before the sample on


@pytest.mark.parametrize(
    ("slot", "is_refused"),
    [
        (SlotKey(date(2026, 3, 7), Half.MORNING), True),  # exactly 72 h
        (SlotKey(date(2026, 3, 6), Half.EVENING), False),  # 84 h
    ],
)
@pytest.mark.parametrize("outcome", [Outcome.MISSED, Outcome.PARTIAL, Outcome.VOMITED])
def test_an_irregular_dose_counts_from_exactly_72_hours_on(
    session: Session, slot: SlotKey, is_refused: bool, outcome: Outcome
) -> None:
    child = _child_but(session, slot, outcome)
    found = refusals(session, child, a_stored_level(session, child, "9.0"))
    assert (Refusal.IRREGULAR_DOSES in found) is is_refused
    assert (Refusal.NOT_A_VALID_TROUGH in found) is is_refused


def _child_but(session: Session, slot: SlotKey, outcome: Outcome) -> Participant:
    """All doses given but one."""
    child = a_participant(session)
    an_order(session, child, given_ml=D("0.40"), prescribed_mg=D("0.40"))
    key = SlotKey(date(2026, 3, 5), Half.MORNING)
    while key <= LAST_DOSE:
        at = local(key.on, "08:00" if key.half is Half.MORNING else "20:00")
        if key != slot:
            a_dose(session, child, key, at)
        elif outcome is Outcome.MISSED:
            a_dose(session, child, key, None, outcome=outcome)
        else:
            more: dict[str, Any] = {"vomited_after_minutes": 120}
            a_dose(
                session,
                child,
                key,
                at,
                outcome=outcome,
                **(more if outcome is Outcome.VOMITED else {}),
            )
        key = key.shifted(1)
    session.flush()
    return child


# --- medicines and age


def _takes(
    session: Session,
    child: Participant,
    name: str,
    *,
    began: date,
    ended: date | None = None,
    now: datetime = NOW,
) -> None:
    said = SaidTreatment(
        client_id=uuid.uuid4(),
        kind=TreatmentKind.MEDICINE,
        name=name,
        started_on=began,
        ended_on=ended,
    )
    record_medicine(session, Entering(doctor_of(session, child), child, now), said, protocol=KHE)


@pytest.mark.parametrize(
    ("name", "began", "ended", "is_refused"),
    [
        ("clarithromycin", date(2026, 3, 8), None, True),
        ("伊曲康唑", date(2026, 3, 1), date(2026, 3, 10), True),  # until the day of the sample
        ("fluconazole", date(2026, 3, 1), date(2026, 3, 9), False),  # over the day before
        ("Grapefruit", date(2026, 3, 10), date(2026, 3, 10), True),
        ("MMR vaccine", date(2026, 3, 10), None, False),  # a vaccine changes no level
        ("Prednisolone", date(2026, 3, 1), None, False),
    ],
)
def test_an_open_medicine_that_changes_levels_refuses_by_name(
    session: Session, name: str, began: date, ended: date | None, is_refused: bool
) -> None:
    child = a_measured_child(session, "high", "0.40")
    level = a_stored_level(session, child, "9.0")
    _takes(session, child, name, began=began, ended=ended)
    found = document_of(asked(session, child, level))
    assert found["refusals"] == ([Refusal.INTERACTING_DRUG] if is_refused else [])
    assert found["interacting_medicines"] == ([name] if is_refused else [])
    assert found["unknown_medicines"] == (["Prednisolone"] if name == "Prednisolone" else [])


def test_a_medicine_begun_after_the_sample_counts_when_it_is_open_now(session: Session) -> None:
    child = a_measured_child(session, "high", "0.40")
    level = a_stored_level(session, child, "9.0")
    assert refusals(session, child, level) == []
    later = NOW + timedelta(days=1)
    _takes(session, child, "rifampicin", began=date(2026, 3, 11), now=later)
    assert refusals(session, child, level, later) == [Refusal.INTERACTING_DRUG]


@pytest.mark.parametrize(("born_on", "is_refused"), [("2025-09-10", False), ("2025-09-11", True)])
def test_a_child_under_six_completed_months_is_left_to_a_person(
    session: Session, born_on: str, is_refused: bool
) -> None:
    child = a_measured_child(session, "high", "0.40", born_on=date.fromisoformat(born_on))
    found = refusals(session, child, a_stored_level(session, child, "9.0"))
    assert found == ([Refusal.UNDER_AGE] if is_refused else [])


# --- which level


def test_the_newest_level_leaves_corrected_ones_out(session: Session) -> None:
    child = a_measured_child(session, "high", "0.40")
    assert newest_level(session, child) is None
    wrong = a_stored_level(session, child, "90")
    said = SaidLevel(
        client_id=uuid.uuid4(),
        drawn_at=wrong.drawn_at,
        value=D("9.0"),
        amends=wrong.public_id,
        amend_reason="point forgotten",
    )
    right, _new = record_level(
        session, doctor_of(session, child), child, said, protocol=KHE, now=NOW
    )
    newest = newest_level(session, child)
    assert newest is not None
    assert newest.id == right.id
    with pytest.raises(RefusedError, match="already_corrected"):
        level_named(session, child, wrong.public_id)
