"""Matters for the clinic that nobody raised: they are read from the facts each time."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from domain.diary import fold
from domain.diary_alerts import AlertKind, diary_alerts
from domain.protocol import Protocol
from domain.slots import local_date, slots_between
from models.attention import Urgency
from models.message import MessageState
from services.dose_matters import slot_name
from services.site_facts import ChildFacts


class Derived(StrEnum):
    """What can be seen without being told."""

    SILENT = "silent"
    MESSAGE_UNDELIVERED = "message_undelivered"
    OPTED_OUT = "opted_out"
    SECOND_SIGNATURE = "second_signature"
    CORRECTION_ASKED = "correction_asked"
    VISIT_TODAY = "visit_today"
    VISIT_OVERDUE = "visit_overdue"


URGENCY: Final[Mapping[Derived, Urgency]] = {
    Derived.SILENT: Urgency.THIS_WEEK,
    Derived.MESSAGE_UNDELIVERED: Urgency.THIS_WEEK,
    Derived.OPTED_OUT: Urgency.REVIEW,
    Derived.SECOND_SIGNATURE: Urgency.SAME_DAY,
    Derived.CORRECTION_ASKED: Urgency.REVIEW,
    Derived.VISIT_TODAY: Urgency.SAME_DAY,
    Derived.VISIT_OVERDUE: Urgency.THIS_WEEK,
}
# a person ends these by saying so; the others end when the work is done
ENDED_BY_WORD: Final = frozenset({Derived.SILENT, Derived.MESSAGE_UNDELIVERED, Derived.OPTED_OUT})
_UNDELIVERED: Final = frozenset({MessageState.UNDELIVERED, MessageState.FAILED})


Found = tuple[Derived, str, datetime, Mapping[str, object]]


def derived(facts: ChildFacts, protocol: Protocol, now: datetime) -> Iterator[Found]:
    """Code, name, beginning and facts of everything that can be seen now."""
    yield from _silent(facts, protocol, now)
    yield from _unreached(facts, now)
    for draft in facts.drafts:
        if not any(step.signed_at >= draft.recorded_at for step in facts.orders):
            told: dict[str, object] = {"ml": draft.given_ml, "order": draft.public_id}
            yield Derived.SECOND_SIGNATURE, str(draft.id), draft.recorded_at, told
    if facts.asked_at is not None:
        count = {"count": facts.asked_corrections}
        yield Derived.CORRECTION_ASKED, "open", facts.asked_at, count
    yield from _visits(facts, now)


def _silent(facts: ChildFacts, protocol: Protocol, now: datetime) -> Iterator[Found]:
    """Nobody has said anything of the last slots. A silence is named by the last slot spoken of,
    a longer one than the week we look back by the week: then it is asked again each week."""
    if not facts.timetables or not facts.orders:
        return
    today = local_date(facts.timetables, now)
    first_on = today - timedelta(days=protocol.slots.alert_missed_in_days)
    states = fold(
        slots_between(facts.timetables, first_on, today),
        facts.entries,
        facts.orders,
        now=now,
        rules=protocol.slots,
    )
    for alert in diary_alerts(states, protocol.slots):
        if alert.kind is AlertKind.SILENT:
            told = [entry.slot for entry in facts.entries]
            name = slot_name(max(told)) if told else f"week-{_week(now)}"
            since = next(state.slot.due_at for state in states if state.key == alert.slots[0])
            yield Derived.SILENT, f"after-{name}", since, {"slots": len(alert.slots)}


def _unreached(facts: ChildFacts, now: datetime) -> Iterator[Found]:
    """Asked again next week or month for as long as it stays so."""
    for reach in facts.reach:
        if not reach.wants_messages:
            since = reach.message.due_at if reach.message else reach.account.created_at
            yield Derived.OPTED_OUT, f"{reach.account.id}:{now:%Y-%m}", since, {}
        elif reach.message is not None and reach.message.state in _UNDELIVERED:
            at = reach.message.due_at
            name = f"{reach.account.id}:{_week(at)}"
            told = {"code": reach.message.error_code}
            yield Derived.MESSAGE_UNDELIVERED, name, at, told


def _visits(facts: ChildFacts, now: datetime) -> Iterator[Found]:
    zone = ZoneInfo(facts.site.time_zone)
    today = now.astimezone(zone).date()
    for visit in facts.visits:
        told = {"visit": visit.code, "on": visit.on}
        if visit.on == today:
            yield Derived.VISIT_TODAY, visit.code, _midnight(visit.on, zone), told
        elif visit.on < today:
            yield Derived.VISIT_OVERDUE, visit.code, _midnight(visit.on, zone), told


def _midnight(on: date, zone: ZoneInfo) -> datetime:
    return datetime(on.year, on.month, on.day, tzinfo=zone)


def _week(at: datetime) -> str:
    year, week, _day = at.isocalendar()
    return f"{year}-{week}"
