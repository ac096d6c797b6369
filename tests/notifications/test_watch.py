"""The round in which the notifier looks at what the clinic left unanswered."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from factories import PROTOCOL_KEY, a_carer, a_participant
from models.attention import Alert, AlertEvent, Urgency
from models.message import Message
from notifications.heartbeat import Notifier
from notifications.line import Line
from notifications.watch import watch
from plugins.app import START, FakeClock
from services.escalation import Tally


def an_alert(session: Session, key: str = "bleeding:1") -> Alert:
    child = a_participant(session)
    a_carer(session, child)
    alert = Alert(
        key=f"{key}:{child.id}",
        site_id=child.site_id,
        participant_id=child.id,
        code="bleeding",
        urgency=Urgency.SAME_DAY,
        facts={},
        raised_at=START,
        rule_version=PROTOCOL_KEY,
    )
    session.add(alert)
    session.commit()
    return alert


def test_a_round_passes_on_at_every_site_and_the_next_one_does_nothing(
    session: Session, line: Line, clock: FakeClock
) -> None:
    alerts = [an_alert(session), an_alert(session)]
    clock.now = START + timedelta(hours=4)
    assert watch(line) == Tally(escalated=2)
    assert watch(line) == Tally()
    session.expire_all()
    assert [alert.escalations for alert in alerts] == [1, 1]


def test_the_notifier_watches_in_each_of_its_rounds_and_writes_to_no_phone(
    session: Session, line: Line, clock: FakeClock
) -> None:
    an_alert(session)
    clock.now = START + timedelta(hours=4)
    Notifier(line).run_once()
    assert session.scalars(select(AlertEvent.kind)).all() == ["escalated"]
    assert session.scalars(select(Message)).all() == []
