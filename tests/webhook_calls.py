"""The provider's calls, as families and networks cause them."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import count

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loopback.twilio_webhooks import SignedForm, reply
from messages_of_a_study import MORNING, PROTOCOLS, messages
from models.dose import DoseEntry
from models.message import MessageKind
from notifications import dispatch
from notifications.line import Line
from plugins.app import FakeClock

OURS = "+15005550006"
INBOUND = "https://study.example/sms/inbound"
STRANGER = "+85291234567"
TEXTS = PROTOCOLS["khe-sirolimus-v1"]
_sids = count(1)


def deliver(client: FlaskClient, webhook: SignedForm) -> int:
    answer = client.post(
        webhook.url.removeprefix("https://study.example"),
        data=dict(webhook.form),
        headers=webhook.headers,
    )
    return answer.status_code


def says(client: FlaskClient, phone: str | None, text: str, sid: str | None = None) -> None:
    sid = sid or f"SMin{next(_sids):030d}"
    assert deliver(client, reply(INBOUND, phone or "", OURS, text, sid=sid)) == 200


def entries(session: Session) -> Sequence[DoseEntry]:
    return session.scalars(select(DoseEntry).order_by(DoseEntry.id)).all()


def answers(session: Session) -> list[str | None]:
    return [row.body for row in messages(session, kind=MessageKind.ANSWER)]


def send_the_reminder(session: Session, line: Line, clock: FakeClock) -> None:
    session.commit()
    dispatch.plan(line)
    clock.now = MORNING + timedelta(seconds=5)
    dispatch.run_once(line)
    clock.advance(minutes=1)
