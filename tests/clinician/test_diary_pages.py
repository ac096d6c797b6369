"""The diary at the clinic: every line, doses of a ward, days in hospital, adherence."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from a_family import Family
from clinic_desk import Desk, hidden, new_id, sit_down
from domain.entries import Outcome
from factories import a_carer
from models.dose import DoseEntry
from models.site import StaffRole
from models.visit import InpatientStay
from plugins.app import START

SHEET = "/doses?from=2026-03-05&to=2026-03-06"


@pytest.fixture
def family(session: Session) -> Family:
    return Family(session)


@pytest.fixture
def desk(app: Flask, client: FlaskClient, session: Session, family: Family) -> Desk:
    return sit_down(app, client, session, family.child, StaffRole.INVESTIGATOR)


def test_each_line_shows_its_three_times_who_and_how_and_what_it_corrects(
    family: Family, desk: Desk
) -> None:
    first = family.log(now=START)
    later = START + timedelta(minutes=3)
    family.correct(first.entry, outcome=Outcome.MISSED, missed_reason="asleep", now=later)
    family.session.commit()
    page = desk.see("/diary")
    assert "entered 08:30, received 08:30" in page
    assert "entered 08:33, received 08:33" in page
    assert "corrects: given, 08:30 (wrong button)" in page
    assert "missed, Asleep" in page
    assert page.count("no longer counts") == 1
    assert "Mum" in page


def test_a_month_that_is_none_of_the_childs_shows_this_one(desk: Desk) -> None:
    assert "March 2026" in desk.see("/diary?month=1999-01")
    assert "March 2026" in desk.see("/diary?month=rubbish")
    assert "February 2026" in desk.see("/diary?month=2026-02")


def test_a_stay_is_filled_in_with_one_form(desk: Desk, session: Session) -> None:
    page = desk.see(SHEET)
    said = {
        "client_id": hidden(page, "client_id"),
        "source": "ward_chart",
        "outcome-2026-03-05-morning": "given",
        "time-2026-03-05-morning": "08:10",
        "outcome-2026-03-05-evening": "partial",
        "ml-2026-03-05-evening": "0.2",
        "outcome-2026-03-06-morning": "missed",
    }
    for _ in range(2):
        answer = desk.send(SHEET, said)
        assert answer.status_code == 303
    rows = session.scalars(select(DoseEntry).order_by(DoseEntry.slot_on, DoseEntry.half.desc()))
    assert [(row.outcome, row.source, row.channel) for row in rows] == [
        (Outcome.GIVEN, "ward_chart", "clinic"),
        (Outcome.PARTIAL, "ward_chart", "clinic"),
        (Outcome.MISSED, "ward_chart", "clinic"),
    ]
    assert "The ward&#39;s chart" in desk.see("/diary")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"outcome-2026-03-05-morning": "lost"}, "outcome-2026-03-05-morning"),
        ({"time-2026-03-05-morning": "8 o'clock"}, "time-2026-03-05-morning"),
        ({"outcome-2026-03-05-morning": "partial"}, "ml-2026-03-05-morning"),
        ({"outcome-2026-03-05-morning": "partial", "ml-2026-03-05-morning": "9"}, "ml-"),
        ({"source": ""}, "source"),
    ],
)
def test_a_slip_comes_back_at_its_line_with_what_was_typed(
    desk: Desk, session: Session, changes: dict[str, str], field: str
) -> None:
    said = {
        "client_id": new_id(),
        "source": "ward_chart",
        "outcome-2026-03-05-morning": "given",
        "outcome-2026-03-06-evening": "missed",
    }
    answer = desk.send(SHEET, said | changes)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert f'href="#field-{field}' in page
    assert re.search(r'<option value="missed" selected>', page)
    assert session.scalars(select(DoseEntry)).all() == []


def test_a_coordinator_fills_in_recorded_days_in_hospital_only(
    app: Flask, client: FlaskClient, session: Session, family: Family
) -> None:
    desk = sit_down(app, client, session, family.child, StaffRole.COORDINATOR)
    said = {
        "client_id": new_id(),
        "source": "ward_chart",
        "outcome-2026-03-05-morning": "given",
    }
    answer = desk.send(SHEET, said)
    assert answer.status_code == 422
    assert "further back than families may write" in answer.get_data(as_text=True)
    stay = {"client_id": new_id(), "from_on": "2026-03-04", "until_on": "2026-03-06"}
    assert desk.send("/stays/new", stay).status_code == 303
    assert desk.send(SHEET, said).status_code == 303
    assert "in hospital" in desk.see("/diary")


def test_an_open_stay_is_ended_with_a_reason(desk: Desk, session: Session) -> None:
    desk.send("/stays/new", {"client_id": new_id(), "from_on": "2026-03-04"})
    assert "still there" in desk.see("/diary")
    row = session.scalars(select(InpatientStay)).one()
    form = desk.see(f"/stays/new?amends={row.public_id}")
    said = {
        "client_id": hidden(form, "client_id"),
        "amends": hidden(form, "amends"),
        "from_on": "2026-03-04",
        "until_on": "2026-03-06",
    }
    assert desk.send("/stays/new", said).status_code == 422
    assert desk.send("/stays/new", said, amend_reason="went home").status_code == 303
    assert "corrected: went home" in desk.see("/diary")


def test_adherence_shows_numerator_denominator_and_its_rules(family: Family, desk: Desk) -> None:
    family.log(now=START)
    family.session.commit()
    page = desk.see("/adherence?from=2026-03-09&to=2026-03-10")
    assert "1 of 3 = 33.3%" in page
    assert "1 of 1 = 100.0%" in page
    assert "Reported adherence" in page
    assert "khe-sirolimus-v1" in page


@pytest.mark.parametrize("days", ["from=2026-03-10&to=2026-03-09", "from=2000-01-01", "from=x"])
def test_impossible_days_come_back_with_a_sentence(desk: Desk, days: str) -> None:
    answer = desk.client.get(desk.url(f"/adherence?{days}"))
    assert answer.status_code == 422
    assert "error-summary" in answer.get_data(as_text=True)


def test_back_fill_before_a_visit_is_shown(family: Family, desk: Desk) -> None:
    """On Sunday morning somebody writes down both doses of Saturday, two days before a visit."""
    family.on_trough_day()
    sunday = START - timedelta(days=2)
    grandma = a_carer(family.session, family.child, display_name="Grandma")
    for hours in (23, 11):
        taken = sunday - timedelta(hours=hours)
        family.log(by=grandma, slot=None, taken_at=taken, now=sunday)
    family.session.commit()
    page = desk.see("/adherence")
    assert "Shown, not judged" in page
    assert "Grandma" in page
