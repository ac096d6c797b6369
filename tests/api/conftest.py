"""A child of one site, a child of another, and a machine that may do everything at the first."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from factories import a_participant, a_site, an_order
from machine import Study, a_token, bearing


@pytest.fixture
def study(session: Session) -> Study:
    site = a_site(session)
    child = a_participant(session, site)
    an_order(session, child)
    stranger = a_participant(session)
    an_order(session, stranger)
    study = Study(site, child, stranger, a_token(session, site))
    session.commit()
    return study


@pytest.fixture
def machine(client: FlaskClient, study: Study) -> FlaskClient:
    """A client that sends the token with every request."""
    for name, value in bearing(study.token).items():
        client.environ_base["HTTP_" + name.upper().replace("-", "_")] = value
    return client
