import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from domain.entries import Outcome
from domain.protocol import Half
from domain.response import Category
from domain.slots import SlotKey
from factories import PROTOCOL_KEY, a_carer, a_clinician, a_participant, a_site, an_order, as_actor
from models.account import Account
from models.adverse_event import AdverseEvent, Relatedness
from models.assessment import Assessment
from models.attention import Alert, Urgency
from models.dose import CorrectionRequest, DoseEntry
from models.laboratory import Level
from models.message import ContactPreference, Message, MessageKind, MessageState
from models.participant import Guardianship, Participant, ParticipantStatus
from models.site import Site, StaffRole
from models.visit import BloodDraw, Visit, VisitState
from results_of_a_child import KHE
from services.actor import Actor
from services.alert_acts import Acknowledgement, AlertOutcome, acknowledge
from services.errors import ForbiddenError, NotFoundError, RefusedError
from services.verdicts import reported_level
from services.worklist import Order, WorkItem, Worklist, worklist
from services.worklist_lines import child_lines

# 08:30 on Tuesday 10 March in Shanghai
NOW = datetime(2026, 3, 10, 0, 30, tzinfo=UTC)
MORNING = SlotKey(date(2026, 3, 10), Half.MORNING)
PROTOCOLS = {PROTOCOL_KEY: KHE}
CALLED = Acknowledgement(AlertOutcome.FAMILY_CALLED, "spoke with the mother")


@pytest.fixture
def site(session: Session) -> Site:
    return a_site(session)


@pytest.fixture
def doctor(session: Session, site: Site) -> Actor:
    return as_actor(session, a_clinician(session, site))


@pytest.fixture
def child(session: Session, site: Site) -> Participant:
    """Ordered since yesterday evening: only one slot is over, so nothing is silent yet."""
    child = a_participant(session, site)
    an_order(session, child, from_on=date(2026, 3, 9), from_half=Half.EVENING)
    a_carer(session, child)
    return child


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


@contextmanager
def counted(session: Session) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(*args: object) -> None:
        if "SELECT" in str(args[2]):
            statements.append(str(args[2]))

    engine = session.get_bind().engine
    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


def test_the_most_urgent_comes_first_and_the_oldest_of_them(
    session: Session, child: Participant, doctor: Actor
) -> None:
    for code, urgency, hours in (
        ("new_review", Urgency.REVIEW, 1),
        ("old_review", Urgency.REVIEW, 90),
        ("new_urgent", Urgency.URGENT, 2),
        ("old_urgent", Urgency.URGENT, 3),
    ):
        raised_at = NOW - timedelta(hours=hours)
        an_alert(session, child, code=code, urgency=urgency, raised_at=raised_at)
    found = codes(seen(session, doctor))
    assert found == ["old_urgent", "new_urgent", "old_review", "new_review"]


def test_only_children_of_the_actors_sites_are_seen(
    session: Session, child: Participant, doctor: Actor
) -> None:
    elsewhere = a_participant(session)
    an_alert(session, elsewhere)
    found = seen(session, doctor)
    assert [one.id for one in found.children] == [child.id]
    assert found.items == ()


def test_a_masked_reader_sees_nobody(session: Session, site: Site, child: Participant) -> None:
    an_alert(session, child)
    reader = as_actor(session, a_clinician(session, site, StaffRole.READER))
    assert seen(session, reader) == Worklist((), ())


def test_two_slots_without_a_word_are_silence_and_one_is_not(
    session: Session, child: Participant, doctor: Actor
) -> None:
    # the evening's dose could be given until 02:00, the morning's until 14:00
    assert codes(seen(session, doctor, NOW + timedelta(hours=5, minutes=30))) == []
    assert codes(seen(session, doctor, NOW + timedelta(hours=5, minutes=31))) == ["silent"]


def test_an_entry_ends_the_silence(session: Session, child: Participant, doctor: Actor) -> None:
    an_entry(session, child, MORNING)
    assert codes(seen(session, doctor, NOW + timedelta(hours=6))) == []


def test_an_answered_silence_stays_away_until_a_new_one(
    session: Session, child: Participant, doctor: Actor
) -> None:
    an_entry(session, child, MORNING)
    later = NOW + timedelta(days=2)
    first = item(session, doctor, "silent", later)
    answer(session, doctor, child, first, later)
    assert codes(seen(session, doctor, later + timedelta(days=1))) == []
    an_entry(session, child, MORNING.shifted(6))
    assert codes(seen(session, doctor, later + timedelta(days=3))) == ["silent"]


def test_of_a_child_who_has_left_only_what_concerns_its_health_still_waits(
    session: Session, child: Participant, doctor: Actor
) -> None:
    an_alert(session, child)
    an_alert(session, child, code="phone_unreachable", key=f"phone_unreachable:{child.id}:1")
    later = NOW + timedelta(days=2)
    assert codes(seen(session, doctor, later)) == ["silent", "level_concern", "phone_unreachable"]
    child.status = ParticipantStatus.WITHDRAWN
    session.flush()
    assert codes(seen(session, doctor, later)) == ["level_concern"]


def item(session: Session, actor: Actor, code: str, now: datetime = NOW) -> WorkItem:
    return next(one for one in seen(session, actor, now).items if one.code == code)


def answer(
    session: Session, actor: Actor, child: Participant, what: WorkItem, now: datetime = NOW
) -> Alert:
    return acknowledge(session, actor, child, what.key, said=CALLED, protocols=PROTOCOLS, now=now)


def test_an_alert_is_ended_with_an_outcome(
    session: Session, child: Participant, doctor: Actor
) -> None:
    an_alert(session, child)
    row = answer(session, doctor, child, item(session, doctor, "level_concern"))
    assert (row.acknowledged_at, row.acknowledged_by_id) == (NOW, doctor.account_id)
    assert (row.outcome, row.outcome_note) == ("family_called", "spoke with the mother")
    assert seen(session, doctor).items == ()


def test_answering_again_changes_nothing_and_another_person_is_told(
    session: Session, site: Site, child: Participant, doctor: Actor
) -> None:
    an_alert(session, child)
    what = item(session, doctor, "level_concern")
    first = answer(session, doctor, child, what)
    assert answer(session, doctor, child, what, NOW + timedelta(hours=1)) is first
    assert first.acknowledged_at == NOW
    other = as_actor(session, a_clinician(session, site))
    with pytest.raises(RefusedError) as refused:
        answer(session, other, child, what)
    assert refused.value.code == "already_acknowledged"


def test_a_monitor_reads_and_does_not_answer(
    session: Session, site: Site, child: Participant
) -> None:
    an_alert(session, child)
    monitor = as_actor(session, a_clinician(session, site, StaffRole.MONITOR))
    what = item(session, monitor, "level_concern")
    with pytest.raises(ForbiddenError):
        answer(session, monitor, child, what)


def test_a_matter_of_another_child_is_not_found(
    session: Session, site: Site, child: Participant, doctor: Actor
) -> None:
    an_alert(session, child)
    what = item(session, doctor, "level_concern")
    with pytest.raises(NotFoundError):
        answer(session, doctor, a_participant(session, site), what)


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (MessageState.UNDELIVERED, ["message_undelivered"]),
        (MessageState.FAILED, ["message_undelivered"]),
        (MessageState.IN_DOUBT, ["message_in_doubt"]),
        (MessageState.DELIVERED, []),
    ],
)
def test_a_message_that_did_not_arrive_is_told(
    session: Session, child: Participant, doctor: Actor, state: MessageState, told: list[str]
) -> None:
    carer = carer_of(session, child)
    a_message(session, child, carer, MessageState.DELIVERED)
    a_message(session, child, carer, state)
    assert codes(seen(session, doctor)) == told


def test_a_carer_who_opted_out_is_told_and_one_who_came_back_is_not(
    session: Session, child: Participant, doctor: Actor
) -> None:
    carer = carer_of(session, child)
    for wants, told in ((False, ["opted_out"]), (True, [])):
        phone = carer.us_phone_number or ""
        row = ContactPreference(phone=phone, wants_messages=wants, at=NOW, source="sms")
        session.add(row)
        session.flush()
        assert codes(seen(session, doctor)) == told


def test_an_order_waits_for_its_second_signature_until_another_is_signed(
    session: Session, child: Participant, doctor: Actor
) -> None:
    an_order(session, child, signed_at=None, recorded_at=NOW, given_ml=Decimal("0.90"))
    what = item(session, doctor, "second_signature")
    assert not what.can_be_acknowledged
    with pytest.raises(RefusedError) as refused:
        answer(session, doctor, child, what)
    assert refused.value.code == "ends_by_work"
    from_slot = {"from_on": date(2026, 3, 9), "from_half": Half.EVENING}
    an_order(session, child, signed_at=NOW + timedelta(minutes=1), **from_slot)
    assert codes(seen(session, doctor)) == []


def test_a_correction_that_was_asked_for_waits(
    session: Session, child: Participant, doctor: Actor
) -> None:
    session.add(
        CorrectionRequest(
            client_id=uuid.uuid4(),
            participant_id=child.id,
            slot_on=date(2026, 3, 1),
            half=Half.MORNING,
            outcome=Outcome.GIVEN,
            reason="forgot to write it down",
            asked_at=NOW,
            asked_by_id=child.recorded_by_id,
        )
    )
    session.flush()
    what = item(session, doctor, "correction_asked")
    assert (what.since, what.facts) == (NOW, {"count": 1})


@pytest.mark.parametrize(
    ("on", "told"),
    [
        (date(2026, 3, 11), []),
        (date(2026, 3, 10), ["visit_today"]),
        (date(2026, 3, 9), ["visit_overdue"]),
        (date(2026, 3, 7), ["visit_overdue"]),
        (date(2026, 3, 6), ["visit_window_missed"]),
    ],
)
def test_visits_are_told_on_their_day_and_after_and_when_their_window_has_passed(
    session: Session, child: Participant, doctor: Actor, on: date, told: list[str]
) -> None:
    session.add(
        Visit(
            participant_id=child.id,
            code="month_1",
            on=on,
            window_from=on,
            window_to=on + timedelta(days=3),
            is_trough_day=False,
            state=VisitState.PLANNED,
            rule_version=PROTOCOL_KEY,
            recorded_at=NOW,
            recorded_by_id=child.recorded_by_id,
        )
    )
    session.flush()
    assert codes(seen(session, doctor)) == told


def test_the_newest_level_that_nobody_corrected_is_shown(
    session: Session, child: Participant, doctor: Actor
) -> None:
    recorded = {"recorded_at": NOW, "recorded_by_id": child.recorded_by_id}
    rows = [
        Level(
            client_id=uuid.uuid4(),
            participant_id=child.id,
            drawn_at=NOW - timedelta(days=days),
            value=Decimal(value),
            **recorded,
        )
        for days, value in ((3, "11.0"), (1, "99.0"))
    ]
    session.add_all(rows)
    session.flush()
    right = Level(
        client_id=uuid.uuid4(),
        participant_id=child.id,
        drawn_at=NOW - timedelta(days=2),
        value=Decimal("9.9"),
        amends_id=rows[1].id,
        amend_reason="typed twice",
        **recorded,
    )
    session.add(right)
    session.flush()
    (line,) = child_lines(session, seen(session, doctor).children, PROTOCOLS, now=NOW)
    assert line.newest.level == reported_level(right)
    assert line.position == "below_range"


def test_the_number_of_questions_does_not_grow_with_the_children(
    session: Session, site: Site, child: Participant, doctor: Actor
) -> None:
    an_alert(session, child)
    session.commit()
    with counted(session) as few:
        seen(session, doctor, NOW + timedelta(days=2))
    for _ in range(6):
        more = a_participant(session, site)
        an_order(session, more)
        an_alert(session, more)
        a_carer(session, more)
    session.commit()
    with counted(session) as many:
        assert len(seen(session, doctor, NOW + timedelta(days=2)).children) == 7
    assert len(many) == len(few) <= 7


def test_a_child_without_a_carer_is_told_since_the_last_one_left(
    session: Session, child: Participant, doctor: Actor
) -> None:
    tie = session.scalars(select(Guardianship).where(Guardianship.participant_id == child.id)).one()
    tie.ended_at = NOW - timedelta(hours=3)
    session.flush()
    what = item(session, doctor, "no_carer")
    assert (what.since, what.kind) == (tie.ended_at, "reachability")


@pytest.mark.parametrize(
    ("hours", "drawn", "told"),
    [
        (3.49, False, []),
        (3.5, False, ["trough_undrawn"]),
        (3.5, True, []),
    ],
)
def test_blood_not_drawn_on_a_trough_day_is_told_four_hours_after_the_morning_dose(
    session: Session,
    child: Participant,
    doctor: Actor,
    hours: float,
    drawn: bool,
    told: list[str],
) -> None:
    a_visit(session, child, date(2026, 3, 10), code="month_1", is_trough_day=True)
    if drawn:
        a_draw(session, child, NOW)
    later = NOW + timedelta(hours=hours)
    assert [code for code in codes(seen(session, doctor, later)) if code != "visit_today"] == told


def test_blood_of_another_day_does_not_count_for_the_trough_day(
    session: Session, child: Participant, doctor: Actor
) -> None:
    a_visit(session, child, date(2026, 3, 10), is_trough_day=True)
    a_draw(session, child, NOW - timedelta(hours=10))
    assert "trough_undrawn" in codes(seen(session, doctor, NOW + timedelta(hours=4)))


def test_an_assessment_is_due_from_its_visit_on_until_it_is_signed(
    session: Session, child: Participant, doctor: Actor
) -> None:
    an_entry(session, child, MORNING)
    a_visit(session, child, date(2026, 3, 10), code="month_3", state=VisitState.DONE)
    assert codes(seen(session, doctor)) == ["assessment_due"]
    assert not item(session, doctor, "assessment_due").can_be_acknowledged
    session.add(an_assessment(child, "month_3"))
    session.flush()
    assert codes(seen(session, doctor)) == []


def test_a_visit_without_an_assessment_asks_for_none(
    session: Session, child: Participant, doctor: Actor
) -> None:
    a_visit(session, child, date(2026, 3, 10), code="month_1", state=VisitState.DONE)
    assert codes(seen(session, doctor)) == []


@pytest.mark.parametrize(("is_serious", "told"), [(True, ["serious_event"]), (False, [])])
def test_a_serious_event_is_told_until_somebody_answers(
    session: Session, child: Participant, doctor: Actor, is_serious: bool, told: list[str]
) -> None:
    session.add(an_event(child, is_serious=is_serious))
    session.flush()
    assert codes(seen(session, doctor)) == told
    for what in seen(session, doctor).items:
        assert what.urgency is Urgency.URGENT
        answer(session, doctor, child, what)
    assert codes(seen(session, doctor)) == []


def test_age_alone_may_sort(session: Session, child: Participant, doctor: Actor) -> None:
    an_alert(session, child, code="urgent", urgency=Urgency.URGENT)
    old = NOW - timedelta(days=9)
    an_alert(session, child, code="old", urgency=Urgency.REVIEW, raised_at=old)
    assert codes(seen(session, doctor)) == ["urgent", "old"]
    found = worklist(session, doctor, PROTOCOLS, now=NOW, order=Order.OLDEST)
    assert codes(found) == ["old", "urgent"]


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
