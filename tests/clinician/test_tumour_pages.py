"""The tumour's own page: lesions, and volumes against the baseline with their workings."""

from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from clinic_desk import Desk, new_id, sit_down
from factories import a_participant, a_site, an_order
from models.participant import Participant
from models.tumour import Lesion, TumourVolume
from results_of_a_child import the_visits

LESION = {"name": "left thigh", "body_site": "leg", "noted_on": "2026-01-20"}


@pytest.fixture
def child(session: Session) -> Participant:
    child = a_participant(session)
    an_order(session, child)
    the_visits(session, child)
    return child


@pytest.fixture
def desk(app: Flask, client: FlaskClient, session: Session, child: Participant) -> Desk:
    return sit_down(app, client, session, child)


def a_volume(desk: Desk, on: date, ml: str, **changes: Any) -> None:
    said = {
        "measured_on": on.isoformat(),
        "lesion": "left thigh",
        "modality": "mri",
        "reader": "Dr Reader",
        "volume_ml": ml,
    }
    answer = desk.send("/volumes/new", said | changes, client_id=new_id())
    assert answer.status_code == 303, answer.text


def test_a_lesion_is_noted_once(session: Session, desk: Desk) -> None:
    form = new_id()
    for _ in range(2):
        assert desk.send("/lesions/new", LESION, client_id=form).status_code == 303
    assert session.query(Lesion).count() == 1
    page = desk.see("/tumour")
    assert "left thigh" in page
    assert "to be seen or palpated" in page


def test_two_lesions_cannot_share_a_name(session: Session, desk: Desk) -> None:
    desk.send("/lesions/new", LESION, client_id=new_id())
    again = desk.send("/lesions/new", {**LESION, "name": "Left Thigh"}, client_id=new_id())
    assert again.status_code == 422
    assert "Another lesion has this name" in again.text
    assert 'value="Left Thigh"' in again.text


def test_a_correction_says_why_and_replaces(session: Session, desk: Desk) -> None:
    desk.send("/lesions/new", LESION, client_id=new_id())
    row = session.query(Lesion).one()
    said = {**LESION, "is_deep": "yes", "amends": str(row.public_id)}
    assert desk.send("/lesions/new", said, client_id=new_id()).status_code == 422
    kept = desk.send("/lesions/new", {**said, "amend_reason": "MRI"}, client_id=new_id())
    assert kept.status_code == 303
    page = desk.see("/tumour")
    assert page.count("left thigh") == 1
    assert "deep: nothing to see or to palpate" in page


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"body_site": "moon"}, "Please choose one of the answers"),
        ({"noted_on": "2026-03-20"}, "still to come"),
        ({"name": ""}, "Lesion"),
        ({"name": "x" * 41}, "Lesion"),
    ],
)
def test_bad_lesions_are_refused_with_words(
    session: Session, desk: Desk, change: dict[str, str], words: str
) -> None:
    answer = desk.send("/lesions/new", LESION | change, client_id=new_id())
    assert answer.status_code == 422
    assert words in answer.text
    assert session.query(Lesion).count() == 0


def test_a_volume_takes_the_name_of_the_lesion_as_it_was_noted(
    session: Session, desk: Desk
) -> None:
    desk.send("/lesions/new", LESION, client_id=new_id())
    a_volume(desk, date(2026, 3, 3), "5", lesion="Left thigh")
    assert session.query(TumourVolume).one().lesion == "left thigh"


@pytest.mark.parametrize(
    ("now", "shown"),
    [
        ("20", "▼ 80.0 % smaller"),
        ("20.04", "▼ 79.96 % smaller"),
        ("19.96", "▼ 80.04 % smaller"),
        ("50", "▼ 50.0 % smaller"),
        ("119.99", "▲ 19.99 % bigger"),
        ("120", "▲ 20.0 % bigger"),
    ],
)
def test_each_volume_is_compared_with_the_baseline(desk: Desk, now: str, shown: str) -> None:
    a_volume(desk, date(2026, 2, 1), "100")
    a_volume(desk, date(2026, 3, 3), now)
    page = desk.see("/tumour")
    assert shown in page
    assert ("progression" in page) == (now == "120")
    assert "Rule: khe-sirolimus-v1" in page


def test_the_workings_of_an_ellipsoid_are_shown(desk: Desk) -> None:
    sides = {"volume_ml": "", "length_mm": "50", "width_mm": "40", "height_mm": "30"}
    a_volume(desk, date(2026, 2, 1), "", **sides)
    assert "π/6 × 50 × 40 × 30 mm³ ÷ 1000 = 31.416 mL" in desk.see("/tumour")


def test_an_empty_page_says_so(desk: Desk) -> None:
    page = desk.see("/tumour")
    assert "No lesion is noted yet" in page
    assert "Nothing is measured yet" in page


def test_another_hospitals_tumour_does_not_exist(session: Session, desk: Desk) -> None:
    theirs = a_participant(session, a_site(session))
    for path in ("tumour", "lesions/new"):
        answer = desk.client.get(f"/clinic/participants/{theirs.public_id}/{path}")
        assert answer.status_code == 404


def test_a_deep_tumour_needs_no_skin(desk: Desk) -> None:
    desk.send("/lesions/new", {**LESION, "is_deep": "yes"}, client_id=new_id())
    page = desk.see("/assessments/month_1/new")
    assert "every lesion is noted as deep" in page
