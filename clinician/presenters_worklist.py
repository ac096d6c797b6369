"""The worklist in words: one card a matter, one row a child."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask import current_app, url_for
from flask_babel import gettext as _

from clinician.visit_words import visit_label
from clinician.work_words import HALVES, URGENCIES, matter_word
from domain.interval import Interval
from domain.level import Position
from domain.orders import OrderKind
from domain.protocol import Half, Protocol
from models.attention import Urgency
from models.participant import Participant
from services.verdicts import reported_level
from services.worklist import ChildLine, WorkItem, Worklist
from web.formats import age, clock, day, language, millilitres, short_day

ARROWS: Final = {Position.ABOVE: "▲", Position.BELOW: "▼", Position.WITHIN: ""}
_CLASSES: Final = {Urgency.URGENT: "urgent", Urgency.SAME_DAY: "urgent", Urgency.THIS_WEEK: "soon"}
_ICONS: Final = {
    "silent": "question",
    "message_undelivered": "bell",
    "phone_unreachable": "bell",
    "opted_out": "bell",
    "visit_today": "calendar",
    "visit_overdue": "calendar",
    "second_signature": "person",
    "correction_asked": "question",
    "doubled": "double",
}


@dataclass(frozen=True, slots=True)
class ItemCard:
    """One matter as the page shows it. `action` is where the work is done, with its word."""

    key: str
    child: Participant
    url: str
    look: str
    icon: str
    title: str
    detail: str
    urgency: str
    since: datetime
    zone: ZoneInfo
    action: tuple[str, str] | None
    may_answer: bool


@dataclass(frozen=True, slots=True)
class ChildRow:
    """One child of the table."""

    child: Participant
    url: str
    site: str
    age: str
    arm: str
    order: str
    is_held: bool
    last_dose: str
    level: str
    level_words: str
    is_out: bool
    drawn: str
    matters: int
    look: str


def page_of(child: Participant) -> str:
    """The child's main page."""
    known = "clinician.participant" in current_app.view_functions
    name = "clinician.participant" if known else "clinician.orders"
    return url_for(name, participant=child.public_id)


def item_cards(found: Worklist, may_answer: frozenset[int]) -> list[ItemCard]:
    """`may_answer` are the sites (ids) at which the reader may end a matter."""
    zones = {line.child.id: ZoneInfo(line.facts.site.time_zone) for line in found.lines}
    protocols = {line.child.id: line.protocol for line in found.lines}
    return [
        ItemCard(
            key=item.key,
            child=item.child,
            url=page_of(item.child),
            look=_CLASSES.get(item.urgency, ""),
            icon=_ICONS.get(item.code, "warning"),
            title=matter_word(item.code),
            detail=detail_of(item, protocols[item.child.id]),
            urgency=str(URGENCIES[item.urgency]),
            since=item.since,
            zone=zones[item.child.id],
            action=_action(item),
            may_answer=item.can_be_acknowledged and item.child.site_id in may_answer,
        )
        for item in found.items
    ]


def detail_of(item: WorkItem, protocol: Protocol) -> str:
    """The facts of a matter in one line."""
    facts = item.facts
    match item.code:
        case "level_concern":
            return _level_detail(facts)
        case "visit_today" | "visit_overdue":
            return visit_label(protocol, str(facts["visit"]))
        case "second_signature":
            ml = facts.get("ml")
            return millilitres(ml) if isinstance(ml, Decimal) else ""
        case "message_undelivered" | "phone_unreachable":
            code = facts.get("code")
            return _("code %(code)s", code=code) if code else ""
        case _:
            return _slots_detail(facts)


def _level_detail(facts: Mapping[str, object]) -> str:
    arrow = ARROWS.get(Position(str(facts["position"])), "") if "position" in facts else ""
    bounds = f"{facts['low']}–{facts['high']}" if {"low", "high"} <= facts.keys() else ""
    words = str(_("range %(range)s", range=bounds)) if bounds else ""
    return " · ".join(filter(None, (f"{arrow} {facts.get('result', '')} ng/mL".strip(), words)))


def _slots_detail(facts: Mapping[str, object]) -> str:
    if "slot_on" in facts and "half" in facts:
        return _slot_words(f"{facts['slot_on']}:{facts['half']}")
    slots: Any = facts.get("slots")
    return ", ".join(_slot_words(str(slot)) for slot in slots) if isinstance(slots, list) else ""


def _slot_words(name: str) -> str:
    """A slot as alerts name it, "2026-03-10:morning"; anything else as it is."""
    on, _colon, half = name.partition(":")
    try:
        return f"{short_day(date.fromisoformat(on))} {HALVES[Half(half)]}"
    except ValueError:
        return name


def _action(item: WorkItem) -> tuple[str, str] | None:
    child = item.child.public_id
    match item.code:
        case "second_signature":
            order = item.facts["order"]
            url = url_for("clinician.sign_order", participant=child, order=order)
            return url, _("Look and sign")
        case "correction_asked":
            return url_for("clinician.corrections"), _("Decide")
        case "visit_today" | "visit_overdue":
            return url_for("clinician.visits", participant=child), _("Visits")
        case "opted_out" | "message_undelivered" | "phone_unreachable":
            return url_for("clinician.carers", participant=child), _("Carers")
        case _:
            return None


def child_rows(found: Worklist, now: datetime) -> list[ChildRow]:
    return [_row(line, now) for line in found.lines]


def _row(line: ChildLine, now: datetime) -> ChildRow:
    facts, arm = line.facts, line.protocol.arm(line.facts.arm) if line.facts.arm else None
    zone = ZoneInfo(facts.site.time_zone)
    return ChildRow(
        child=line.child,
        url=page_of(line.child),
        site=facts.site.code,
        age=age(line.child.born_on, now.astimezone(zone).date()),
        arm=str(arm.label.get(language(), arm.label["en"])) if arm else "",
        order=order_words(line),
        is_held=line.order is not None and line.order.kind is not OrderKind.DOSE,
        last_dose=_dose_words(line, zone),
        level=_level_words(line),
        level_words=_range_words(line, arm.trough if arm else None),
        is_out=line.position in {Position.ABOVE, Position.BELOW},
        drawn=day(facts.level.drawn_at.astimezone(zone).date()) if facts.level else "",
        matters=len(line.items),
        look=_worst(line),
    )


def order_words(line: ChildLine) -> str:
    """The order of now in mL; where it only begins later, with its day."""
    step = line.order
    if step is None:
        return str(_("none yet"))
    if step.kind is OrderKind.HOLD:
        return str(_("on hold"))
    if step.kind is OrderKind.STOP or step.ml is None:
        return str(_("stopped"))
    return millilitres(step.ml)


def range_text(bounds: Interval) -> str:
    """ ">10–15": an open lower end is said."""
    return f"{'' if bounds.low_included else '>'}{bounds.low:f}–{bounds.high:f}"


def _dose_words(line: ChildLine, zone: ZoneInfo) -> str:
    entry = line.last_dose
    if entry is None:
        return "–"
    at = entry.taken_at
    half = HALVES[entry.slot.half]
    return f"{short_day(entry.slot.on)}, {clock(at, zone) if at else half}"


def _level_words(line: ChildLine) -> str:
    if line.facts.level is None:
        return "–"
    arrow = ARROWS[line.position] if line.position else ""
    return f"{arrow} {reported_level(line.facts.level).text}".strip()


def _range_words(line: ChildLine, bounds: Interval | None) -> str:
    if line.position is None or bounds is None:
        return ""
    words = {
        Position.ABOVE: _("above %(range)s", range=range_text(bounds)),
        Position.BELOW: _("below %(range)s", range=range_text(bounds)),
        Position.WITHIN: _("in range"),
    }
    return str(words[line.position])


def _worst(line: ChildLine) -> str:
    order = list(Urgency)
    if not line.items:
        return ""
    worst = min(line.items, key=lambda item: order.index(item.urgency))
    return _CLASSES.get(worst.urgency, "")
