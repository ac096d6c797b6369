"""The family's page of visits, and the calendar file."""

from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from a_family import TODAY, Family
from factories import a_participant, sign_in_carer


def test_the_next_visit_says_whether_the_morning_dose_waits(
    client: FlaskClient, session: Session
) -> None:
    family = Family(session)
    family.on_trough_day(TODAY + timedelta(days=1))
    session.commit()
    sign_in_carer(client, family.mother)
    page = client.get(f"/diary/{family.child.public_id}/visits").get_data(as_text=True)
    assert "tomorrow" in page
    assert "do not give the dose before the blood is taken" in page
    assert "Bring the medicine" in page


def test_without_a_visit_the_page_says_so(client: FlaskClient, session: Session) -> None:
    family = Family(session)
    family.on_trough_day(TODAY - timedelta(days=1))
    session.commit()
    sign_in_carer(client, family.mother)
    page = client.get(f"/diary/{family.child.public_id}/visits").get_data(as_text=True)
    assert "No visit is planned." in page


def test_the_calendar_is_in_the_familys_language_and_only_theirs(
    client: FlaskClient, session: Session
) -> None:
    family = Family(session)
    family.on_trough_day(TODAY + timedelta(days=1))
    family.mother.locale = "zh"
    stranger = a_participant(session)
    session.commit()
    sign_in_carer(client, family.mother)
    answer = client.get(f"/diary/{family.child.public_id}/visits/appointments.ics")
    assert answer.mimetype == "text/calendar"
    assert "private" in answer.headers["Cache-Control"]
    assert 'filename="appointments.ics"' in answer.headers["Content-Disposition"]
    assert "SUMMARY:就诊安排" in answer.get_data(as_text=True)
    other = client.get(f"/diary/{stranger.public_id}/visits/appointments.ics")
    assert other.status_code == 404
