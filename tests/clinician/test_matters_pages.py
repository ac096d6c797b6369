"""The worklist's filters, taking on and handing over, the story of a child's matters, reviews."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic_desk import Desk, hidden, new_id, sit_down
from factories import PROTOCOL_KEY, a_carer, a_clinician, a_participant
from models.attention import Alert, AlertEvent, ReviewMark, Urgency
from models.participant import Participant
from models.site import Site, StaffRole
from plugins.app import START


@pytest.fixture
def child(session: Session) -> Participant:
    child = a_participant(session)
    a_carer(session, child)
    return child


@pytest.fixture
def desk(app: Flask, client: FlaskClient, session: Session, child: Participant) -> Desk:
    return sit_down(app, client, session, child, StaffRole.INVESTIGATOR)


def an_alert(session: Session, child: Participant, **changes: Any) -> Alert:
    values: dict[str, Any] = {
        "key": f"bleeding:{child.id}:{changes.get('code', '')}",
        "site_id": child.site_id,
        "participant_id": child.id,
        "code": "bleeding",
        "urgency": Urgency.SAME_DAY,
        "facts": {"symptom": "bleeding"},
        "raised_at": START,
        "rule_version": PROTOCOL_KEY,
    }
    alert = Alert(**(values | changes))
    session.add(alert)
    session.flush()
    return alert


def worklist(desk: Desk, query: str = "") -> str:
    answer = desk.client.get(f"/clinic/{query}")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def shown(page: str, *titles: str) -> list[str]:
    """Which of the titles stand in the list, in its order."""
    part = (
        page.split('<ol class="worklist">')[1].split("</ol>", maxsplit=1)[0]
        if "<ol" in page
        else ""
    )
    return sorted((title for title in titles if title in part), key=part.index)


BLEEDING, OFTEN, PHONE = "Bleeding or bruising", "Several doses missed", "Phone cannot be reached"


@pytest.fixture
def three(session: Session, child: Participant) -> tuple[Alert, Alert, Alert]:
    return (
        an_alert(session, child, raised_at=START - timedelta(hours=1)),
        an_alert(
            session,
            child,
            code="missed_often",
            urgency=Urgency.THIS_WEEK,
            raised_at=START - timedelta(days=3),
        ),
        an_alert(session, child, code="phone_unreachable", urgency=Urgency.THIS_WEEK),
    )


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("", [BLEEDING, OFTEN, PHONE]),
        ("?order=oldest", [OFTEN, BLEEDING, PHONE]),
        ("?urgency=same_day", [BLEEDING]),
        ("?kind=reachability", [PHONE]),
        ("?kind=clinical&urgency=this_week", [OFTEN]),
        ("?who=mine", []),
        ("?who=nobody", [BLEEDING, OFTEN, PHONE]),
        ("?who=passed_on", []),
        ("?number=nobody", []),
        ("?page=99&order=odd&matters=all", [BLEEDING, OFTEN, PHONE]),
        ("?page=x&_external=1&endpoint=x", [BLEEDING, OFTEN, PHONE]),
    ],
)
def test_filters_and_order_stand_in_the_address(desk: Desk, query: str, titles: list[str]) -> None:
    assert shown(worklist(desk, query), BLEEDING, OFTEN, PHONE) == titles


def test_what_was_passed_on_is_marked_and_every_investigators(
    session: Session, desk: Desk, child: Participant
) -> None:
    an_alert(
        session, child, escalations=1, raised_at=START - timedelta(hours=5), escalated_at=START
    )
    page = worklist(desk, "?who=mine")
    assert shown(page, BLEEDING) == [BLEEDING]
    assert "unanswered for 5 h" in page


def test_somebody_takes_a_matter_on(session: Session, desk: Desk, child: Participant) -> None:
    alert = an_alert(session, child)
    assert desk.send("/matters/take", {"key": alert.key}).status_code == 303
    session.expire_all()
    assert alert.assigned_to_id == desk.person.id
    page = worklist(desk, "?who=mine")
    assert f"with {desk.person.display_name}" in page
    assert "I do it" not in page


def test_a_matter_is_handed_over_to_a_colleague_of_the_site(
    session: Session, desk: Desk, child: Participant
) -> None:
    alert = an_alert(session, child)
    site = session.get_one(Site, child.site_id)
    wu = a_clinician(session, site, StaffRole.COORDINATOR, display_name="Nurse Wu")
    stranger = a_clinician(session, display_name="Dr Far")
    page = desk.see(f"/matters?key={alert.key}")
    assert "Nurse Wu" in page
    assert "Dr Far" not in page
    said = {"key": alert.key, "back": "matters", "note": "please call"}
    for to in ("", str(stranger.public_id)):
        assert desk.send("/matters/hand-over", said, to=to).status_code == 422
    answer = desk.send("/matters/hand-over", said, to=str(wu.public_id))
    assert answer.location == desk.url("/matters")
    page = desk.see("/matters")
    assert "Handed over to Nurse Wu" in page
    assert "please call" in page
    session.expire_all()
    assert alert.assigned_to_id == wu.id


def test_a_note_is_kept_and_an_empty_one_comes_back(
    session: Session, desk: Desk, child: Participant
) -> None:
    alert = an_alert(session, child)
    said = {"key": alert.key, "back": "matters"}
    assert desk.send("/matters/note", said, note="").status_code == 422
    for _ in range(2):
        assert desk.send("/matters/note", said, note="no answer at nine").status_code == 303
    assert session.scalars(select(AlertEvent.note)).all() == ["no answer at nine"]
    assert desk.see("/matters").count("no answer at nine") == 1


def test_an_answered_matter_stays_on_the_childs_page_and_is_opened_again(
    session: Session, desk: Desk, child: Participant
) -> None:
    alert = an_alert(session, child)
    desk.send("/matters", {"key": alert.key, "outcome": "family_called", "note": "all well"})
    page = desk.see("/matters")
    assert "Family called" in page
    assert "all well" in page
    said = {"key": alert.key, "back": "matters"}
    assert desk.send("/matters/reopen", said, note="").status_code == 422
    assert desk.send("/matters/reopen", said, note="bleeds again").status_code == 303
    session.expire_all()
    assert alert.acknowledged_at is None
    assert shown(worklist(desk), BLEEDING) == [BLEEDING]


def test_each_matter_says_what_it_rests_on_and_by_which_rules(
    session: Session, desk: Desk, child: Participant
) -> None:
    an_alert(session, child)
    page = desk.see("/matters")
    assert "How this was worked out" in page
    assert PROTOCOL_KEY in page
    assert "<dt>Symptom</dt>" in page


def test_a_reviewed_child_has_nothing_new(session: Session, desk: Desk, child: Participant) -> None:
    page = desk.see("")
    assert "You have not reviewed this child yet." in page
    said = {"client_id": hidden(page, "client_id")}
    for _ in range(2):
        assert desk.send("/reviewed", said).status_code == 303
    assert "Nothing new since then." in desk.see("")
    assert len(session.scalars(select(ReviewMark)).all()) == 1


@pytest.mark.parametrize("act", ["", "/take", "/hand-over", "/note", "/reopen"])
def test_other_sites_and_monitors_may_not_act(
    app: Flask, client: FlaskClient, session: Session, child: Participant, act: str
) -> None:
    alert = an_alert(session, child)
    said = {"key": alert.key, "note": "x", "outcome": "not_so", "to": new_id()}
    far = sit_down(app, client, session, a_participant(session), StaffRole.INVESTIGATOR)
    url = f"/clinic/participants/{child.public_id}/matters{act}"
    assert far.client.post(url, data=said).status_code == 404
    assert far.client.get(f"/clinic/participants/{child.public_id}/matters").status_code == 404
    assert child.study_number not in worklist(far)
    monitor = sit_down(app, client, session, child, StaffRole.MONITOR)
    assert monitor.client.post(url, data=said).status_code == 403
    assert "<form" not in monitor.see("/matters").split("What waits")[1]


def test_nobody_acts_signed_out(client: FlaskClient, session: Session, child: Participant) -> None:
    url = f"/clinic/participants/{child.public_id}"
    session.commit()
    assert client.get(f"{url}/matters").status_code == 303
    for act in ("matters/take", "matters/note", "reviewed"):
        assert client.post(f"{url}/{act}", data={"key": "x"}).status_code == 303
    assert session.scalars(select(AlertEvent)).all() == []


def test_the_children_are_shown_in_pages_those_in_need_first(
    session: Session, desk: Desk, child: Participant
) -> None:
    site = session.get_one(Site, child.site_id)
    for _ in range(50):
        a_carer(session, a_participant(session, site))
    last = a_participant(session, site, study_number="Z-999")
    a_carer(session, last)
    an_alert(session, last)
    first = worklist(desk).split('id="children"')[1]
    assert first.index("Z-999") < first.index(child.study_number)
    assert first.count('<th scope="row"') == 50
    second = worklist(desk, "?page=2").split('id="children"')[1]
    assert second.count('<th scope="row"') == 2
