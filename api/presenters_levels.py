"""Levels and their statistics, put together for their schemas."""

import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from api.presenters import Shown, shown
from domain.diary import SlotState
from domain.dosing import exact
from domain.entries import Entry
from domain.in_range import Stretch, TimeInRange
from domain.level import LevelUnit
from domain.trough import Finding, Verdict
from models.laboratory import Level
from services.level_book import LevelBook
from services.people import public_ids_of
from services.range_statistics import RangeStatistics
from services.verdicts import JudgedLevel

People = Mapping[int, uuid.UUID]
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def shown_levels(session: Session, book: LevelBook) -> tuple[Shown, ...]:
    """Every level in the order drawn."""
    people = _people(session, book.all)
    return tuple(_shown(judged, book, people) for judged in book.all)


def shown_level(session: Session, book: LevelBook, row: Level) -> Shown:
    judged = book.of(row)
    return _shown(judged, book, _people(session, [judged]))


def shown_statistics(found: RangeStatistics) -> Shown:
    spread = found.variability
    return {
        "target": found.target,
        "counted": [judged.row.public_id for judged in found.counted],
        "in_range": found.in_range,
        "fraction": found.fraction,
        "time_in_range": _time(found.time),
        "variability": {
            "percent": spread.percent,
            "mean": spread.mean,
            "deviation": spread.deviation,
            "per_dose": spread.per_dose,
            "refusal": spread.refusal,
            "numbers": [
                {"level": uuid.UUID(one.trough.name), "number": one.number}
                for one in spread.compared
            ],
        },
        "left_out": [
            {"level": judged.row.public_id, "headline": judged.headline}
            for judged in found.left_out
        ],
        "rule_version": found.rule_version,
    }


def _people(session: Session, levels: Any) -> People:
    verdicts = (judged.verdict for judged in levels if judged.verdict)
    entries = (entry for found in verdicts for state in found.doses for entry in state.entries)
    return public_ids_of(session, {int(entry.by) for entry in entries})


def _shown(judged: JudgedLevel, book: LevelBook, people: People) -> Shown:
    row, concern = judged.row, judged.concern
    later = book.corrected_by.get(row.id)
    by_id = {other.row.id: other.row for other in book.all}
    amended = by_id.get(row.amends_id) if row.amends_id else None
    return {
        **shown(row, amended.public_id if amended else None),
        "unit": LevelUnit.NG_PER_ML,
        "corrected_by": later.public_id if later else None,
        "target": judged.target,
        "position": judged.position,
        "tier": concern.code if concern else None,
        "action": concern.action if concern else None,
        "headline": judged.headline,
        "valid": judged.is_valid,
        "overrules": book.overrules.get(row.id, ()),
        "order": judged.order,
        "rule_version": book.statistics.rule_version,
        **_verdict(judged.verdict, row.drawn_at, people),
    }


def _verdict(verdict: Verdict | None, drawn_at: datetime, people: People) -> Shown:
    """A child without dose times has none: nobody can say."""
    if verdict is None:
        reasons = [Finding.CANNOT_SAY]
        nothing = ("decisive_dose", "hours_since_dose", "days_on_dose", "dose_start")
        known: dict[str, Any] = dict.fromkeys(nothing)
        return known | {
            "computed_headline": Finding.CANNOT_SAY,
            "reasons": reasons,
            "flags": (),
            "doses": (),
        }
    decisive = verdict.decisive
    key = decisive.state.key if decisive.state else None
    return {
        "computed_headline": verdict.headline,
        "reasons": verdict.reasons,
        "flags": verdict.flags,
        "decisive_dose": {
            "slot": key,
            "taken_at": decisive.taken_at,
            "certain": decisive.certain,
            "by_word_of_mouth": decisive.by_word_of_mouth,
        },
        "hours_since_dose": None if verdict.elapsed is None else _ratio(verdict.elapsed, HOUR),
        "days_on_dose": verdict.days_on_dose,
        "dose_start": verdict.start,
        "doses": [
            {
                "slot": state.key,
                "due_at": state.slot.due_at,
                "status": state.status,
                "contradictory": state.contradictory,
                "decisive": state.key == key,
                "entries": list(_entries(state, drawn_at, people)),
            }
            for state in verdict.doses
        ],
    }


def _entries(state: SlotState, drawn_at: datetime, people: People) -> Iterator[Shown]:
    for entry in state.entries:
        yield {
            "outcome": entry.outcome,
            "taken_at": entry.taken_at,
            "entered_at": entry.entered_at,
            "received_at": entry.received_at,
            "by": people.get(int(entry.by)),
            "channel": entry.channel,
            "vomited_after_minutes": entry.vomited_after_minutes,
            "hours_before_sample": _hours_before(entry, drawn_at),
        }


def _hours_before(entry: Entry, drawn_at: datetime) -> Decimal | None:
    if entry.taken_at is None or entry.taken_at >= drawn_at:
        return None
    return _ratio(drawn_at - entry.taken_at, HOUR)


def _time(found: TimeInRange) -> Shown:
    return {
        "fraction": found.fraction,
        "days_below": _ratio(found.below, DAY),
        "days_in_range": _ratio(found.within, DAY),
        "days_above": _ratio(found.above, DAY),
        "stretches": [_stretch(stretch) for stretch in found.stretches],
    }


def _stretch(stretch: Stretch) -> Shown:
    return {
        "since": uuid.UUID(stretch.one.name),
        "until": uuid.UUID(stretch.other.name),
        "days": _ratio(stretch.span, DAY),
        "days_below": _ratio(stretch.below, DAY),
        "days_in_range": _ratio(stretch.within, DAY),
        "days_above": _ratio(stretch.above, DAY),
        "unbridged": stretch.unbridged,
    }


def _ratio(span: timedelta, unit: timedelta) -> Decimal:
    tick = timedelta(microseconds=1)
    with exact():
        return Decimal(span // tick) / Decimal(unit // tick)
