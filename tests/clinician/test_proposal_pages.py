"""The next dose at the desk: shown with its inputs, taken, or refused in words."""

import re
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic_desk import PASSWORD, Desk, hidden, new_id, sit_down
from models.order import DoseOrder
from models.site import StaffRole
from models.tumour import Treatment
from proposals_by_hand import BY_HAND, Case, a_measured_child, a_stored_level
from web.formats import millilitres

D = Decimal


def at_desk(app: Flask, client: FlaskClient, session: Session, case: Case) -> Desk:
    child = a_measured_child(session, case.arm, case.current)
    a_stored_level(session, child, case.level)
    return sit_down(app, client, session, child)


def words_of(page: str) -> str:
    """The page without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


@pytest.mark.parametrize("case", BY_HAND, ids=lambda case: case.name)
def test_the_order_page_shows_the_dose_worked_out_by_hand(
    app: Flask, client: FlaskClient, session: Session, case: Case
) -> None:
    text = words_of(at_desk(app, client, session, case).see("/orders"))
    shown = re.search(r"Proposed dose, twice daily (\S+)", text)
    assert shown is not None
    # words_of splits at the no-break space between number and unit
    assert D(shown[1].split("\N{NO-BREAK SPACE}")[0]) == D(case.ml)
    ends = re.findall(r"(?:lower|upper) end of the range (\S+)", text)
    assert [D(end.split("\N{NO-BREAK SPACE}")[0]) for end in ends] == [D(case.low), D(case.high)]
    assert f"÷ {case.level} =" in text
    assert "khe-sirolimus-v1" in text


def test_all_refusals_stand_in_words(app: Flask, client: FlaskClient, session: Session) -> None:
    case = Case("low", "0.40", "8.0", *[""] * 6)
    desk = at_desk(app, client, session, case)
    said = {
        "client_id": new_id(),
        "kind": "medicine",
        "name": "Ketoconazole",
        "started_on": "2026-03-09",
    }
    assert desk.send("/treatments/new", said).status_code == 303
    text = words_of(desk.see("/orders"))
    assert "The level is in range: nothing is to be changed." in text
    assert "A medicine that changes the level is taken. (Ketoconazole)" in text
    assert "Take this proposal" not in text
    assert "raises the level strongly" in text


def test_the_proposal_is_taken_checked_and_signed(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    desk = at_desk(app, client, session, Case("low", "0.30", "5.0", *[""] * 6))
    link = re.search(r'href="[^"]*(/orders/new\?level=[^"]*take=1)"', desk.see("/orders"))
    assert link is not None
    form = desk.see(link[1].replace("&amp;", "&"))
    said = {
        "client_id": hidden(form, "client_id"),
        "level": hidden(form, "level"),
        "unit": "proposal",
        "from_on": "2026-03-10",
        "from_half": "evening",
        "reason": "below the range",
    }
    check = desk.send("/orders/new", said, step="check").get_data(as_text=True)
    assert hidden(check, "seen_ml") == "0.36"
    signed = said | {"seen_ml": "0.36", "step": "sign", "password": PASSWORD}
    assert [desk.send("/orders/new", signed).status_code for _ in range(2)] == [303, 303]
    row = session.scalars(select(DoseOrder).order_by(DoseOrder.id.desc())).first()
    assert row is not None
    assert (row.given_ml, row.prescribed_mg) == (D("0.36"), D("0.375"))
    history = desk.see("/orders")
    assert "the proposal for 5.0 ng/mL" in history
    step = words_of(desk.see(f"/orders/{row.public_id}"))
    assert "0.3 mg × 8.5 ÷ 5.0 = 0.51 mg" in step
    assert "−0.015 mg" in step
    assert desk.person.display_name in step
    assert "khe-sirolimus-v1" in step


def test_a_proposal_that_changed_since_is_not_signed(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    desk = at_desk(app, client, session, Case("low", "0.30", "5.0", *[""] * 6))
    level = re.search(r"level=([0-9a-f-]{36})", desk.see("/orders"))
    assert level is not None
    said = {
        "client_id": new_id(),
        "level": level[1],
        "unit": "proposal",
        "seen_ml": "0.34",
        "from_on": "2026-03-10",
        "from_half": "evening",
        "reason": "below the range",
        "step": "sign",
        "password": PASSWORD,
    }
    answer = desk.send("/orders/new", said)
    assert answer.status_code == 422
    assert "proposes another dose than you saw" in answer.get_data(as_text=True)


def test_a_coordinator_sees_the_proposal_and_cannot_take_it(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    child = a_measured_child(session, "high", "0.40")
    a_stored_level(session, child, "9.0")
    nurse = sit_down(app, client, session, child, StaffRole.COORDINATOR)
    page = nurse.see("/orders")
    assert millilitres(D("0.50")) in page
    assert "Take this proposal" not in page


# --- medicines


def test_a_medicine_is_ended_from_the_order_page(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    desk = at_desk(app, client, session, Case("high", "0.40", "9.0", *[""] * 6))
    said = {"kind": "medicine", "name": "克拉霉素", "started_on": "2026-03-08"}
    assert desk.send("/treatments/new", said, client_id=new_id()).status_code == 303
    page = desk.see("/orders")
    assert "Take this proposal" not in page
    ends = re.search(r"/treatments/new\?amends=([0-9a-f-]{36})", page)
    assert ends is not None
    change = {"amends": ends[1], "amend_reason": "over", "ended_on": "2026-03-09"}
    assert desk.send("/treatments/new", said | change, client_id=new_id()).status_code == 303
    assert "Take this proposal" in desk.see("/orders")
    assert session.scalars(select(Treatment.medicine_code)).all() == ["clarithromycin"] * 2


def test_the_form_offers_the_listed_names_in_both_languages(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    desk = at_desk(app, client, session, Case("high", "0.40", "9.0", *[""] * 6))
    form = desk.see("/treatments/new?kind=medicine")
    assert '<option value="克拉霉素">' in form
    assert '<option value="Clarithromycin">' in form


# --- height and weight


def test_a_new_weight_is_in_the_history_and_asks_for_a_review(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    desk = at_desk(app, client, session, Case("high", "0.40", "9.0", *[""] * 6))
    said = {
        "client_id": new_id(),
        "measured_on": "2026-03-10",
        "height_cm": "100",
        "weight_kg": "12.96",
    }
    assert [desk.send("/measurements", said).status_code for _ in range(2)] == [303, 303]
    page = desk.see("/measurements")
    assert page.count("12.96 kg") == 1
    assert "0.6 m²" in page
    assert "Please review the dose." in page
    # 0.40 mg for 0.6 m²
    assert "are now 0.667 mg/m²" in desk.see("/orders")


def test_a_slip_of_the_keyboard_comes_back(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    desk = at_desk(app, client, session, Case("high", "0.40", "9.0", *[""] * 6))
    said = {"client_id": new_id(), "measured_on": "2026-03-10", "height_cm": "8", "weight_kg": "10"}
    answer = desk.send("/measurements", said)
    assert answer.status_code == 422
    assert 'href="#field-height_cm"' in answer.get_data(as_text=True)


def test_a_coordinator_measures_and_a_monitor_only_reads(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    child = a_measured_child(session, "high", "0.40")
    monitor = sit_down(app, client, session, child, StaffRole.MONITOR)
    assert "<form" not in monitor.see("/measurements").split("<main")[1]
    assert monitor.send("/measurements", {"client_id": new_id()}).status_code == 403


def test_a_wrong_weight_is_corrected_with_a_reason(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    desk = at_desk(app, client, session, Case("high", "0.40", "9.0", *[""] * 6))
    wrong = new_id()
    said = {"measured_on": "2026-03-09", "height_cm": "80", "weight_kg": "101.5"}
    assert desk.send("/measurements", said, client_id=wrong).status_code == 303
    form = desk.see(f"/measurements?amends={wrong}")
    assert "Correct a measurement" in form
    assert 'value="101.5"' in form
    mended = {**said, "weight_kg": "10.7", "amends": wrong}
    assert desk.send("/measurements", mended, client_id=new_id()).status_code == 422
    whole = {**mended, "amend_reason": "a slip of the finger"}
    assert desk.send("/measurements", whole, client_id=new_id()).status_code == 303
    page = desk.see("/measurements")
    assert "corrected since" in page
    assert "corrected: a slip of the finger" in page
    assert "10.7 kg" in desk.see("")
