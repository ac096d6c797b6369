"""Matters for the clinic that nobody raised: they are read from the facts each time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from domain.diary import fold
from domain.diary_alerts import AlertKind, diary_alerts
from domain.lateness import hours
from domain.protocol import Half, Protocol
from domain.slots import local_date, slots_between
from domain.stays import Stay, days_of_stays
from domain.symptoms import Report, proposes_event
from models.message import MessageState
from services.dose_matters import slot_name
from services.lab_candidate_matters import LAB_CANDIDATES
from services.matter_facts import Fact, FactKind
from services.site_children import SiteChild, timetable_of
from services.site_facts import ShortDiary


class Derived(StrEnum):
    """What can be seen without being told."""

    SILENT = "silent"
    MESSAGE_UNDELIVERED = "message_undelivered"
    MESSAGE_IN_DOUBT = "message_in_doubt"
    OPTED_OUT = "opted_out"
    NO_CARER = "no_carer"
    SECOND_SIGNATURE = "second_signature"
    CORRECTION_ASKED = "correction_asked"
    VISIT_TODAY = "visit_today"
    VISIT_OVERDUE = "visit_overdue"
    VISIT_WINDOW_MISSED = "visit_window_missed"
    TROUGH_UNDRAWN = "trough_undrawn"
    ASSESSMENT_DUE = "assessment_due"
    SERIOUS_EVENT = "serious_event"
    EVENT_CANDIDATES = "event_candidates"


# these end when the work is done, not by a word
ENDED_BY_WORK: Final[frozenset[str]] = frozenset(
    {
        Derived.SECOND_SIGNATURE,
        Derived.CORRECTION_ASKED,
        Derived.VISIT_TODAY,
        Derived.VISIT_OVERDUE,
        Derived.VISIT_WINDOW_MISSED,
        Derived.ASSESSMENT_DUE,
        Derived.EVENT_CANDIDATES,
        LAB_CANDIDATES,
    }
)
# a serious event waits for somebody's word, whatever becomes of its row
ENDS_ITSELF: Final = frozenset(Derived) - {Derived.SERIOUS_EVENT}
_IN_DOUBT: Final = MessageState.IN_DOUBT


@dataclass(frozen=True, slots=True)
class Found:
    """A matter of a child. `stem` names it for as long as it lasts; `turn` is the week or month
    in which it is asked again after somebody answered."""

    code: Derived
    child: SiteChild
    stem: str
    since: datetime
    facts: Mapping[str, object] = field(default_factory=dict[str, object])
    turn: str = ""

    @property
    def root(self) -> str:
        return f"{self.code}:{self.child.id}:{self.stem}"

    @property
    def key(self) -> str:
        return f"{self.root}:{self.turn}" if self.turn else self.root

    @property
    def name(self) -> str:
        """The last part of the key."""
        return self.key.split(":", 2)[2]


def derived(
    child: SiteChild, facts: Sequence[Fact], protocol: Protocol, now: datetime
) -> Iterator[Found]:
    """What the facts of one child say now."""
    if not child.is_active:
        return
    yield from _candidates(child, facts, protocol)
    drawn_on = _drawn_on(child, facts)
    for fact in facts:
        if fact.kind is FactKind.VISIT:
            yield from _visit(child, fact, now)
        elif fact.kind is FactKind.TROUGH_DAY:
            yield from _trough_day(child, fact, drawn_on, protocol=protocol, now=now)
        elif fact.kind not in {FactKind.DRAWN, FactKind.STAY}:
            yield from _plain(child, fact, now)


def silence(
    child: SiteChild,
    diary: ShortDiary,
    protocol: Protocol,
    *,
    facts: Sequence[Fact] = (),
    now: datetime,
) -> Iterator[Found]:
    """Nobody has said anything of the last slots; held slots and days in hospital, which `facts`
    name, do not count. A silence is named by the last slot spoken of, a longer one than the days
    we look back by the week: then it is asked again each week."""
    if not diary.timetables or not diary.orders:
        return
    today = local_date(diary.timetables, now)
    first_on = today - timedelta(days=protocol.slots.alert_missed_in_days)
    away = days_of_stays(_stays(facts), first_on, today)
    slots = [
        slot for slot in slots_between(diary.timetables, first_on, today) if slot.on not in away
    ]
    states = fold(slots, diary.entries, diary.orders, now=now, rules=protocol.slots)
    for alert in diary_alerts(states, protocol.slots):
        if alert.kind is AlertKind.SILENT:
            told = [entry.slot for entry in diary.entries]
            since = next(state.slot.due_at for state in states if state.key == alert.slots[0])
            yield Found(
                Derived.SILENT,
                child,
                f"after-{slot_name(max(told))}" if told else "week",
                since,
                {"slots": len(alert.slots)},
                turn="" if told else _week(now),
            )


def _stays(facts: Sequence[Fact]) -> Iterator[Stay]:
    return (Stay(fact.on, fact.until) for fact in facts if fact.kind is FactKind.STAY and fact.on)


def _candidates(child: SiteChild, facts: Sequence[Fact], protocol: Protocol) -> Iterator[Found]:
    """What families saw and nobody decided: is it an adverse event? One matter for all of them."""
    waiting = [
        fact
        for fact in facts
        if fact.kind is FactKind.SYMPTOM and fact.on is not None and fact.at is not None
        if proposes_event(
            Report(fact.code or "", fact.detail or "", fact.on, fact.amount), protocol.events.fever
        )
    ]
    if waiting:
        oldest = min(fact.at for fact in waiting if fact.at)
        yield Found(Derived.EVENT_CANDIDATES, child, "open", oldest, {"count": len(waiting)})


def _plain(child: SiteChild, fact: Fact, now: datetime) -> Iterator[Found]:
    """Facts that are matters as they stand."""
    at, month = fact.at or now, f"{now:%Y-%m}"
    match fact.kind:
        case FactKind.DRAFT | FactKind.CORRECTION | FactKind.SERIOUS:
            yield _work(child, fact, at)
        case FactKind.ASSESSMENT:
            yield from _assessment(child, fact, now)
        case FactKind.MESSAGE:
            yield _message(child, fact, at)
        case FactKind.OPTED_OUT:
            yield Found(Derived.OPTED_OUT, child, str(fact.ref), at, turn=month)
        case FactKind.NO_CARER:
            yield Found(Derived.NO_CARER, child, "nobody", at, turn=month)
        case _:
            return


def _work(child: SiteChild, fact: Fact, at: datetime) -> Found:
    """Something that somebody wrote and somebody else must look at."""
    if fact.kind is FactKind.DRAFT:
        told: dict[str, object] = {"ml": fact.amount, "order": fact.public_id}
        return Found(Derived.SECOND_SIGNATURE, child, str(fact.ref), at, told)
    if fact.kind is FactKind.CORRECTION:
        return Found(Derived.CORRECTION_ASKED, child, "open", at, {"count": fact.ref})
    event = {"event": fact.public_id, "term": fact.code, "on": fact.on}
    return Found(Derived.SERIOUS_EVENT, child, str(fact.ref), at, event)


def _assessment(child: SiteChild, fact: Fact, now: datetime) -> Iterator[Found]:
    since = _midnight(fact.on or now.date(), child)
    if since <= now:
        visit = {"visit": fact.code, "on": fact.on}
        yield Found(Derived.ASSESSMENT_DUE, child, str(fact.code), since, visit)


def _message(child: SiteChild, fact: Fact, at: datetime) -> Found:
    code = Derived.MESSAGE_IN_DOUBT if fact.code == _IN_DOUBT else Derived.MESSAGE_UNDELIVERED
    told = {"code": fact.detail, "message": fact.public_id}
    return Found(code, child, str(fact.ref), at, told, turn=_week(at))


def _visit(child: SiteChild, fact: Fact, now: datetime) -> Iterator[Found]:
    """On its day; after it; and once more when its window has passed."""
    if fact.on is None or fact.until is None or fact.code is None:
        return
    today = now.astimezone(ZoneInfo(child.zone)).date()
    told = {"visit": fact.code, "on": fact.on, "window_to": fact.until}
    if fact.on == today:
        yield Found(Derived.VISIT_TODAY, child, fact.code, _midnight(fact.on, child), told)
    elif fact.on < today <= fact.until:
        yield Found(Derived.VISIT_OVERDUE, child, fact.code, _midnight(fact.on, child), told)
    elif fact.on < today:
        closed_on = max(fact.on, fact.until) + timedelta(days=1)
        since = _midnight(closed_on, child)
        yield Found(Derived.VISIT_WINDOW_MISSED, child, fact.code, since, told)


def _trough_day(
    child: SiteChild, fact: Fact, drawn_on: frozenset[date], *, protocol: Protocol, now: datetime
) -> Iterator[Found]:
    """A level was due, the morning is over, and nobody says that blood was taken."""
    if fact.on is None or child.times is None or fact.on in drawn_on:
        return
    slots = slots_between((timetable_of(child.times, fact.on),), fact.on, fact.on)
    morning = next((slot for slot in slots if slot.key.half is Half.MORNING), None)
    if morning is None:
        return
    since = morning.due_at + hours(protocol.worklist.trough_undrawn_after_hours)
    if since <= now:
        told = {"visit": fact.code, "on": fact.on}
        yield Found(Derived.TROUGH_UNDRAWN, child, f"{fact.code}:{fact.on}", since, told)


def _drawn_on(child: SiteChild, facts: Sequence[Fact]) -> frozenset[date]:
    zone = ZoneInfo(child.times[0] if child.times else child.zone)
    return frozenset(
        fact.at.astimezone(zone).date() for fact in facts if fact.kind is FactKind.DRAWN and fact.at
    )


def _midnight(on: date, child: SiteChild) -> datetime:
    return datetime(on.year, on.month, on.day, tzinfo=ZoneInfo(child.zone))


def _week(at: datetime) -> str:
    year, week, _day = at.isocalendar()
    return f"{year}-{week}"
