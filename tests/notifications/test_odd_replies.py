"""What a telephone or a broken network may put into a reply, on both databases."""

from collections.abc import Callable, Iterator

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loopback.twilio_webhooks import reply
from models.account import Account
from models.message import InboundMessage
from models.participant import Participant
from webhook_calls import INBOUND, OURS, deliver, entries, says


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    if request.param == "postgres":
        new_postgres: Callable[[str], str] = request.getfixturevalue("new_postgres")
        yield new_postgres(request.getfixturevalue("migrated_postgres"))
    else:
        path = request.getfixturevalue("tmp_path") / "sirolog.db"
        path.write_bytes(request.getfixturevalue("migrated_sqlite").read_bytes())
        yield f"sqlite:///{path}"


def test_a_reply_with_a_character_that_no_database_takes_is_still_understood(
    session: Session, client: FlaskClient, reminded: tuple[Participant, Account]
) -> None:
    _child, carer = reminded
    says(client, carer.us_phone_number, "1\0")
    assert len(entries(session)) == 1
    assert session.scalars(select(InboundMessage.body)).all() == ["1"]


@pytest.mark.parametrize(
    ("phone", "sid"), [("+8613812345678", "SM" + "9" * 80), ("+" + "8" * 60, "SM1"), ("\0", "SM1")]
)
def test_a_call_that_names_nobody_and_nothing_is_refused(
    session: Session, client: FlaskClient, phone: str, sid: str
) -> None:
    assert deliver(client, reply(INBOUND, phone, OURS, "1", sid=sid)) == 400
    assert not session.scalars(select(InboundMessage)).all()
