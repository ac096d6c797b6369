"""Worklist, carers, visits, dose times and the audit trail."""

import uuid
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from clinic_desk import Desk, new_id, sit_down
from factories import PROTOCOL_KEY, a_carer, a_participant, an_order
from models.account import Account
from models.attention import Alert, Urgency
from models.laboratory import Level
from models.message import Message
from models.participant import DaySchedule, Guardianship, Participant
from models.site import Site, StaffRole
from models.visit import BloodDraw, Visit, VisitState
from plugins.app import START

CHILD_PAGES = ("/carers", "/visits", "/times", "/trail")


@pytest.fixture
def child(session: Session) -> Participant:
    return a_participant(session)


@pytest.fixture
def desk(app: Flask, client: FlaskClient, session: Session, child: Participant) -> Desk:
    return sit_down(app, client, session, child, StaffRole.COORDINATOR)


def an_alert(session: Session, child: Participant) -> Alert:
    alert = Alert(
        key=f"doubled:{child.id}:2026-03-09:evening",
        site_id=child.site_id,
        participant_id=child.id,
        code="doubled",
        urgency=Urgency.SAME_DAY,
        facts={"slot_on": "2026-03-09", "half": "evening"},
        raised_at=START,
        rule_version=PROTOCOL_KEY,
    )
    session.add(alert)
    session.flush()
    return alert


def a_visit(session: Session, child: Participant, on: date) -> Visit:
    visit = Visit(
        participant_id=child.id,
        code="month_1",
        on=on,
        window_from=on - timedelta(days=5),
        window_to=on + timedelta(days=5),
        is_trough_day=True,
        state=VisitState.PLANNED,
        rule_version=PROTOCOL_KEY,
        recorded_at=START,
        recorded_by_id=child.recorded_by_id,
    )
    session.add(visit)
    session.flush()
    return visit


@pytest.mark.parametrize("page", CHILD_PAGES)
def test_another_sites_child_is_not_found(session: Session, desk: Desk, page: str) -> None:
    stranger = a_participant(session)
    assert desk.client.get(f"/clinic/participants/{stranger.public_id}{page}").status_code == 404


@pytest.mark.parametrize("page", CHILD_PAGES)
def test_a_monitor_reads_every_page_and_finds_no_form(
    app: Flask, client: FlaskClient, session: Session, child: Participant, page: str
) -> None:
    a_visit(session, child, date(2026, 3, 10))
    monitor = sit_down(app, client, session, child, StaffRole.MONITOR)
    main = monitor.see(page).split("<main")[1]
    assert 'method="post"' not in main


# --- worklist


def test_the_worklist_shows_what_needs_the_clinic_and_each_child(
    session: Session, desk: Desk, child: Participant
) -> None:
    an_alert(session, child)
    an_order(session, child)
    session.add(
        Level(
            client_id=uuid.uuid4(),
            participant_id=child.id,
            drawn_at=START,
            value=Decimal("16.20"),
            recorded_at=START,
            recorded_by_id=child.recorded_by_id,
        )
    )
    stranger = a_participant(session)
    page = desk.client.get("/clinic/").get_data(as_text=True)
    assert "Two doses in one slot" in page
    assert "▲ 16.20" in page
    assert "above &gt;10–15" in page
    assert "0.36\N{NO-BREAK SPACE}mL" in page
    assert stranger.study_number not in page


def test_filters_stand_in_the_address(session: Session, desk: Desk, child: Participant) -> None:
    other = a_participant(session, session.get_one(Site, child.site_id))
    an_alert(session, other)
    a_carer(session, child)
    for query, shown in (
        ("", {child, other}),
        ("?show=waiting", {other}),
        (f"?number={child.study_number.lower()}", {child}),
        ("?arm=low", set[Participant]()),
    ):
        page = desk.client.get(f"/clinic/{query}").get_data(as_text=True)
        assert {one for one in (child, other) if f">{one.study_number}<" in page} == shown


def test_an_answer_ends_a_matter(session: Session, desk: Desk, child: Participant) -> None:
    alert = an_alert(session, child)
    answer = desk.send("/matters", {"key": alert.key, "outcome": "family_called", "note": "ok"})
    assert answer.status_code == 303
    session.expire_all()
    assert (alert.outcome, alert.acknowledged_by_id) == ("family_called", desk.person.id)


def test_an_answer_without_an_outcome_comes_back(
    session: Session, desk: Desk, child: Participant
) -> None:
    alert = an_alert(session, child)
    answer = desk.send("/matters", {"key": alert.key, "outcome": "", "note": "called at nine"})
    assert answer.status_code == 422
    assert "called at nine" in answer.get_data(as_text=True)
    session.expire_all()
    assert alert.acknowledged_at is None


def test_a_matter_of_another_site_is_not_found(session: Session, desk: Desk) -> None:
    stranger = a_participant(session)
    key = an_alert(session, stranger).key
    url = f"/clinic/participants/{stranger.public_id}/matters"
    assert desk.client.post(url, data={"key": key, "outcome": "not_so"}).status_code == 404


# --- carers


def an_invitation(**changes: Any) -> dict[str, Any]:
    said = {
        "client_id": new_id(),
        "phone": "138 1234 5678",
        "display_name": "Grandma",
        "relation": "grandparent",
        "may_log": "yes",
        "locale": "zh",
    }
    return said | changes


def test_an_invited_carer_stands_on_the_page(session: Session, desk: Desk) -> None:
    assert desk.send("/carers", an_invitation()).status_code == 303
    page = desk.see("/carers")
    assert "Grandma" in page
    assert "+8613812345678" in page
    assert session.scalar(select(func.count()).select_from(Message)) == 1


def test_the_same_invitation_twice_is_one_tie(session: Session, desk: Desk) -> None:
    said = an_invitation()
    assert [desk.send("/carers", said).status_code for _ in range(2)] == [303, 303]
    assert session.scalar(select(func.count()).select_from(Guardianship)) == 1


@pytest.mark.parametrize(
    ("change", "field"), [({"phone": "123"}, "phone"), ({"relation": ""}, "relation")]
)
def test_a_slip_in_an_invitation_comes_back(
    session: Session, desk: Desk, change: dict[str, str], field: str
) -> None:
    answer = desk.send("/carers", an_invitation(**change))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert f'href="#field-{field}"' in page
    assert 'value="Grandma"' in page
    assert session.scalar(select(func.count()).select_from(Guardianship)) == 0


def test_a_tie_is_ended_with_a_reason(session: Session, desk: Desk, child: Participant) -> None:
    carer = a_carer(session, child)
    end = f"/carers/{carer.public_id}/end"
    assert carer.display_name in desk.see(end)
    assert desk.send(end, {"reason": ""}).status_code == 422
    assert desk.send(end, {"reason": "moved away"}).status_code == 303
    session.expire_all()
    tie = session.scalars(select(Guardianship)).one()
    assert tie.ended_by_id == desk.person.id


def test_a_new_number_is_kept(session: Session, desk: Desk, child: Participant) -> None:
    carer = a_carer(session, child, phone_unreachable_at=START)
    assert "Phone cannot be reached" in desk.see("/carers")
    assert desk.send(f"/carers/{carer.public_id}/phone", {"phone": "12"}).status_code == 422
    answer = desk.send(f"/carers/{carer.public_id}/phone", {"phone": "138 1234 5679"})
    assert answer.status_code == 303
    session.expire_all()
    assert session.get_one(Account, carer.id).us_phone_number == "+8613812345679"


def test_a_carer_of_another_child_is_not_found(session: Session, desk: Desk) -> None:
    carer = a_carer(session, a_participant(session))
    for page in ("end", "phone"):
        assert desk.client.get(desk.url(f"/carers/{carer.public_id}/{page}")).status_code == 404


# --- visits


def test_a_visit_is_moved(session: Session, desk: Desk, child: Participant) -> None:
    visit = a_visit(session, child, date(2026, 3, 10))
    moved = {"client_id": new_id(), "on": "2026-03-12", "reason": "holiday"}
    for _ in range(2):
        assert desk.send(f"/visits/{visit.public_id}/move", moved).status_code == 303
    session.expire_all()
    assert visit.on == date(2026, 3, 12)


def test_a_visit_is_marked(session: Session, desk: Desk, child: Participant) -> None:
    visit = a_visit(session, child, date(2026, 3, 10))
    assert desk.send(f"/visits/{visit.public_id}/state", {"state": "done"}).status_code == 303
    session.expire_all()
    assert visit.state is VisitState.DONE


@pytest.mark.parametrize(
    ("rest", "said", "words"),
    [
        ("/move", {"on": "2026-03-09", "reason": "x"}, "This day is over."),
        ("/move", {"on": "2026-03-12", "reason": ""}, "Please fill this in."),
        ("/state", {"state": "lost"}, "Please choose one of the answers."),
    ],
)
def test_a_slip_about_a_visit_changes_nothing(
    session: Session,
    desk: Desk,
    child: Participant,
    rest: str,
    said: dict[str, str],
    words: str,
) -> None:
    visit = a_visit(session, child, date(2026, 3, 10))
    answer = desk.send(f"/visits/{visit.public_id}{rest}", said, client_id=new_id())
    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)
    session.expire_all()
    assert (visit.on, visit.state) == (date(2026, 3, 10), VisitState.PLANNED)


def test_a_visit_of_another_child_is_not_found(session: Session, desk: Desk) -> None:
    visit = a_visit(session, a_participant(session), date(2026, 3, 10))
    assert desk.client.get(desk.url(f"/visits/{visit.public_id}/move")).status_code == 404
    assert desk.send(f"/visits/{visit.public_id}/state", {"state": "done"}).status_code == 404


# --- dose times


def times_said(**changes: Any) -> dict[str, Any]:
    said = {
        "client_id": new_id(),
        "from_on": "2026-03-12",
        "morning": "09:00",
        "evening": "21:00",
        "time_zone": "Asia/Shanghai",
    }
    return said | changes


def test_new_times_hold_from_their_day_on(session: Session, desk: Desk, child: Participant) -> None:
    said = times_said()
    assert [desk.send("/times", said).status_code for _ in range(2)] == [303, 303]
    rows = list(session.scalars(select(DaySchedule).order_by(DaySchedule.from_on)))
    assert [(row.from_on, row.morning_local) for row in rows] == [
        (date(2026, 2, 2), time(8)),
        (date(2026, 3, 12), time(9)),
    ]


def test_a_form_that_arrives_late_again_does_not_undo_what_was_said_since(
    session: Session, desk: Desk
) -> None:
    first, second = times_said(), times_said(morning="08:30", evening="20:30")
    for said in (first, second, first):
        assert desk.send("/times", said).status_code == 303
    rows = session.scalars(select(DaySchedule.morning_local).order_by(DaySchedule.id))
    assert list(rows) == [time(8), time(9), time(8, 30)]
    assert desk.send("/times", first | {"morning": "10:00"}).status_code == 409


def test_a_journey_that_brings_two_doses_together_must_be_confirmed(
    session: Session, desk: Desk
) -> None:
    said = times_said(time_zone="Pacific/Auckland", morning="08:00", evening="20:00")
    answer = desk.send("/times", said)
    assert answer.status_code == 422
    assert "two doses come too close together" in answer.get_data(as_text=True)
    assert session.scalar(select(func.count()).select_from(DaySchedule)) == 1
    assert desk.send("/times", said, confirmed="yes").status_code == 303
    assert session.scalar(select(func.count()).select_from(DaySchedule)) == 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"from_on": "2026-03-09"}, "from_on"),
        ({"evening": "16:00"}, "evening"),
        ({"time_zone": "Moon/Base"}, "time_zone"),
        ({"morning": ""}, "morning"),
    ],
)
def test_times_that_cannot_be_come_back(
    session: Session, desk: Desk, change: dict[str, str], field: str
) -> None:
    answer = desk.send("/times", times_said(**change))
    assert answer.status_code == 422
    assert f'href="#field-{field}"' in answer.get_data(as_text=True)
    assert session.scalar(select(func.count()).select_from(DaySchedule)) == 1


# --- audit trail


def test_the_trail_tells_who_did_what_page_by_page(session: Session, desk: Desk) -> None:
    for number in range(30):
        desk.send("/carers", an_invitation(phone=f"1381234{number:04d}"))
    for number in range(30):
        desk.send("/times", times_said(from_on=(date(2026, 3, 12) + timedelta(number)).isoformat()))
    newest = desk.see("/trail")
    assert newest.count("times.changed") == 30
    assert newest.count("carer.invited") == 20
    assert desk.person.display_name in newest
    older = newest.split("older_than=")[1].split('"')[0]
    assert desk.see(f"/trail?older_than={older}").count("carer.invited") == 10


def test_blood_taken_at_the_clinic_frees_the_morning_dose(
    session: Session, desk: Desk, child: Participant
) -> None:
    a_visit(session, child, date(2026, 3, 10))
    said = {"client_id": new_id(), "drawn_at": "08:10"}
    assert "The family waits with the morning dose" in desk.see("/visits")
    for _ in range(2):
        assert desk.send("/visits/blood", said).status_code == 303
    (draw,) = session.scalars(select(BloodDraw)).all()
    assert (draw.drawn_at, draw.channel) == (START - timedelta(minutes=20), "clinic")
    assert "Blood was taken at 08:10." in desk.see("/visits")


def test_blood_without_a_time_is_asked_for_again(
    session: Session, desk: Desk, child: Participant
) -> None:
    a_visit(session, child, date(2026, 3, 10))
    answer = desk.send("/visits/blood", {"client_id": new_id(), "drawn_at": "soon"})
    assert answer.status_code == 422
    assert session.scalar(select(BloodDraw)) is None
