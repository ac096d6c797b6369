"""A study that sends messages: children, carers, and what the outbox holds of them."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from config import HOME
from domain.entries import Channel, Outcome
from domain.protocol import Half
from factories import LONG_AGO, PROTOCOL_KEY, a_carer, a_participant, an_order
from models.account import Account
from models.dose import DoseEntry
from models.message import Message, MessageState
from models.participant import DaySchedule, Participant
from models.visit import BloodDraw, Visit, VisitState
from services.once import new_client_id
from services.protocols import load_protocols

PROTOCOLS = load_protocols(HOME / "protocols")
PLAN = PROTOCOLS[PROTOCOL_KEY].reminders
TODAY = date(2026, 3, 10)
# the child of `a_participant` lives in Shanghai: 08:00 and 20:00 there
MORNING = datetime(2026, 3, 10, 0, 0, tzinfo=UTC)
EVENING = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


def a_family(session: Session, **of_carer: Any) -> tuple[Participant, Account]:
    """A child on a dose and its carer, in a country where one can reply."""
    child = a_participant(session)
    an_order(session, child)
    return child, a_carer_abroad(session, child, **of_carer)


def a_family_due(session: Session, at: datetime) -> tuple[Participant, Account]:
    """A family whose morning slot of that day falls at this instant: for tests against parts that
    live in real time. It lives where it is eleven o'clock then."""
    hours = 11 - at.hour
    child = a_participant(session, enrolled_on=(at - timedelta(days=30)).date())
    start = (at - timedelta(days=20)).date()
    an_order(session, child, from_on=start)
    schedule = DaySchedule(
        participant_id=child.id,
        from_on=start,
        time_zone=f"Etc/GMT{-hours:+d}",
        morning_local=at.replace(hour=11, microsecond=0, tzinfo=None).time(),
        evening_local=time(21),
        recorded_at=LONG_AGO,
        recorded_by_id=child.recorded_by_id,
    )
    session.add(schedule)
    return child, a_carer_abroad(session, child)


def a_carer_abroad(session: Session, child: Participant, **changes: Any) -> Account:
    account = a_carer(session, of=child, **changes)
    if "us_phone_number" not in changes:
        account.us_phone_number = f"+852{50_000_000 + account.id}"
        session.flush()
    return account


def messages(session: Session, **which: Any) -> Sequence[Message]:
    """As they stand now, whoever wrote them."""
    session.commit()
    session.expire_all()
    query = select(Message).filter_by(**which).order_by(Message.due_at, Message.id)
    return session.scalars(query).all()


def told(
    session: Session,
    child: Participant,
    half: Half,
    *,
    on: date = TODAY,
    outcome: Outcome = Outcome.GIVEN,
    amends: DoseEntry | None = None,
) -> DoseEntry:
    """An entry of the diary; `amends` makes it a correction or, when retracted, an undo."""
    at = datetime(on.year, on.month, on.day, tzinfo=UTC)
    entry = DoseEntry(
        client_id=new_client_id(),
        participant_id=child.id,
        slot_on=on,
        half=half,
        outcome=outcome,
        entered_at=at,
        received_at=at,
        entered_by_id=child.recorded_by_id,
        channel=Channel.PAGE,
        amends_id=None if amends is None else amends.id,
    )
    session.add(entry)
    session.flush()
    return entry


def a_trough_day(session: Session, child: Participant, on: date) -> Visit:
    visit = Visit(
        participant_id=child.id,
        code=f"level_{on}",
        on=on,
        window_from=on,
        window_to=on,
        is_trough_day=True,
        state=VisitState.PLANNED,
        rule_version=PROTOCOL_KEY,
        recorded_at=LONG_AGO,
        recorded_by_id=child.recorded_by_id,
    )
    session.add(visit)
    session.flush()
    return visit


def blood_taken(session: Session, child: Participant, at: datetime) -> None:
    draw = BloodDraw(
        client_id=new_client_id(),
        participant_id=child.id,
        drawn_at=at,
        received_at=at,
        entered_by_id=child.recorded_by_id,
        channel="clinic",
    )
    session.add(draw)
    session.flush()


def states(session: Session) -> Counter[MessageState]:
    session.rollback()
    return Counter(row.state for row in messages(session))
