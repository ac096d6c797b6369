"""Somebody of a study team at a browser: signed in, with a password to sign with."""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from factories import a_clinician, sign_in_staff
from models.account import Account
from models.participant import Participant
from models.site import Site, StaffRole
from web.security import hash_password

PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Desk:
    """A browser at which `person` is signed in, and the child whose pages are open."""

    client: FlaskClient
    person: Account
    child: Participant

    def url(self, rest: str) -> str:
        return f"/clinic/participants/{self.child.public_id}{rest}"

    def see(self, rest: str) -> str:
        """The text of a page about the child, which must be there."""
        answer = self.client.get(self.url(rest))
        assert answer.status_code == 200, answer.status
        return answer.get_data(as_text=True)

    def send(self, rest: str, said: Mapping[str, Any], **more: Any) -> TestResponse:
        return self.client.post(self.url(rest), data={**said, **more})


def sit_down(
    app: Flask,
    client: FlaskClient,
    session: Session,
    child: Participant,
    role: StaffRole = StaffRole.PRESCRIBER,
) -> Desk:
    """A new member of the child's site signs in at this browser."""
    with app.app_context():
        hashed = hash_password(PASSWORD)
    site = session.get_one(Site, child.site_id)
    person = a_clinician(session, site, role, password=hashed)
    session.commit()
    sign_in_staff(client, person)
    return Desk(client, person, child)


def hidden(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)"', page)
    assert found is not None, name
    return found[1]


def new_id() -> str:
    return str(uuid.uuid4())
