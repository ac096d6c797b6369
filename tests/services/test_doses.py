"""The diary's one way in: what is kept, and what may be said when."""

import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from a_family import DUE, EVENING, NOW, PROTOCOL, TODAY, Family, a_dose
from domain.diary import SlotStatus
from domain.entries import Channel, Outcome
from domain.protocol import Half
from domain.slots import SlotKey
from factories import a_carer, a_clinician, a_participant, as_actor
from models.audit import AuditEntry
from models.participant import ParticipantStatus
from models.site import Site
from services.doses import log_dose
from services.errors import ConflictError, RefusedError


@pytest.fixture
def family(session: Session) -> Family:
    a_participant(session)  # noise: another child, whose diary must not show up
    return Family(session)


# --- what is kept


def test_one_tap_keeps_slot_order_amount_times_and_author(family: Family) -> None:
    logged = family.log()
    row = logged.entry
    assert logged.created
    assert (row.slot_on, row.half, row.outcome) == (TODAY, Half.MORNING, Outcome.GIVEN)
    assert (row.ordered_ml, row.given_ml) == (Decimal("0.36"), Decimal("0.36"))
    assert (row.taken_at, row.entered_at, row.received_at) == (NOW, NOW, NOW)
    assert row.entered_by_id == family.mother.id
    assert not row.is_late_entry
    assert logged.state is not None
    assert logged.state.status is SlotStatus.GIVEN
    assert logged.advice == ()


def test_each_write_leaves_a_trace(family: Family, session: Session) -> None:
    row = family.log().entry
    back = family.undo(row)
    traces = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(t.action, t.subject_id, t.actor_id) for t in traces] == [
        ("log_dose", row.id, family.mother.id),
        ("undo_dose", back.id, family.mother.id),
    ]
    assert traces[1].old is not None
    assert traces[1].old["outcome"] == "given"


def test_without_a_slot_the_nearest_one_is_meant(family: Family) -> None:
    night = datetime(2026, 3, 9, 17, 0, tzinfo=UTC)  # 01:00 on the 10th in Shanghai
    row = family.log(slot=None, taken_at=night).entry
    assert (row.slot_on, row.half) == (date(2026, 3, 9), Half.EVENING)


def test_a_phone_clock_that_is_wrong_is_put_right(family: Family) -> None:
    ahead = NOW + timedelta(hours=3)
    row = family.log(entered_at=ahead, clock_offset_seconds=3 * 3600, just_now=True).entry
    assert row.entered_at == ahead
    assert row.taken_at == NOW


def test_a_time_nobody_knows_is_kept_as_unknown(family: Family) -> None:
    assert family.log(taken_at=None, channel=Channel.SMS).entry.taken_at is None


# --- arriving twice


def test_second_arrival_returns_the_first_dose(family: Family) -> None:
    said = {"client_id": uuid.uuid4()}
    first = family.log(**said)
    again = family.log(**said, now=NOW + timedelta(minutes=1))
    assert not again.created
    assert again.entry.id == first.entry.id
    assert len(family.entries()) == 1


def test_second_arrival_counts_even_when_it_would_be_too_late_to_say(family: Family) -> None:
    said = {"client_id": uuid.uuid4(), "taken_at": NOW}
    first = family.log(**said)
    again = family.log(**said, now=NOW + timedelta(days=3))
    assert again.entry.id == first.entry.id


def test_second_arrival_is_shown_the_same_advice(family: Family) -> None:
    said = {"client_id": uuid.uuid4(), "outcome": Outcome.MISSED, "missed_reason": "asleep"}
    assert family.log(**said).advice == ("missed",)
    assert family.log(**said).advice == ("missed",)


@pytest.mark.parametrize(
    "other",
    [
        {"outcome": Outcome.MISSED},
        {"outcome": Outcome.PARTIAL, "given_ml": Decimal("0.2"), "taken_at": NOW},
        {"taken_at": NOW - timedelta(minutes=40)},
        {"slot": EVENING.shifted(-2)},
        {"note": "something else"},
    ],
)
def test_same_id_with_other_content_is_a_conflict(family: Family, other: dict[str, Any]) -> None:
    client_id = uuid.uuid4()
    family.log(client_id=client_id)
    with pytest.raises(ConflictError):
        family.log(client_id=client_id, **other)
    assert len(family.entries()) == 1


def test_the_same_id_may_be_used_for_another_child(family: Family, session: Session) -> None:
    client_id = uuid.uuid4()
    family.log(client_id=client_id)
    other = Family(session)
    assert other.log(client_id=client_id).created


# --- what may be said when


@pytest.mark.parametrize(
    ("hours_ago", "late"), [(Decimal(2), False), (Decimal("2.01"), True), (Decimal(24), True)]
)
def test_late_entries_are_tagged_and_kept(family: Family, hours_ago: Decimal, late: bool) -> None:
    taken = NOW - timedelta(seconds=float(hours_ago * 3600))
    row = family.log(slot=None, taken_at=taken).entry
    assert row.is_late_entry is late


def test_after_a_day_only_the_investigator_decides(family: Family) -> None:
    taken = NOW - timedelta(hours=24, seconds=1)
    with pytest.raises(RefusedError, match="needs_correction_request"):
        family.log(slot=None, taken_at=taken)


def test_the_investigator_may_enter_what_records_of_long_ago_say(family: Family) -> None:
    doctor = a_clinician(family.session, family.session.get_one(Site, family.child.site_id))
    taken = NOW - timedelta(days=5)
    said = {"slot": None, "taken_at": taken, "channel": Channel.CLINIC}
    assert family.log(by=doctor, **said).entry.is_late_entry


def test_an_entry_made_offline_counts_from_the_phone(family: Family) -> None:
    entered = NOW - timedelta(days=3)
    row = family.log(slot=None, taken_at=entered, entered_at=entered, channel=Channel.OFFLINE).entry
    assert row.received_at == NOW
    assert not row.is_late_entry


def test_the_future_is_refused_beyond_the_tolerance(family: Family) -> None:
    family.log(taken_at=NOW + timedelta(minutes=5))
    with pytest.raises(RefusedError, match="dose_in_the_future"):
        family.log(taken_at=NOW + timedelta(minutes=5, seconds=1))


def test_a_phone_ahead_of_time_cannot_log_the_future(family: Family) -> None:
    ahead = NOW + timedelta(hours=2)
    with pytest.raises(RefusedError, match="dose_in_the_future"):
        family.log(taken_at=ahead, entered_at=ahead, channel=Channel.OFFLINE)


def test_a_slot_that_is_not_due_cannot_be_missed(family: Family) -> None:
    with pytest.raises(RefusedError, match="slot_not_due"):
        family.log(slot=EVENING, outcome=Outcome.MISSED)


@pytest.mark.parametrize(
    ("said", "code", "field"),
    [
        ({"outcome": Outcome.RETRACTED}, "not_a_choice", "outcome"),
        ({"given_ml": Decimal("0.2")}, "only_for_partial", "given_ml"),
        ({"vomited_after_minutes": 3}, "only_for_vomited", "vomited_after_minutes"),
        ({"missed_reason": "asleep"}, "only_for_missed", "missed_reason"),
        ({"outcome": Outcome.MISSED, "missed_reason": "aliens"}, "not_a_choice", "missed_reason"),
        ({"outcome": Outcome.MISSED, "taken_at": NOW}, "only_for_a_dose", "taken_at"),
        ({"outcome": Outcome.MISSED, "second_dose": True}, "only_for_a_dose", "second_dose"),
        ({"outcome": Outcome.PARTIAL, "given_ml": Decimal(0)}, "more_than_ordered", "given_ml"),
        (
            {"outcome": Outcome.PARTIAL, "given_ml": Decimal("0.37")},
            "more_than_ordered",
            "given_ml",
        ),
        ({"outcome": Outcome.VOMITED, "vomited_after_minutes": -1}, "out_of_range", None),
        (
            {"outcome": Outcome.VOMITED, "vomited_after_minutes": 36, "taken_at": DUE},
            "vomit_in_the_future",
            "vomited_after_minutes",
        ),
        ({"slot": SlotKey(date(2026, 2, 1), Half.MORNING)}, "no_such_slot", "slot"),
        ({"slot": SlotKey(date.max, Half.MORNING)}, "no_such_slot", "slot"),
        ({"slot": SlotKey(date.min, Half.MORNING)}, "no_such_slot", "slot"),
        ({"taken_at": NOW - timedelta(hours=13)}, "not_in_slot", "taken_at"),
    ],
)
def test_words_that_do_not_fit_together_are_refused(
    family: Family, said: dict[str, Any], code: str, field: str | None
) -> None:
    with pytest.raises(RefusedError) as refusal:
        family.log(**said)
    assert refusal.value.code == code
    assert field is None or refusal.value.field == field
    assert family.entries() == []


def test_a_vomit_may_have_happened_until_now(family: Family) -> None:
    assert family.log(outcome=Outcome.VOMITED, vomited_after_minutes=35, taken_at=DUE).created


def test_a_part_may_be_all_but_nothing_of_the_dose(family: Family) -> None:
    logged = family.log(outcome=Outcome.PARTIAL, given_ml=Decimal("0.12"), taken_at=NOW)
    assert logged.state is not None
    assert logged.state.doses[0].share == Decimal("0.12") / Decimal("0.36")


def test_nothing_can_be_said_before_the_first_order(session: Session) -> None:
    child = a_participant(session)
    mother = a_carer(session, of=child)
    with pytest.raises(RefusedError, match="no_order"):
        log_dose(session, as_actor(session, mother), child, a_dose(), protocol=PROTOCOL, now=NOW)


def test_the_diary_of_a_child_that_left_the_study_is_closed(family: Family) -> None:
    family.child.status = ParticipantStatus.WITHDRAWN
    with pytest.raises(RefusedError, match="diary_closed"):
        family.log()
