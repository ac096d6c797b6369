"""What nobody types but a broken or hostile client sends: it is refused, never an error of ours."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from clinic_desk import Desk, new_id, sit_down
from factories import a_participant, an_order
from models.participant import Participant


@pytest.fixture
def child(session: Session) -> Participant:
    child = a_participant(session)
    an_order(session, child)
    return child


@pytest.fixture
def desk(app: Flask, client: FlaskClient, session: Session, child: Participant) -> Desk:
    return sit_down(app, client, session, child)


@pytest.mark.parametrize("place", ["9" * 30, "-1", "x", "a\0b"])
def test_the_trail_has_no_page_beyond_the_largest_number(desk: Desk, place: str) -> None:
    answer = desk.client.get(desk.url("/trail"), query_string={"older_than": place})
    assert answer.status_code == 200


def test_a_correction_of_something_that_is_no_id_is_refused(desk: Desk) -> None:
    said = {"client_id": new_id(), "amends": "no id", "platelets": "100"}
    assert desk.send("/labs/new", said).status_code == 422


@pytest.mark.parametrize("password", ["x" * 5_000, "a\0b", "x" * 400_000])
def test_a_password_as_long_as_a_book_is_a_wrong_password(desk: Desk, password: str) -> None:
    said = {"client_id": new_id(), "from_on": "2026-03-11", "from_half": "morning", "reason": "a"}
    answer = desk.send("/orders/hold", said, password=password)
    assert answer.status_code == 422


@pytest.mark.parametrize("on", ["0001-01-01", "1899-12-31", "2200-01-01", "9999-12-31"])
@pytest.mark.parametrize(
    ("page", "field"),
    [
        ("/times", "from_on"),
        ("/levels/new", "drawn_on"),
        ("/labs/new", "drawn_on"),
        ("/orders/hold", "from_on"),
        ("/volumes/new", "measured_on"),
    ],
)
def test_a_day_off_the_calendar_is_refused(desk: Desk, page: str, field: str, on: str) -> None:
    said = {
        "client_id": new_id(),
        "morning": "08:00",
        "evening": "20:00",
        "time_zone": "Asia/Shanghai",
        "drawn_time": "08:00",
        "level": "7",
        "platelets": "100",
        "from_half": "morning",
        "reason": "because",
        "lesion": "thigh",
        "modality": "mri",
        "reader": "Dr Li",
        "volume_ml": "10",
    }
    assert desk.send(page, said, **{field: on}).status_code == 422
