"""What a site has on its worklist, for the tests of it."""

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.entries import Outcome
from domain.protocol import Half
from domain.response import Category
from domain.slots import SlotKey
from factories import PROTOCOL_KEY
from models.account import Account
from models.adverse_event import AdverseEvent, Relatedness
from models.assessment import Assessment
from models.attention import Alert, Urgency
from models.dose import DoseEntry
from models.message import Message, MessageKind, MessageState
from models.participant import Guardianship, Participant
from models.visit import BloodDraw, Visit, VisitState
from results_of_a_child import KHE
from services.actor import Actor
from services.alert_acts import Acknowledgement, AlertOutcome, acknowledge
from services.worklist import WorkItem, Worklist, worklist

# 08:30 on Tuesday 10 March in Shanghai
NOW = datetime(2026, 3, 10, 0, 30, tzinfo=UTC)
MORNING = SlotKey(date(2026, 3, 10), Half.MORNING)
PROTOCOLS = {PROTOCOL_KEY: KHE}
CALLED = Acknowledgement(AlertOutcome.FAMILY_CALLED, "spoke with the mother")


def carer_of(session: Session, child: Participant) -> Account:
    tie = session.scalars(select(Guardianship).where(Guardianship.participant_id == child.id)).one()
    return session.get_one(Account, tie.account_id)


def seen(session: Session, actor: Actor, now: datetime = NOW) -> Worklist:
    return worklist(session, actor, PROTOCOLS, now=now)


def codes(found: Worklist) -> list[str]:
    return [item.code for item in found.items]


def an_alert(session: Session, child: Participant, **changes: object) -> Alert:
    values: dict[str, object] = {
        "key": f"level_concern:{child.id}:{uuid.uuid4()}",
        "site_id": child.site_id,
        "participant_id": child.id,
        "code": "level_concern",
        "urgency": Urgency.REVIEW,
        "facts": {},
        "raised_at": NOW - timedelta(days=1),
        "rule_version": PROTOCOL_KEY,
    }
    alert = Alert(**(values | changes))
    session.add(alert)
    session.flush()
    return alert


def an_entry(session: Session, child: Participant, slot: SlotKey) -> DoseEntry:
    at = NOW - timedelta(hours=12)
    entry = DoseEntry(
        client_id=uuid.uuid4(),
        participant_id=child.id,
        slot_on=slot.on,
        half=slot.half,
        outcome=Outcome.GIVEN,
        taken_at=at,
        entered_at=at,
        received_at=at,
        entered_by_id=child.recorded_by_id,
        channel="clinic",
    )
    session.add(entry)
    session.flush()
    return entry


def a_message(session: Session, child: Participant, carer: Account, state: MessageState) -> None:
    session.add(
        Message(
            key=str(uuid.uuid4()),
            kind=MessageKind.DOSE,
            account_id=carer.id,
            participant_id=child.id,
            phone=carer.us_phone_number,
            locale="zh",
            body="text",
            rule_version=PROTOCOL_KEY,
            due_at=NOW,
            expires_at=NOW,
            planned_at=NOW,
            state=state,
            next_try_at=NOW,
        )
    )
    session.flush()


def item(session: Session, actor: Actor, code: str, now: datetime = NOW) -> WorkItem:
    return next(one for one in seen(session, actor, now).items if one.code == code)


def answer(
    session: Session, actor: Actor, child: Participant, what: WorkItem, now: datetime = NOW
) -> Alert:
    return acknowledge(session, actor, child, what.key, said=CALLED, protocols=PROTOCOLS, now=now)


def a_visit(session: Session, child: Participant, on: date, **changes: Any) -> Visit:
    values: dict[str, Any] = {
        "participant_id": child.id,
        "code": "month_1",
        "on": on,
        "window_from": on,
        "window_to": on + timedelta(days=3),
        "is_trough_day": False,
        "state": VisitState.PLANNED,
        "rule_version": PROTOCOL_KEY,
        "recorded_at": NOW,
        "recorded_by_id": child.recorded_by_id,
    }
    visit = Visit(**(values | changes))
    session.add(visit)
    session.flush()
    return visit


def a_draw(session: Session, child: Participant, at: datetime) -> None:
    session.add(
        BloodDraw(
            client_id=uuid.uuid4(),
            participant_id=child.id,
            drawn_at=at,
            received_at=at,
            entered_by_id=child.recorded_by_id,
            channel="clinic",
        )
    )
    session.flush()


def an_event(child: Participant, *, is_serious: bool) -> AdverseEvent:
    return AdverseEvent(
        client_id=uuid.uuid4(),
        participant_id=child.id,
        term="Platelet count decreased",
        ctcae_version="4.03",
        verbatim="few platelets",
        source="clinic",
        started_on=date(2026, 3, 9),
        is_serious=is_serious,
        relatedness=Relatedness.POSSIBLE,
        action="none",
        outcome="unknown",
        recorded_at=NOW,
        recorded_by_id=child.recorded_by_id,
    )


def an_assessment(child: Participant, visit: str) -> Assessment:
    return Assessment(
        client_id=uuid.uuid4(),
        participant_id=child.id,
        visit_code=visit,
        assessed_on=date(2026, 3, 10),
        inputs={},
        proposal={},
        changes=[],
        proposed=Category.PARTIAL_RESPONSE,
        decided=Category.PARTIAL_RESPONSE,
        provisional=False,
        rule_version=PROTOCOL_KEY,
        content_hash="0" * 64,
        signed_name="Dr Gao",
        signed_meaning="assessed",
        signed_at=NOW,
        signed_by_id=child.recorded_by_id,
    )
