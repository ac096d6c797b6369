"""Levels over the interface: verdicts, doses, tiers, overrules and statistics."""

import uuid
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from level_cases import CASES
from level_stories import Case, case, child_in, child_of, given
from machine import API, Study, is_problem
from models.attention import Alert
from results_of_a_child import FIRST_DOSE_ON, days_from, doses_given, local

Said = dict[str, Any]


def a_level_said(**changes: Any) -> Said:
    said = {"client_id": str(uuid.uuid4()), "drawn_at": "2026-03-03T08:00:00+08:00"}
    return said | {"value": "11.20"} | changes


def test_a_program_is_told_every_verdict_worked_out_by_hand(
    machine: FlaskClient, study: Study, session: Session
) -> None:
    wrong = {
        told.name: found for told in CASES if (found := mismatch(machine, study, session, told))
    }
    assert wrong == {}


def mismatch(machine: FlaskClient, study: Study, session: Session, told: Case) -> Said:
    """What the interface says of a case otherwise than it should."""
    study.site.time_zone = told.zone
    child = child_of(session, told, study.site)
    session.commit()
    body = a_level_said(drawn_at=told.instant(told.drawn).isoformat())
    if told.told:
        body |= {"last_dose_at": told.instant(told.told).isoformat(), "last_dose_told_by": "mother"}
    level = machine.post(f"{API}/children/{child.public_id}/levels", json=body).get_json()
    expected = {
        "headline": told.headline.value,
        "computed_headline": told.headline.value,
        "reasons": [reason.value for reason in told.reasons],
        "flags": [flag.value for flag in told.flags],
        "valid": not told.reasons,
        "rule_version": "khe-sirolimus-v1",
    }
    return {name: level.get(name) for name, value in expected.items() if level.get(name) != value}


def test_each_dose_says_when_how_and_how_long_before(
    machine: FlaskClient, study: Study, session: Session
) -> None:
    said = {"02E": given("02 20:00", entered="02 20:05", received="03 07:00")}
    child = child_of(session, case("regular", said=said), study.site)
    session.commit()
    path = f"{API}/children/{child.public_id}/levels"
    level = machine.post(path, json=a_level_said()).get_json()
    assert machine.get(f"{path}/{level['id']}").get_json() == level
    assert [dose["slot"] for dose in level["doses"]][::5] == [
        {"on": "2026-02-28", "half": "morning"},
        {"on": "2026-03-02", "half": "evening"},
    ]
    last = level["doses"][-1]
    assert (last["decisive"], last["status"], last["contradictory"]) == (True, "given", False)
    (entry,) = last["entries"]
    assert entry.pop("by") is not None
    assert entry == {
        "outcome": "given",
        "taken_at": "2026-03-02T12:00:00Z",
        "entered_at": "2026-03-02T12:05:00Z",
        "received_at": "2026-03-02T23:00:00Z",
        "channel": "page",
        "vomited_after_minutes": None,
        "hours_before_sample": "12",
    }
    assert level["hours_since_dose"] == "12"
    assert level["days_on_dose"] == 28
    assert level["dose_start"] == {
        "slot": {"on": "2026-02-03", "half": "morning"},
        "kind": "first_dose",
    }
    assert level["order"] == {"kind": "dose", "ml": "0.36", "mg": "0.36"}
    assert level["decisive_dose"]["taken_at"] == "2026-03-02T12:00:00Z"


@pytest.mark.parametrize(
    ("value", "position", "tier", "action"),
    [
        ("10.0", "below_range", "below_range", "review"),
        ("10.01", "in_range", None, None),
        ("15.0", "in_range", None, None),
        ("15.01", "above_range", "over_15", "this_week"),
        ("20.0", "above_range", "over_15", "this_week"),
        ("20.01", "above_range", "over_20", "same_day"),
        ("29.99", "above_range", "over_20", "same_day"),
        ("30.0", "above_range", "from_30", "urgent"),
        ("<2.0", "below_range", "below_range", "review"),
        ("<30", "below_range", "below_range", "review"),
    ],
)
def test_the_tier_looks_at_the_number_of_the_high_arm(
    machine: FlaskClient, study: Study, value: str, position: str, tier: str, action: str
) -> None:
    below = {"value": None, "below_loq": value[1:]} if value.startswith("<") else {"value": value}
    level = machine.post(study.path("/levels"), json=a_level_said(**below)).get_json()
    assert (level["position"], level["tier"], level["action"]) == (position, tier, action)
    assert level["target"] == {
        "low": "10",
        "high": "15",
        "low_included": False,
        "high_included": True,
    }


@pytest.mark.parametrize(
    ("value", "tier"),
    [
        ("6.99", "below_range"),
        ("7", None),
        ("10", None),
        ("10.04", "above_range"),
        ("15", "above_range"),
        ("15.1", "over_15"),
    ],
)
def test_the_low_arm_has_its_own_range(
    machine: FlaskClient, study: Study, session: Session, value: str, tier: str | None
) -> None:
    child = child_in(session, study.site, "low")
    session.commit()
    path = f"{API}/children/{child.public_id}/levels"
    level = machine.post(path, json=a_level_said(value=value)).get_json()
    assert level["tier"] == tier


@pytest.mark.parametrize(("unit", "status"), [("ng/mL", 201), ("ug/L", 201), ("nmol/L", 422)])
def test_two_units_are_the_same_amount_and_no_other_is_taken(
    machine: FlaskClient, study: Study, unit: str, status: int
) -> None:
    answer = machine.post(study.path("/levels"), json=a_level_said(unit=unit))
    assert answer.status_code == status
    if status == 201:
        assert (answer.get_json()["value"], answer.get_json()["unit"]) == ("11.20", "ng/mL")


@pytest.mark.parametrize(
    ("drawn_at", "code"),
    [
        ("2025-01-19T08:00:00+08:00", "drawn_before_birth"),
        ("2026-02-01T23:59:00+08:00", "drawn_before_enrolment"),
        ("2026-03-11T08:00:00+08:00", "in_the_future"),
    ],
)
def test_blood_that_cannot_be_is_refused(
    machine: FlaskClient, study: Study, drawn_at: str, code: str
) -> None:
    answer = machine.post(study.path("/levels"), json=a_level_said(drawn_at=drawn_at))
    assert is_problem(answer, 422, code)
    assert answer.get_json()["field"] == "drawn_at"
    assert machine.get(study.path("/levels")).get_json()["items"] == []


def test_a_sample_has_one_level_that_counts(machine: FlaskClient, study: Study) -> None:
    first = machine.post(study.path("/levels"), json=a_level_said()).get_json()
    again = a_level_said(value="12.0")
    assert is_problem(machine.post(study.path("/levels"), json=again), 422, "sample_has_a_level")
    right = again | {"amends": first["id"], "amend_reason": "digits swapped"}
    later = machine.post(study.path("/levels"), json=right).get_json()
    rows = machine.get(study.path("/levels")).get_json()["items"]
    assert [row["corrected_by"] for row in rows] == [later["id"], None]
    other = a_level_said(value="13.0", amends=first["id"], amend_reason="again")
    assert is_problem(machine.post(study.path("/levels"), json=other), 422, "already_corrected")


def test_a_child_without_an_arm_has_no_levels(
    machine: FlaskClient, study: Study, session: Session
) -> None:
    path = f"{API}/children/{child_in(session, study.site, None).public_id}/levels"
    session.commit()
    assert machine.get(path).get_json() == {"items": [], "statistics": None}
    answer = machine.post(path, json=a_level_said())
    assert is_problem(answer, 422, "not_allocated")


def test_a_machine_does_not_overrule(machine: FlaskClient, study: Study) -> None:
    level = machine.post(study.path("/levels"), json=a_level_said()).get_json()
    said = {"client_id": str(uuid.uuid4()), "verdict": "valid", "reason": "seen"}
    path = study.path(f"/levels/{level['id']}/overrules")
    assert machine.post(path, json=said).status_code == 403


def test_a_corrected_level_ends_its_matter(
    machine: FlaskClient, study: Study, session: Session
) -> None:
    first = machine.post(study.path("/levels"), json=a_level_said(value="31")).get_json()
    right = a_level_said(value="21", amends=first["id"], amend_reason="another child's sample")
    machine.post(study.path("/levels"), json=right)
    session.expire_all()
    old, new = session.scalars(select(Alert).order_by(Alert.id)).all()
    assert (old.outcome, old.outcome_note) == ("level_corrected", "another child's sample")
    assert old.acknowledged_at is not None
    assert (new.acknowledged_at, new.urgency, new.facts["result"]) == (None, "same_day", "21")


def statistics_of(
    machine: FlaskClient, study: Study, session: Session, *levels: tuple[int, str]
) -> Said:
    """Levels at 08:00 so many days after 11 February, all after regular doses."""
    doses_given(session, study.child, days_from(FIRST_DOSE_ON, 35))
    session.commit()
    for day, text in levels:
        drawn_at = local(date(2026, 2, 11) + timedelta(days=day)).isoformat()
        below = {"value": None, "below_loq": text[1:]} if text.startswith("<") else {"value": text}
        answer = machine.post(study.path("/levels"), json=a_level_said(drawn_at=drawn_at, **below))
        assert answer.get_json()["valid"], answer.get_json()
    found: Said = machine.get(study.path("/levels")).get_json()["statistics"]
    return found


def test_the_statistics_of_a_child_say_how_they_came_about(
    machine: FlaskClient, study: Study, session: Session
) -> None:
    # target (10, 15]: 8 → 12 in 8 days is half below, half within; 12 → 17 in 10 days is six
    # days within and four above; a level below quantification is out and no number
    found = statistics_of(machine, study, session, (0, "8"), (8, "12"), (18, "17"), (24, "<2.0"))
    assert (found["in_range"], found["fraction"]) == (1, "0.25")
    time = found["time_in_range"]
    days = [time[f"days_{where}"] for where in ("below", "in_range", "above")]
    assert [Decimal(number) for number in days] == [4, 10, 4]
    assert Decimal(time["fraction"]).quantize(Decimal("0.0001")) == Decimal("0.5556")
    assert [line["unbridged"] for line in time["stretches"]] == [None, None, "below_quantification"]
    spread = found["variability"]
    assert [Decimal(one["number"]) for one in spread["numbers"]] == [8, 12, 17]
    # mean 37/3, SD √(61/3): 36.56 %
    assert Decimal(spread["percent"]).quantize(Decimal("0.01")) == Decimal("36.56")
    assert (spread["per_dose"], spread["refusal"]) == (False, None)
    assert len(found["counted"]) == 4
    assert found["rule_version"] == "khe-sirolimus-v1"


def test_two_levels_have_no_variation(machine: FlaskClient, study: Study, session: Session) -> None:
    found = statistics_of(machine, study, session, (0, "12"), (8, "12"))
    spread = found["variability"]
    assert (spread["percent"], spread["refusal"]) == (None, "too_few_levels")
    assert found["time_in_range"]["fraction"] == "1"


def test_a_level_that_is_no_valid_trough_is_left_out_with_the_reason(
    machine: FlaskClient, study: Study, session: Session
) -> None:
    statistics_of(machine, study, session, (0, "12"))
    late = a_level_said(drawn_at="2026-02-21T04:00:00+08:00")
    left = machine.post(study.path("/levels"), json=late).get_json()
    found = machine.get(study.path("/levels")).get_json()["statistics"]
    assert found["left_out"] == [{"level": left["id"], "headline": "too_early"}]
    assert len(found["counted"]) == 1


def test_another_sites_child_does_not_exist(machine: FlaskClient, study: Study) -> None:
    stranger = f"{API}/children/{study.stranger.public_id}/levels"
    assert machine.get(stranger).status_code == 404
    assert machine.get(f"{stranger}/{uuid.uuid4()}").status_code == 404
