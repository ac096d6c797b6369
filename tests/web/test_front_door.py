"""Who gets in where, seen from a browser."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from factories import a_carer, a_clinician, a_participant, an_order, sign_in_carer, sign_in_staff


def test_a_carer_starts_at_the_diary(client: FlaskClient, session: Session) -> None:
    child = a_participant(session)
    an_order(session, child)
    sign_in_carer(client, a_carer(session, of=child))
    assert client.get("/").location == "/diary/"
    assert client.get("/diary/", follow_redirects=True).status_code == 200


def test_a_clinician_starts_at_the_worklist(client: FlaskClient, session: Session) -> None:
    sign_in_staff(client, a_clinician(session))
    assert client.get("/").location == "/clinic/"
    assert client.get("/clinic/").status_code == 200


@pytest.mark.parametrize("path", ["/", "/sign-in", "/staff/sign-in", "/healthz"])
def test_a_watchman_who_asks_for_the_head_only_is_answered_as_a_reader(
    client: FlaskClient, path: str
) -> None:
    assert client.head(path).status_code == client.get(path).status_code
