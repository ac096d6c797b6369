"""Listing, looking up and registering children."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from factories import a_carer, a_participant, sign_in_carer
from machine import API, Study, a_child_said, a_token, bearing, text_of
from models.audit import AuditEntry
from models.participant import Participant
from models.site import Site

CHILDREN = f"{API}/children"


def test_a_child_is_shown_without_its_name(machine: FlaskClient, study: Study) -> None:
    shown = machine.get(study.path()).get_json()
    assert shown == {
        "id": str(study.child.public_id),
        "site": study.site.code,
        "study_number": study.child.study_number,
        "born_on": "2025-01-20",
        "sex": "female",
        "kasabach_merritt": True,
        "enrolled_on": "2026-02-02",
        "status": "active",
        "ended_on": None,
        "ended_reason": None,
        "arm": "high",
        "protocol": "khe-sirolimus-v1",
        "recorded_at": "2026-01-05T02:00:00Z",
    }


def test_a_family_is_told_no_arm(client: FlaskClient, study: Study, session: Session) -> None:
    sign_in_carer(client, a_carer(session, of=study.child))
    assert client.get(study.path()).get_json()["arm"] is None
    assert client.get(CHILDREN).get_json()["items"][0]["arm"] is None


def test_pages_cover_every_child_of_the_site_once(
    machine: FlaskClient, study: Study, session: Session
) -> None:
    ours = [study.child, *(a_participant(session, study.site) for _ in range(4))]
    seen, cursor = [], None
    for _ in range(3):
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = machine.get(CHILDREN, query_string=query).get_json()
        seen += [child["id"] for child in page["items"]]
        cursor = page["next"]
    assert seen == [str(child.public_id) for child in ours]
    assert cursor is None


def test_a_page_that_holds_all_has_no_next(
    machine: FlaskClient, study: Study, session: Session
) -> None:
    a_participant(session, study.site)
    assert machine.get(CHILDREN, query_string={"limit": 2}).get_json()["next"] is None
    assert machine.get(CHILDREN, query_string={"limit": 1}).get_json()["next"] is not None


def test_the_child_of_another_site_is_no_cursor(machine: FlaskClient, study: Study) -> None:
    answer = machine.get(CHILDREN, query_string={"cursor": str(study.stranger.public_id)})
    assert (answer.status_code, answer.get_json()["code"]) == (422, "unknown_cursor")


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ({"limit": "0"}, "limit", "out_of_range"),
        ({"limit": "201"}, "limit", "out_of_range"),
        ({"limit": "ten"}, "limit", "not_a_number"),
        ({"limit": "١"}, "limit", "not_a_number"),
        ({"cursor": "1"}, "cursor", "not_an_id"),
        ({"page": "2"}, "page", "unknown_field"),
    ],
)
def test_a_query_that_is_not_as_described_is_refused(
    machine: FlaskClient, query: dict[str, str], field: str, code: str
) -> None:
    answer = machine.get(CHILDREN, query_string=query)
    assert answer.status_code == 422
    assert answer.get_json()["errors"][field][0]["code"] == code


def test_the_largest_page_is_allowed(machine: FlaskClient) -> None:
    assert machine.get(CHILDREN, query_string={"limit": "200"}).status_code == 200


def test_a_child_is_enrolled_once(machine: FlaskClient, study: Study, session: Session) -> None:
    said = a_child_said(study.site)
    first = machine.post(CHILDREN, json=said)
    again = machine.post(CHILDREN, json=said)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.get_json() == again.get_json()
    row = session.query(Participant).filter_by(study_number="KHE-041").one()
    assert first.get_json()["id"] == str(row.public_id)
    assert session.query(AuditEntry).filter_by(action="participant.enrolled").count() == 1


def test_the_same_id_with_another_child_is_a_conflict_that_shows_both(
    machine: FlaskClient, study: Study
) -> None:
    said = a_child_said(study.site)
    machine.post(CHILDREN, json=said)
    answer = machine.post(CHILDREN, json=said | {"sex": "male"})
    problem = answer.get_json()
    assert (answer.status_code, problem["code"]) == (409, "conflict")
    assert (problem["first"]["sex"], problem["offered"]["sex"]) == ("female", "male")


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"site": "NOSITE"}, "site", "unknown_site"),
        ({"sex": "boy"}, None, "fields"),
        ({"height_cm": 80.5}, None, "fields"),
        ({"height_cm": "8000"}, "height_cm", "height_not_plausible"),
        ({"arm": "high"}, None, "fields"),
        ({"time_zone": "Mars/Olympus"}, "time_zone", "unknown_zone"),
    ],
)
def test_an_impossible_child_is_not_enrolled(
    machine: FlaskClient,
    study: Study,
    session: Session,
    change: dict[str, Any],
    field: str | None,
    code: str | None,
) -> None:
    before = session.query(Participant).count()
    answer = machine.post(CHILDREN, json=a_child_said(study.site, **change))
    problem = answer.get_json()
    assert answer.status_code == 422
    assert problem.get("field") == field
    assert code in {None, problem["code"]}
    assert session.query(Participant).count() == before


def test_another_site_is_as_unknown_as_none(
    machine: FlaskClient, study: Study, session: Session
) -> None:
    other = session.get_one(Site, study.stranger.site_id)
    answer = machine.post(CHILDREN, json=a_child_said(other))
    assert (answer.status_code, answer.get_json()["code"]) == (422, "unknown_site")


def test_nothing_that_is_answered_holds_the_call_name(machine: FlaskClient, study: Study) -> None:
    answers = [machine.get(CHILDREN), machine.get(study.path()), machine.get(study.path("/diary"))]
    answers.append(machine.post(CHILDREN, json=a_child_said(study.site)))
    assert all("Lele" not in text_of(answer.get_json()) for answer in answers)


def test_enrolling_needs_its_own_verb(client: FlaskClient, study: Study, session: Session) -> None:
    headers = bearing(a_token(session, study.site, "participants:read"))
    answer = client.post(CHILDREN, json=a_child_said(study.site), headers=headers)
    assert answer.status_code == 403


def test_the_enrolment_of_another_site_is_not_told(
    machine: FlaskClient, client: FlaskClient, study: Study, session: Session
) -> None:
    other = session.get_one(Site, study.stranger.site_id)
    said = a_child_said(other, call_name="Secret")
    headers = bearing(a_token(session, other))
    assert client.post(CHILDREN, json=said, headers=headers).status_code == 201
    for call_name in ("Secret", "Lele"):
        numbers = {"study_number": "KHE-042"}
        changes = numbers | {"client_id": said["client_id"], "call_name": call_name}
        again = a_child_said(study.site, **changes)
        answer = machine.post(CHILDREN, json=again, headers=bearing(study.token))
        assert (answer.status_code, answer.get_json()["code"]) == (409, "conflict")
        assert "Secret" not in text_of(answer.get_json())
