"""Adverse events at the desk: entered, graded anew, changed, proposed and decided, counted."""

import csv
import io
import uuid
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from clinic_desk import Desk, hidden, new_id, sit_down
from events_of_a_child import a_symptom
from factories import a_carer, a_clinician, a_participant, an_order, as_actor, sign_in_staff
from models.adverse_event import AdverseEvent, AdverseEventChange, CandidateDecision
from models.participant import Participant
from models.site import Site, StaffRole
from models.symptom import SymptomReport
from plugins.app import START
from results_of_a_child import KHE, a_panel, a_result, local
from services.candidates import proposal_key
from services.labs import record_labs
from services.symptoms import report_symptom

EVENT = {
    "term": "Mucositis oral",
    "grade": "2",
    "verbatim": "sore mouth",
    "source": "diary",
    "started_on": "2026-03-01",
    "relatedness": "probable",
    "action": "none",
    "outcome": "recovering",
}
PAGES = ("/events", "/events/new", "/candidates")


@pytest.fixture
def child(session: Session) -> Participant:
    child = a_participant(session)
    an_order(session, child)
    return child


@pytest.fixture
def desk(app: Flask, client: FlaskClient, session: Session, child: Participant) -> Desk:
    return sit_down(app, client, session, child)


def entered(session: Session, desk: Desk, **changes: Any) -> AdverseEvent:
    answer = desk.send("/events/new", {**EVENT, **changes}, client_id=new_id())
    assert answer.status_code == 303, answer.get_data(as_text=True)
    newest = select(AdverseEvent).order_by(AdverseEvent.id.desc()).limit(1)
    return session.scalars(newest).one()


def told(session: Session, child: Participant, **changes: Any) -> SymptomReport:
    mother = as_actor(session, a_carer(session, of=child))
    said = a_symptom(entered_at=START, **changes)
    row = report_symptom(session, mother, child, said, protocol=KHE, now=START).row
    session.commit()
    return row


def decided(session: Session) -> list[CandidateDecision]:
    session.expire_all()
    return list(session.scalars(select(CandidateDecision).order_by(CandidateDecision.id)))


def in_one_line(page: str) -> str:
    """However the template is laid out."""
    return " ".join(page.split())


def test_the_form_offers_terms_with_the_grades_that_some_lack(desk: Desk) -> None:
    page = desk.see("/events/new")
    assert '<option value="Upper respiratory infection">' in page
    assert "Upper respiratory infection (2, 3, 4, 5)" in page
    assert "Eye disorders - Other, specify" in page


def test_a_grade_that_a_term_lacks_is_refused_in_words(session: Session, desk: Desk) -> None:
    said = {**EVENT, "term": "Otitis media", "grade": "1"}
    answer = desk.send("/events/new", said, client_id=new_id())
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "CTCAE has no grade 1 for “Otitis media”." in page
    assert "sore mouth" in page, "what was typed is kept"
    assert session.scalar(select(func.count()).select_from(AdverseEvent)) == 0


def test_a_serious_event_is_marked_everywhere(session: Session, desk: Desk) -> None:
    event = entered(session, desk, serious_criteria=["hospitalisation", "important"])
    assert event.is_serious
    for page in ("/events", f"/events/{event.public_id}"):
        assert "Hospital stay, or a longer one, Another medically important event" in desk.see(page)
    table = desk.client.get("/clinic/adverse-events").get_data(as_text=True)
    assert '<strong class="out">1</strong>' in table


def test_the_same_form_twice_is_one_event(session: Session, desk: Desk) -> None:
    once = new_id()
    for _ in range(2):
        assert desk.send("/events/new", EVENT, client_id=once).status_code == 303
    assert session.scalar(select(func.count()).select_from(AdverseEvent)) == 1


def test_an_event_is_graded_anew_on_its_page(session: Session, desk: Desk) -> None:
    event = entered(session, desk)
    grade = f"/events/{event.public_id}/grade"
    assert desk.send(grade, {"grade": "7", "since_on": "2026-03-05"}).status_code == 422
    assert desk.send(grade, {"grade": "3", "since_on": "2026-02-01"}).status_code == 422
    assert desk.send(grade, {"grade": "3", "since_on": "2026-03-05"}).status_code == 303
    page = in_one_line(desk.see(f"/events/{event.public_id}"))
    assert "Mucositis oral, grade 3" in page
    replaced = {"grade": "4", "since_on": "2026-03-05"}
    assert "Please say why." in desk.send(grade, replaced).get_data(as_text=True)
    assert desk.send(grade, replaced, reason="misread").status_code == 303
    assert "<s>3</s>" in desk.see(f"/events/{event.public_id}")


def test_facts_change_with_a_reason_and_both_stay(session: Session, desk: Desk) -> None:
    event = entered(session, desk)
    path = f"/events/{event.public_id}/change"
    assert "sore mouth" in desk.see(path)
    said = {**EVENT, "outcome": "recovered", "ended_on": "2026-03-09"}
    assert desk.send(path, said, client_id=new_id()).status_code == 422
    once = new_id()
    for _ in range(2):
        answer = desk.send(path, said, client_id=once, reason="seen at the visit")
        assert answer.status_code == 303
    assert session.scalar(select(func.count()).select_from(AdverseEventChange)) == 1
    page = desk.see(f"/events/{event.public_id}")
    for words in ("recovering", "recovered", "seen at the visit"):
        assert words in page


@pytest.mark.parametrize(
    ("action", "page"), [("held", "/orders/hold"), ("reduced", "/orders/new"), ("none", "")]
)
def test_what_was_done_with_sirolimus_leads_to_the_order(
    session: Session, desk: Desk, action: str, page: str
) -> None:
    entered(session, desk, action=action)
    shown = desk.see("/events")
    assert ("To the order" in shown) is bool(page)
    assert page in shown


def test_the_highest_grade_of_each_term_is_in_a_table(session: Session, desk: Desk) -> None:
    entered(session, desk)
    entered(session, desk, grade="3")
    page = in_one_line(desk.see("/events"))
    assert "Highest grade of each term" in page
    assert "<strong>3</strong>" in page
    assert "<strong>2</strong>" not in page


def test_a_proposal_shows_its_evidence_and_becomes_an_event(
    session: Session, desk: Desk, child: Participant
) -> None:
    report = told(session, child, kind="fever", celsius=Decimal("39.2"), note="since noon")
    page = in_one_line(desk.see("/candidates"))
    assert "Fever, Mild, 39.2 °C: since noon" in page
    assert "fever@khe-sirolimus-v1.zh" in page
    assert "38.0–39.0 °C: grade 1" in page
    path = f"/candidates/{report.public_id}?proposal={proposal_key('Fever')}"
    form = desk.see(path)
    assert '<option value="Fever" selected>' in in_one_line(form)
    assert "Fever, Mild, 39.2 °C: since noon</textarea>" in form
    said = {**EVENT, "term": "Fever", "choice": "new", "client_id": hidden(form, "client_id")}
    for _ in range(2):
        assert desk.send(path, said).status_code == 303
    (decision,) = decided(session)
    event = session.scalars(select(AdverseEvent)).one()
    assert decision.event_id == event.id
    assert desk.person.display_name in desk.see("/candidates")


def test_a_proposal_may_join_an_open_event(
    session: Session, desk: Desk, child: Participant
) -> None:
    event = entered(session, desk)
    report = told(session, child)
    path = f"/candidates/{report.public_id}"
    assert "Part of an open event" in desk.see(path)
    said = {"choice": "join", "client_id": new_id(), "event_id": str(event.public_id)}
    wrong = desk.send(path, said, join_grade="3", since_on="2026-02-01")
    assert wrong.status_code == 422
    assert "The grade begins before the event." in wrong.get_data(as_text=True)
    assert desk.send(path, said, join_grade="3", since_on="2026-03-09").status_code == 303
    assert "grade 3" in desk.see(f"/events/{event.public_id}")


def test_no_event_needs_a_reason_and_is_listed_with_it(
    session: Session, desk: Desk, child: Participant
) -> None:
    report = told(session, child)
    path = f"/candidates/{report.public_id}"
    said = {"choice": "none", "client_id": new_id()}
    assert desk.send(path, said).status_code == 422
    assert desk.send(path, said, reason="teething").status_code == 303
    page = desk.see("/candidates")
    assert "teething" in page
    assert "no event" in page
    again = desk.send(path, said, client_id=new_id(), reason="other")
    assert again.status_code == 422
    assert "This was decided already." in again.get_data(as_text=True)


def test_a_result_is_proposed_with_the_steps_of_its_grade(
    session: Session, desk: Desk, child: Participant
) -> None:
    doctor = as_actor(session, desk.person)
    result = a_result(analyte="triglycerides", result="2.1", unit="mmol/L")
    panel = a_panel(result, drawn_at=local(date(2026, 3, 3)))
    record_labs(session, doctor, child, panel, protocol=KHE, now=START)
    session.commit()
    page = in_one_line(desk.see("/candidates"))
    assert "Triglycerides 2.1 mmol/L" in page
    assert "Hypertriglyceridemia" in page
    assert "1.71" in page, "the bound"


def test_what_proposes_nothing_can_still_be_read(
    session: Session, desk: Desk, child: Participant
) -> None:
    told(session, child, kind="fever", celsius=Decimal("37.4"))
    page = desk.see("/candidates")
    assert "37.4 °C" in page
    assert "Nothing waits for a decision." in page


def test_a_child_of_another_site_does_not_exist(
    session: Session, desk: Desk, child: Participant
) -> None:
    stranger = a_participant(session)
    report = told(session, stranger)
    for page in (*PAGES, f"/candidates/{report.public_id}"):
        address = f"/clinic/participants/{stranger.public_id}{page}"
        assert desk.client.get(address).status_code == 404, page
    assert desk.client.get(desk.url(f"/candidates/{report.public_id}")).status_code == 404
    other = session.get_one(Site, stranger.site_id)
    assert desk.client.get(f"/clinic/adverse-events?site={other.code}").status_code == 404


@pytest.mark.parametrize("role", [StaffRole.MONITOR, StaffRole.READER])
def test_who_may_not_record_decides_nothing(
    app: Flask, client: FlaskClient, session: Session, child: Participant, role: StaffRole
) -> None:
    report = told(session, child)
    desk = sit_down(app, client, session, child, role)
    path = f"/candidates/{report.public_id}"
    said = {"choice": "none", "client_id": new_id(), "reason": "teething"}
    assert desk.send(path, said).status_code in {403, 404}
    assert decided(session) == []


def test_a_masked_reader_sees_nothing(
    client: FlaskClient, session: Session, child: Participant
) -> None:
    reader = a_clinician(session, session.get_one(Site, child.site_id), StaffRole.READER)
    session.commit()
    sign_in_staff(client, reader)
    for page in (*PAGES, f"/events/{uuid.uuid4()}", f"/candidates/{uuid.uuid4()}"):
        address = f"/clinic/participants/{child.public_id}{page}"
        assert client.get(address).status_code in {403, 404}, page
    assert client.get("/clinic/adverse-events").status_code == 403
    assert client.get("/clinic/adverse-events.csv").status_code == 403


def test_the_table_counts_children_by_arm_and_comes_as_csv(session: Session, desk: Desk) -> None:
    entered(session, desk)
    entered(session, desk, grade="3", relatedness="unrelated")
    page = in_one_line(desk.client.get("/clinic/adverse-events").get_data(as_text=True))
    assert "N = 1" in page
    answer = desk.client.get("/clinic/adverse-events.csv")
    assert answer.mimetype == "text/csv"
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True).lstrip("\ufeff"))))
    assert [(row["term"], row["arm"]) for row in rows] == [
        ("ANY", "high"),
        ("Mucositis oral", "high"),
    ]
    for row in rows:
        assert (row["grade_2"], row["grade_3"], row["any_grade"]) == ("0", "1", "1")
        assert (row["grade_3_or_worse"], row["serious"], row["related"]) == ("1", "0", "1")
    related = desk.client.get("/clinic/adverse-events?related=true").get_data(as_text=True)
    assert 'value="true" selected' in related
    told = desk.client.get("/clinic/adverse-events.csv?related=true").get_data(as_text=True)
    (_any, row) = csv.DictReader(io.StringIO(told.lstrip("\ufeff")))
    assert (row["grade_2"], row["grade_3"], row["any_grade"]) == ("1", "0", "1")
