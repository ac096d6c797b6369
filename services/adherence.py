"""Adherence of a child over any days, in three readings side by side (trial.md §8)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.adherence import Adherence, adherence
from domain.bursts import Burst, ToldLate, bursts
from domain.diary import SlotState, fold
from domain.entries import Channel, Entry, Outcome
from domain.protocol import Protocol
from domain.readings import Reading, entries_of
from domain.slots import DAY, SlotKey, Timetable, local_date, planned_between
from models.dose import CorrectionRequest
from models.participant import Participant
from models.visit import Visit, VisitState
from services.diary import read
from services.diary_entries import entries_between
from services.inpatient import inpatient_days

# what an interface fills in is no memory of a family
_FAMILY = frozenset({Channel.PAGE, Channel.OFFLINE, Channel.SMS})
# the diary takes a day; older words come as requests, which are all read
_FAR_BACK = 7 * DAY
DueAt = Callable[[SlotKey], datetime]


@dataclass(frozen=True, slots=True)
class AdherenceReport:
    """All figures are "reported". `by_reading` is in the order of Reading; `inpatient_on` are the
    days left out; `bursts` were entered within the days, whatever slots they are about."""

    first_on: date
    last_on: date
    by_reading: dict[Reading, Adherence]
    states: tuple[SlotState, ...]
    inpatient_on: frozenset[date]
    bursts: tuple[Burst, ...]
    rule_version: str


def adherence_report(
    session: Session,
    participant: Participant,
    protocol: Protocol,
    *,
    first_on: date,
    last_on: date,
    now: datetime,
) -> AdherenceReport:
    """The figures over the slots of the local days `first_on` to `last_on`, both included."""
    diary = read(session, participant, protocol, first_on=first_on, last_on=last_on, now=now)
    away = inpatient_days(session, participant.id, first_on, last_on)
    due_at = _due_at(diary.timetables, first_on, last_on)
    slots = [state.slot for state in diary.states]
    figures: dict[Reading, Adherence] = {}
    for reading in Reading:
        seen = entries_of(reading, diary.entries, due_at, protocol.adherence)
        states = fold(slots, seen, diary.orders, now=now, rules=protocol.slots)
        figures[reading] = adherence(states, protocol.adherence, inpatient_on=away)
    return AdherenceReport(
        first_on=first_on,
        last_on=last_on,
        by_reading=figures,
        states=diary.states,
        inpatient_on=away,
        bursts=_bursts(
            session, participant, protocol, tables=diary.timetables, days=(first_on, last_on)
        ),
        rule_version=protocol.key,
    )


def _due_at(tables: Sequence[Timetable], first_on: date, last_on: date) -> DueAt:
    """When a slot fell due; also one that a change of zone dropped since somebody wrote in it. A
    correction may come from a slot further off: then its own nominal time is worked out."""
    known = {
        slot.key: slot.due_at for slot in planned_between(tables, first_on - DAY, last_on + DAY)
    }

    def due_at(key: SlotKey) -> datetime:
        if key not in known:
            known.update(
                {slot.key: slot.due_at for slot in planned_between(tables, key.on, key.on)}
            )
        return known[key]

    return due_at


def _bursts(
    session: Session,
    participant: Participant,
    protocol: Protocol,
    *,
    tables: Sequence[Timetable],
    days: tuple[date, date],
) -> tuple[Burst, ...]:
    if not tables:
        return ()
    first_on, last_on = days
    # what was entered in these days is about earlier ones, as far back as anybody asked
    entries = entries_between(session, participant.id, first_on - _FAR_BACK, last_on)
    due_at = _due_at(tables, first_on, last_on)
    told = [*_told(entries, due_at), *_asked(session, participant.id, due_at)]
    in_days = [one for one in told if first_on <= local_date(tables, one.entered_at) <= last_on]
    visits_on = _visit_days(session, participant.id)
    return bursts(in_days, visits_on, lambda at: local_date(tables, at), protocol.adherence)


def _told(entries: Iterable[Entry], due_at: DueAt) -> Iterable[ToldLate]:
    for entry in entries:
        if entry.channel in _FAMILY and entry.outcome is not Outcome.RETRACTED:
            claimed_at = entry.taken_at or due_at(entry.slot)
            yield ToldLate(entry.by, entry.slot, claimed_at, entry.entered_at)


def _asked(session: Session, participant_id: int, due_at: DueAt) -> Iterable[ToldLate]:
    """Wishes of the family about days its diary no longer takes; what became of them is no
    matter here."""
    rows = session.scalars(
        select(CorrectionRequest).where(
            CorrectionRequest.participant_id == participant_id,
            CorrectionRequest.outcome != Outcome.RETRACTED,
        )
    )
    for row in rows:
        slot = SlotKey(row.slot_on, row.half)
        by = str(row.asked_by_id)
        yield ToldLate(by, slot, row.taken_at or due_at(slot), row.asked_at)


def _visit_days(session: Session, participant_id: int) -> frozenset[date]:
    """The days of visits that took place or are planned; nobody fills in for a missed one."""
    rows = session.execute(
        select(Visit.on, Visit.done_on).where(
            Visit.participant_id == participant_id, Visit.state != VisitState.MISSED
        )
    )
    return frozenset(done_on or on for on, done_on in rows)
