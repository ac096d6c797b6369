"""All children of some sites, lean: one query, plain values, no table objects."""

import uuid
from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import Any, Final, NamedTuple

from sqlalchemy import Date, Select, String, bindparam, case, cast, exists, select
from sqlalchemy.orm import Session, aliased

from domain.entries import Outcome
from domain.lateness import hours
from domain.protocol import Half, SlotRules
from domain.slots import SlotKey, Timetable, local_date, slots_between
from models.dose import DoseEntry
from models.participant import Allocation, DaySchedule, Participant, ParticipantStatus
from models.site import Site

# two slots that are over never lie further back
_RECENT: Final = timedelta(days=4)
_HALVES: Final = {"1": Half.MORNING, "2": Half.EVENING}


class SiteChild(NamedTuple):
    """A child on the worklist. `last_told` is the newest slot of the last days of which anybody
    said anything that stands; `times` the newest dose times (zone, morning, evening) and
    `times_from_on` since when."""

    id: int
    public_id: uuid.UUID
    site_id: int
    site_code: str
    zone: str
    study_number: str
    born_on: date
    status: ParticipantStatus
    protocol_key: str
    arm: str | None
    times_from_on: date | None
    times: tuple[str, str, str] | None
    last_told: SlotKey | None

    @property
    def is_active(self) -> bool:
        return self.status is ParticipantStatus.ACTIVE


def children_of_sites(
    session: Session, site_ids: Collection[int], *, now: datetime
) -> tuple[SiteChild, ...]:
    """In the order of site and study number."""
    if not site_ids:
        return ()
    told = {"site_ids": list(site_ids), "since": (now - _RECENT).date()}
    return tuple(_child(row) for row in session.execute(_query(), told))


@cache
def _query() -> Select[*tuple[Any, ...]]:
    """Built once: putting a select together takes longer than running it for a small site."""
    newest = aliased(DaySchedule)
    latest = (
        select(newest.id)
        .where(newest.participant_id == Participant.id)
        .order_by(newest.from_on.desc(), newest.recorded_at.desc(), newest.id.desc())
        .limit(1)
        .correlate(Participant)
        .scalar_subquery()
    )
    return (
        select(
            Participant.id,
            Participant.public_id,
            Participant.site_id,
            Site.code,
            Site.time_zone,
            Participant.study_number,
            Participant.born_on,
            Participant.status,
            Participant.protocol_key,
            Allocation.arm,
            DaySchedule.from_on,
            DaySchedule.time_zone,
            cast(DaySchedule.morning_local, String),
            cast(DaySchedule.evening_local, String),
            _last_told(),
        )
        .join(Site, Site.id == Participant.site_id)
        .outerjoin(Allocation, Allocation.participant_id == Participant.id)
        .outerjoin(DaySchedule, DaySchedule.id == latest)
        .where(Participant.site_id.in_(bindparam("site_ids", expanding=True)))
        .order_by(Site.code, Participant.study_number)
    )


def _last_told() -> Any:
    """ "2026-03-09:2": day and half in the order of slots. What anybody amended is left out, so
    that a dose taken back never hides a silence."""
    later = aliased(DoseEntry)
    is_evening = case((DoseEntry.half == Half.EVENING, 2), else_=1)
    name = cast(DoseEntry.slot_on, String) + ":" + cast(is_evening, String)
    return (
        select(name)
        .where(
            DoseEntry.participant_id == Participant.id,
            DoseEntry.slot_on >= bindparam("since", type_=Date()),
            DoseEntry.outcome != Outcome.RETRACTED,
            ~exists(select(later.id).where(later.amends_id == DoseEntry.id)),
        )
        # the newest first, by the index: the first that stands is enough
        .order_by(DoseEntry.slot_on.desc(), is_evening.desc())
        .limit(1)
        .correlate(Participant)
        .scalar_subquery()
    )


def _child(row: Sequence[Any]) -> SiteChild:
    ident, public_id, site_id, code, place, number, *facts, zone, morning, evening, told = row
    born_on, status, protocol, arm, from_on = facts
    return SiteChild(
        id=ident,
        public_id=public_id,
        site_id=site_id,
        site_code=code,
        zone=place,
        study_number=number,
        born_on=born_on,
        status=status,
        protocol_key=protocol,
        arm=arm,
        times_from_on=from_on,
        times=None if zone is None else (zone, morning, evening),
        last_told=_slot(told) if told else None,
    )


def _slot(told: str) -> SlotKey:
    on, _colon, half = told.partition(":")
    return SlotKey(date.fromisoformat(on), _HALVES[half])


@lru_cache(maxsize=256)
def timetable_of(times: tuple[str, str, str], on: date) -> Timetable:
    """The newest dose times of a child as if they had held for long before the day `on`."""
    zone, morning, evening = times
    since = on - 4 * _RECENT
    return Timetable(since, zone, time.fromisoformat(morning), time.fromisoformat(evening))


def may_be_silent(
    children: Collection[SiteChild], rules: SlotRules, now: datetime
) -> tuple[SiteChild, ...]:
    """Those of whom nobody spoke in the latest slots that are over. Whether an order was in force
    then, and whether the dose times changed, is for the diary itself to say."""
    borders: dict[tuple[str, str, str], SlotKey | None] = {}
    found: list[SiteChild] = []
    for child in children:
        if not child.is_active or child.times is None or child.times_from_on is None:
            continue
        if child.times not in borders:
            borders[child.times] = _border(child.times, rules, now)
        border = borders[child.times]
        is_new = child.times_from_on >= (now - _RECENT).date()
        if is_new or border is None or child.last_told is None or child.last_told < border:
            found.append(child)
    return tuple(found)


def _border(times: tuple[str, str, str], rules: SlotRules, now: datetime) -> SlotKey | None:
    """The earliest of the latest slots that would make a silence: all of them are over."""
    table = timetable_of(times, now.date())
    today = local_date((table,), now)
    slots = slots_between((table,), today - _RECENT, today)
    over = [s.key for s in slots if s.due_at + hours(rules.give_late_until_hours) < now]
    silent = rules.silent_slots_alert
    return over[-silent] if len(over) >= silent else None
