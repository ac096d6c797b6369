"""The way of a child into the study and out of it, page by page."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from children_at_the_door import FITTING, a_list, eligible, randomised, ready, registered
from clinic_desk import Desk, new_id, sit_down
from factories import a_carer, a_clinician, a_guardianship, a_site, as_actor, sign_in_carer
from models.participant import Participant, ParticipantStatus
from models.site import Site, StaffRole
from services.actor import Actor
from services.randomisation import allocation_of

ANSWERS = {code: answer.value for code, answer in FITTING.items()}


@pytest.fixture
def site(session: Session) -> Site:
    return a_site(session)


@pytest.fixture
def doctor(session: Session, site: Site) -> Actor:
    actor = as_actor(session, a_clinician(session, site))
    a_list(session, actor, site)
    return actor


def at_desk(
    app: Flask,
    client: FlaskClient,
    session: Session,
    child: Participant,
    role: StaffRole = StaffRole.PRESCRIBER,
) -> Desk:
    return sit_down(app, client, session, child, role)


@pytest.fixture
def newcomer(app: Flask, client: FlaskClient, session: Session, site: Site, doctor: Actor) -> Desk:
    return at_desk(app, client, session, registered(session, doctor, site))


@pytest.fixture
def waiting(app: Flask, client: FlaskClient, session: Session, site: Site, doctor: Actor) -> Desk:
    return at_desk(app, client, session, ready(session, doctor, site))


def consent(**changes: str) -> dict[str, str]:
    said = {
        "client_id": new_id(),
        "kind": "consent",
        "document_version": "ICF-1.0",
        "given_by": "Ms Lin",
        "relation": "mother",
        "given_on": "2026-03-10",
    }
    return said | changes


def start(**changes: str) -> dict[str, str]:
    said = {"client_id": new_id(), "first_slot_on": "2026-03-10", "first_slot_half": "evening"}
    return said | changes


def test_a_newcomer_is_told_what_is_missing_until_nothing_is(
    newcomer: Desk, session: Session
) -> None:
    page = newcomer.see("/admission")
    assert "Eligibility has not been checked yet." in page
    assert "consent is not recorded yet" in page
    said = {"client_id": new_id(), "checked_on": "2026-03-10", **ANSWERS}
    assert newcomer.send("/admission/eligibility", said).status_code == 303
    assert newcomer.send("/admission/consent", consent()).status_code == 303
    page = newcomer.see("/admission")
    assert "Everything is there" in page
    assert "Ms Lin" in page
    assert "ICF-1.0" in page
    answer = newcomer.send("/randomise", start())
    assert answer.location.endswith("/admission")
    page = newcomer.see("/admission")
    allocation = allocation_of(session, newcomer.child)
    assert allocation is not None
    assert allocation.randomisation_number in page
    assert {"high": "High level", "low": "Low level"}[allocation.arm] in page


def test_no_page_before_randomisation_tells_which_arm_comes(waiting: Desk) -> None:
    for path in ("/admission", "/randomise", ""):
        page = waiting.see(path)
        assert "High level" not in page
        assert "Low level" not in page
    assert "not yet randomised" in waiting.see("/admission")


def test_a_criterion_without_an_answer_comes_back(newcomer: Desk) -> None:
    said = {"client_id": new_id(), "checked_on": "2026-03-10", **ANSWERS, "khe": ""}
    answer = newcomer.send("/admission/eligibility", said)
    assert answer.status_code == 422
    assert 'href="#field-khe"' in answer.text


def test_a_child_that_is_not_eligible_is_not_randomised(newcomer: Desk) -> None:
    said = {"client_id": new_id(), "checked_on": "2026-03-10", **ANSWERS, "allergy": "yes"}
    newcomer.send("/admission/eligibility", said)
    newcomer.send("/admission/consent", consent())
    assert "keeps the child out" in newcomer.see("/admission")
    answer = newcomer.send("/randomise", start())
    assert answer.status_code == 422
    assert "not eligible by the last check" in answer.text


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"given_on": "2026-03-11"}, "given_on"),
        ({"given_by": ""}, "given_by"),
        ({"document_version": "ICF-9"}, "document_version"),
        ({"relation": "self"}, "relation"),
        ({"kind": "assent_not_possible"}, "note"),
    ],
)
def test_a_wrong_consent_comes_back_with_what_was_typed(
    newcomer: Desk, change: dict[str, str], field: str
) -> None:
    answer = newcomer.send("/admission/consent", consent(**change))
    assert answer.status_code == 422
    assert f'href="#field-{field}"' in answer.text


def test_the_button_twice_is_one_allocation(waiting: Desk, session: Session) -> None:
    said = start()
    assert [waiting.send("/randomise", said).status_code for _ in range(2)] == [303, 303]
    assert waiting.client.get(waiting.url("/randomise")).status_code == 303


def test_a_site_without_a_list_opens_an_envelope(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    site = a_site(session)
    actor = as_actor(session, a_clinician(session, site))
    desk = at_desk(app, client, session, ready(session, actor, site))
    assert "Arm in the envelope" in desk.see("/randomise")
    assert desk.send("/randomise", start()).status_code == 422
    said = start(randomisation_number="r-77", arm="low")
    assert desk.send("/randomise", said).status_code == 303
    assert "R-77" in desk.see("/admission")


@pytest.mark.parametrize("path", ["/orders/new", "/levels/new"])
def test_pages_that_need_an_arm_say_that_there_is_none(waiting: Desk, path: str) -> None:
    answer = waiting.client.get(waiting.url(path))
    assert answer.status_code in {200, 422}
    assert "not yet randomised" in answer.text


@pytest.mark.parametrize(
    "path",
    ["", "/orders", "/labs", "/photos", "/assessments", "/events", "/visits", "/carers", "/times"],
)
def test_every_other_page_opens_without_an_arm(waiting: Desk, path: str) -> None:
    assert "not yet randomised" in waiting.see(path)


def test_the_worklist_shows_a_child_without_an_arm(waiting: Desk) -> None:
    page = waiting.client.get("/clinic/").get_data(as_text=True)
    assert waiting.child.study_number in page


def test_the_list_page_shows_counts_and_who_was_randomised(waiting: Desk, session: Session) -> None:
    waiting.send("/randomise", start())
    page = waiting.client.get("/clinic/randomisation").get_data(as_text=True)
    assert re.search(r"L1-0001", page)
    assert "Kasabach-Merritt: yes" in page
    assert re.search(r"\b[0-9a-f]{64}\b", page)


def test_a_monitor_looks_and_does_nothing(
    app: Flask, client: FlaskClient, session: Session, site: Site, doctor: Actor
) -> None:
    child = ready(session, doctor, site)
    desk = at_desk(app, client, session, child, StaffRole.MONITOR)
    assert "Randomise …" not in desk.see("/admission")
    for path in ("/randomise", "/admission/eligibility", "/admission/consent", "/end"):
        assert desk.client.get(desk.url(path)).status_code == 403
    assert desk.client.get("/clinic/randomisation").status_code == 200


def test_the_end_is_confirmed_and_shown(waiting: Desk, session: Session) -> None:
    said = {
        "client_id": new_id(),
        "status": "withdrawn",
        "ended_on": "2026-03-10",
        "reason": "Moved away",
    }
    asked = waiting.send("/end", said)
    assert asked.status_code == 422
    assert 'href="#field-confirmed"' in asked.text
    assert waiting.send("/end", said, confirmed="yes").status_code == 303
    page = waiting.see("/admission")
    assert "Withdrawn" in page
    assert "Moved away" in page
    assert "Randomise …" not in page


def test_the_family_of_a_withdrawn_child_reads_and_does_not_write(
    client: FlaskClient, session: Session, site: Site, doctor: Actor
) -> None:
    child = ready(session, doctor, site)
    randomised(session, doctor, child)
    carer = a_carer(session)
    a_guardianship(session, carer, child)
    child.status = ParticipantStatus.WITHDRAWN
    sign_in_carer(client, carer)
    assert client.get(f"/diary/{child.public_id}/").status_code == 200
    assert client.get(f"/diary/{child.public_id}/history").status_code == 200
    said = {"client_id": new_id(), "what": "given"}
    assert client.post(f"/diary/{child.public_id}/doses/given", data=said).status_code >= 400


def test_a_family_of_a_child_without_an_arm_sees_a_quiet_page(
    client: FlaskClient, session: Session, site: Site, doctor: Actor
) -> None:
    child = registered(session, doctor, site)
    eligible(session, doctor, child)
    carer = a_carer(session)
    a_guardianship(session, carer, child)
    sign_in_carer(client, carer)
    assert client.get(f"/diary/{child.public_id}/").status_code == 200
