"""A level in words: where it lies, what its verdict is and what that rests on."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from clinician.level_words import FLAGS
from clinician.result_words import (
    ARROWS,
    CHANNELS,
    FINDINGS,
    HALVES,
    POSITIONS,
    URGENCIES,
    word,
)
from domain.diary import SlotState, SlotStatus
from domain.interval import Interval
from domain.level import Position
from domain.orders import OrderStep
from domain.protocol import Protocol
from models.laboratory import Level, LevelOverrule
from services.verdicts import JudgedLevel, reported_level
from web.formats import clock, day, decimal, millilitres, moment, plain_amount, short_day

LOOKS: Final[dict[SlotStatus, str]] = {
    SlotStatus.DOUBLED: "double",
    SlotStatus.PARTIAL: "partly",
    SlotStatus.NOT_DUE: "not_yet",
}


@dataclass(frozen=True, slots=True)
class DoseLine:
    """One slot a verdict rests on; `state` is a state of the badges."""

    slot: str
    state: str
    taken: str
    entered: str


@dataclass(frozen=True, slots=True)
class LevelCard:
    """Everything the page of a level and its row in a table say."""

    public_id: UUID
    drawn: str
    result: str
    target: str
    arrow: str
    position: str
    is_outside: bool
    concern: str
    headline: str
    is_valid: bool
    reasons: tuple[str, ...]
    flags: tuple[str, ...]
    overruled_from: str
    overrule: LevelOverrule | None
    row: Level
    elapsed: str
    days_on_dose: int | None
    order: str
    rule_version: str


def level_card(judged: JudgedLevel, zone: ZoneInfo, protocol: Protocol) -> LevelCard:
    """The words for one judged level."""
    verdict, row = judged.verdict, judged.row
    return LevelCard(
        public_id=row.public_id,
        drawn=moment(row.drawn_at, zone),
        result=judged.level.text,
        target=interval_text(judged.target),
        arrow=ARROWS[judged.position],
        position=word(POSITIONS, judged.position),
        is_outside=judged.position is not Position.WITHIN,
        concern=word(URGENCIES, judged.concern.action) if judged.concern else "",
        headline=word(FINDINGS, judged.headline),
        is_valid=judged.is_valid,
        reasons=tuple(word(FINDINGS, reason) for reason in verdict.reasons) if verdict else (),
        flags=tuple(word(FLAGS, flag) for flag in verdict.flags) if verdict else (),
        overruled_from=word(FINDINGS, verdict.headline) if verdict and judged.overrule else "",
        overrule=judged.overrule,
        row=row,
        elapsed=hours_text(verdict.elapsed) if verdict and verdict.elapsed is not None else "",
        days_on_dose=verdict.days_on_dose if verdict else None,
        order=order_text(judged.order),
        rule_version=protocol.key,
    )


def order_text(order: OrderStep | None) -> str:
    """0.36 mL · 0.36 mg: one dose of the order; empty where no dose was prescribed."""
    if order is None or order.ml is None or order.mg is None:
        return ""
    return f"{millilitres(order.ml)} · {plain_amount(order.mg)} mg"


def interval_text(target: Interval) -> str:
    """> 10 to ≤ 15, or 7–10 where both ends belong to it."""
    if target.low_included and target.high_included:
        return f"{decimal(target.low)}–{decimal(target.high)}"
    low, high = ("≥" if target.low_included else ">"), ("≤" if target.high_included else "<")
    ends = {"low": f"{low} {decimal(target.low)}", "high": f"{high} {decimal(target.high)}"}
    return str(_("%(low)s to %(high)s", **ends))


def dose_line(state: SlotState, zone: ZoneInfo, look: str | None = None) -> DoseLine:
    """A slot with when its doses were taken, and how and when that was written down."""
    taken = [
        clock(dose.taken_at, zone) if dose.taken_at else _("time not known") for dose in state.doses
    ]
    entered = [
        f"{word(CHANNELS, entry.channel)}, {near(entry.entered_at, state, zone)}"
        for entry in state.entries
    ]
    return DoseLine(
        slot=f"{short_day(state.slot.on)} · {word(HALVES, state.slot.half)}",
        state=look or LOOKS.get(state.status, state.status.value),
        taken=" + ".join(taken),
        entered="; ".join(entered),
    )


def hours_text(elapsed: timedelta) -> str:
    """12 h 05 min."""
    minutes = elapsed // timedelta(minutes=1)
    return str(_("%(hours)s h %(minutes)02d min", hours=minutes // 60, minutes=minutes % 60))


def level_values(row: Level, zone: ZoneInfo) -> dict[str, str]:
    """A stored level as the form shows it, to be corrected."""
    drawn = row.drawn_at.astimezone(zone)
    told = row.last_dose_at.astimezone(zone) if row.last_dose_at else None
    return {
        "drawn_on": f"{drawn:%Y-%m-%d}",
        "drawn_time": f"{drawn:%H:%M}",
        "level": reported_level(row).text,
        "assay": row.assay or "",
        "laboratory": row.laboratory or "",
        "last_dose_on": f"{told:%Y-%m-%d}" if told else "",
        "last_dose_time": f"{told:%H:%M}" if told else "",
        "last_dose_told_by": row.last_dose_told_by or "",
        "note": row.note or "",
        "amends": str(row.public_id),
    }


def near(at: datetime, state: SlotState, zone: ZoneInfo) -> str:
    """The clock alone on the slot's own day, else with its date."""
    local = at.astimezone(zone)
    if local.date() == state.slot.on:
        return f"{local:%H:%M}"
    return f"{day(local.date())} {local:%H:%M}"
