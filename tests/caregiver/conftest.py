"""A mother signed in on her phone; her child's family from tests/a_family.py."""

import uuid
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from a_family import Family
from factories import sign_in_carer


@pytest.fixture
def family(session: Session) -> Family:
    Family(session)  # noise: another family of the same study
    return Family(session)


@pytest.fixture
def phone(client: FlaskClient, family: Family) -> FlaskClient:
    """The mother's browser."""
    sign_in_carer(client, family.mother)
    return client


@pytest.fixture
def at(family: Family) -> Callable[[str], str]:
    """The address of a page about the child: at("history")."""
    return lambda path: f"/diary/{family.child.public_id}/{path}"


@pytest.fixture
def tap(phone: FlaskClient, at: Callable[[str], str]) -> Callable[..., TestResponse]:
    """Send the form of an outcome: tap("missed", missed_reason="ill")."""

    def send(what: str = "given", **fields: str) -> TestResponse:
        values = {"client_id": str(uuid.uuid4()), "slot": "2026-03-10-morning"} | fields
        if what == "given" and "taken_at" not in fields and "time_unknown" not in fields:
            values |= {"just_now": "yes"}
        return phone.post(at(f"doses/{what}"), data=values)

    return send
