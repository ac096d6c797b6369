"""A dose is written, checked and signed; what is unusual asks for more."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic_desk import PASSWORD, Desk, new_id, sit_down
from domain.orders import OrderKind
from factories import a_participant, an_order
from models.order import DoseOrder
from models.participant import Participant, ParticipantStatus
from models.site import StaffRole

PAGES = ("/orders", "/orders/new", "/orders/hold", "/orders/restart")


@pytest.fixture
def child(session: Session) -> Participant:
    return a_participant(session)


@pytest.fixture
def desk(app: Flask, client: FlaskClient, session: Session, child: Participant) -> Desk:
    return sit_down(app, client, session, child)


def an_order_said(**changes: Any) -> dict[str, Any]:
    said = {
        "client_id": new_id(),
        "amount": "0.36",
        "unit": "ml",
        "from_on": "2026-03-10",
        "from_half": "evening",
        "reason": "level above range",
        "step": "sign",
        "password": PASSWORD,
    }
    return said | changes


def stored(session: Session, child: Participant) -> list[DoseOrder]:
    rows = select(DoseOrder).where(DoseOrder.participant_id == child.id).order_by(DoseOrder.id)
    return list(session.scalars(rows))


@pytest.mark.parametrize("page", PAGES)
def test_another_sites_child_is_not_found(session: Session, desk: Desk, page: str) -> None:
    stranger = a_participant(session)
    assert desk.client.get(f"/clinic/participants/{stranger.public_id}{page}").status_code == 404


@pytest.mark.parametrize("page", PAGES[1:])
def test_a_coordinator_cannot_order(
    app: Flask, client: FlaskClient, session: Session, child: Participant, page: str
) -> None:
    nurse = sit_down(app, client, session, child, StaffRole.COORDINATOR)
    assert client.get(nurse.url(page)).status_code == 403
    assert nurse.send(page, an_order_said()).status_code == 403
    assert stored(session, child) == []
    assert "orders/new" not in nurse.see("/orders")


def test_a_range_says_which_of_its_ends_belong_to_it(desk: Desk) -> None:
    """Ten is outside of the high arm's range: 10–15 would say the opposite."""
    assert "&gt; 10 to ≤ 15 ng/mL" in desk.see("/orders")


def test_the_check_page_shows_the_dose_and_writes_nothing(
    session: Session, desk: Desk, child: Participant
) -> None:
    answer = desk.send("/orders/new", an_order_said(unit="start", amount="", step="check"))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "0.38\N{NO-BREAK SPACE}mL" in page
    # 0.8 mg/m² for 80 cm and 10.5 kg, what the rounding takes away, and the surface
    assert "0.3864" in page
    assert "−0.0064" in page
    assert "0.483 m²" in page
    assert stored(session, child) == []


def test_the_signed_starting_order_is_in_the_history(
    session: Session, desk: Desk, child: Participant
) -> None:
    answer = desk.send("/orders/new", an_order_said(unit="start", amount=""))
    assert answer.status_code == 303
    row = stored(session, child)[0]
    assert (row.given_ml, row.signed_by_id) == (Decimal("0.38"), desk.person.id)
    assert "0.38\N{NO-BREAK SPACE}mL" in desk.see("/orders")


def test_an_order_that_another_one_followed_shows_its_end(desk: Desk) -> None:
    desk.send("/orders/new", an_order_said())
    desk.send("/orders/new", an_order_said(amount="0.34", from_on="2026-03-12"))
    # where the new one begins, and where the old one ends
    assert desk.see("/orders").count("12 Mar 2026, Evening") == 2


def test_the_same_form_twice_is_one_order(session: Session, desk: Desk, child: Participant) -> None:
    said = an_order_said()
    assert [desk.send("/orders/new", said).status_code for _ in range(2)] == [303, 303]
    assert len(stored(session, child)) == 1


def test_the_same_id_with_another_dose_is_a_conflict(
    session: Session, desk: Desk, child: Participant
) -> None:
    said = an_order_said()
    desk.send("/orders/new", said)
    assert desk.send("/orders/new", said, amount="0.38").status_code == 409
    assert len(stored(session, child)) == 1


@pytest.mark.parametrize("password", ["", "wrong"])
def test_without_the_password_nothing_is_signed(
    session: Session, desk: Desk, child: Participant, password: str
) -> None:
    answer = desk.send("/orders/new", an_order_said(password=password))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "The password is not right." in page
    assert 'name="amount" value="0.36"' in page
    assert stored(session, child) == []


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"amount": ""}, "amount", "Please fill this in."),
        ({"amount": "0.37"}, "amount", "No syringe has a mark"),
        ({"amount": "1,234"}, "amount", "Is the comma for thousands"),
        ({"reason": " "}, "reason", "Please fill this in."),
        ({"from_on": "2026-03-09"}, "from_on", "This dose time is over."),
        ({"from_on": "soon"}, "from_on", "Please write a date."),
    ],
)
def test_a_slip_comes_back_with_what_was_typed(
    session: Session,
    desk: Desk,
    child: Participant,
    change: dict[str, str],
    field: str,
    words: str,
) -> None:
    said = an_order_said(**change)
    answer = desk.send("/orders/new", said)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert words in page
    assert f'href="#field-{field}"' in page
    assert said["client_id"] in page
    assert stored(session, child) == []


def test_an_unusual_dose_is_signed_only_when_confirmed(
    session: Session, desk: Desk, child: Participant
) -> None:
    an_order(session, child, given_ml=Decimal("0.40"))
    said = an_order_said(amount="0.55")
    answer = desk.send("/orders/new", said)
    assert answer.status_code == 422
    assert "Please confirm that you mean this dose." in answer.get_data(as_text=True)
    assert len(stored(session, child)) == 1
    assert desk.send("/orders/new", said, confirmed="confirm_with_reason").status_code == 303
    assert stored(session, child)[1].guards == ["confirm_with_reason"]


def test_a_tenfold_dose_is_typed_twice_and_signed_by_two(
    app: Flask,
    session: Session,
    desk: Desk,
    child: Participant,
    new_client: Callable[[], FlaskClient],
) -> None:
    an_order(session, child, given_ml=Decimal("0.18"))
    said = an_order_said(amount="1.80", confirmed="confirm_with_reason")
    assert desk.send("/orders/new", said).status_code == 422
    assert desk.send("/orders/new", said, retyped_ml="0.18").status_code == 422
    assert desk.send("/orders/new", said, retyped_ml="1.8").status_code == 303
    row = stored(session, child)[1]
    assert row.signed_at is None
    sign = f"/orders/{row.public_id}/sign"
    assert desk.send(sign, {"password": PASSWORD}).status_code == 422
    other = sit_down(app, new_client(), session, child, StaffRole.INVESTIGATOR)
    assert "1.8\N{NO-BREAK SPACE}mL" in other.see(sign)
    assert other.send(sign, {"password": PASSWORD}).status_code == 303
    row = stored(session, child)[1]
    assert (row.signed_by_id, row.second_signed_by_id) == (desk.person.id, other.person.id)


def test_an_order_that_is_not_there_cannot_be_signed(session: Session, desk: Desk) -> None:
    elsewhere = an_order(session, a_participant(session), signed_at=None)
    for order_id in (elsewhere.public_id, new_id()):
        assert desk.send(f"/orders/{order_id}/sign", {"password": PASSWORD}).status_code == 404


def test_a_hold_is_signed_and_ended(session: Session, desk: Desk, child: Participant) -> None:
    an_order(session, child)
    said = {
        "client_id": new_id(),
        "from_on": "2026-03-10",
        "from_half": "evening",
        "until_on": "",
        "reason": "fever",
        "password": PASSWORD,
    }
    assert desk.send("/orders/hold", said, password="wrong").status_code == 422
    assert desk.send("/orders/hold", said).status_code == 303
    assert desk.send("/orders/hold", said).status_code == 303
    again = said | {"client_id": new_id(), "from_on": "2026-03-11", "reason": "well again"}
    assert desk.send("/orders/restart", again).status_code == 303
    kinds = [row.kind for row in stored(session, child)]
    assert kinds == [OrderKind.DOSE, OrderKind.HOLD, OrderKind.HOLD]
    assert "replaced" in desk.see("/orders")


def test_nothing_can_be_held_before_the_first_order(
    session: Session, desk: Desk, child: Participant
) -> None:
    said = {
        "client_id": new_id(),
        "from_on": "2026-03-10",
        "from_half": "evening",
        "reason": "fever",
        "password": PASSWORD,
    }
    answer = desk.send("/orders/hold", said)
    assert answer.status_code == 422
    assert "No dose is ordered at this time." in answer.get_data(as_text=True)


@pytest.mark.parametrize(("born_on", "is_young"), [("2025-09-11", True), ("2025-09-10", False)])
def test_a_young_child_is_warned_of_wherever_its_dose_is_ordered(
    app: Flask, client: FlaskClient, session: Session, born_on: str, is_young: bool
) -> None:
    """The words of the source, at first and later orders, and by the day that the order begins."""
    young = a_participant(session, born_on=date.fromisoformat(born_on))
    an_order(session, young)
    desk = sit_down(app, client, session, young)
    source = "BJCP 2022;88:2769"
    for page in ("/orders/new", "/orders/restart"):
        assert (source in desk.see(page)) is is_young
    check = desk.send("/orders/new", an_order_said(step="check")).get_data(as_text=True)
    assert (source in check) is is_young
    answer = desk.send("/orders/new", an_order_said())
    assert answer.status_code == (422 if is_young else 303)
    # six completed months on the day it begins
    later = an_order_said(from_on="2026-03-11", step="check")
    assert source not in desk.send("/orders/new", later).get_data(as_text=True)


def test_a_child_who_left_the_study_gets_no_order_and_the_page_says_why(
    session: Session, desk: Desk, child: Participant
) -> None:
    an_order(session, child)
    child.status = ParticipantStatus.WITHDRAWN
    assert "orders/new" not in desk.see("/orders")
    for page in PAGES[1:]:
        answer = desk.send(page, an_order_said())
        assert answer.status_code == 422
        assert "part in the study has ended" in answer.get_data(as_text=True)
    assert len(stored(session, child)) == 1


def test_the_starting_dose_shows_how_it_was_worked_out(desk: Desk) -> None:
    worked_out = "0.8 mg/m² × 0.4830 m² (Mosteller) = 0.3864 mg → 0.38 mL. Rule: khe-sirolimus-v1"
    assert worked_out in " ".join(desk.see("/orders/new").split())
    checked = desk.send("/orders/new", an_order_said(unit="start", amount="", step="check"))
    assert "Rule: khe-sirolimus-v1" in checked.get_data(as_text=True)
