"""The worklist in words: one card a matter, one row a child. Cells are made once, here."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from flask import current_app, url_for
from flask_babel import gettext as _

from clinician.matter_words import ARROWS, action_of, detail_of, icon_of
from clinician.place import SOMEBODY
from clinician.work_words import HALVES, KINDS, URGENCIES, matter_word
from domain.interval import Interval
from domain.level import Position
from domain.orders import OrderKind
from models.attention import Urgency
from models.participant import Participant
from services.protocols import Protocols
from services.review_since import SinceReview
from services.worklist import WorkItem
from services.worklist_lines import ChildLine
from web.formats import age, clock, day, language, millilitres, moment, short_day

HOUR: Final = timedelta(hours=1)
LOOKS: Final = {Urgency.URGENT: "urgent", Urgency.SAME_DAY: "urgent", Urgency.THIS_WEEK: "soon"}


@dataclass(frozen=True, slots=True)
class ItemCard:
    """One matter as the page shows it. `action` is where the work is done, with its word; `quiet`
    says for how long nobody answered what was passed on; `owner` who has taken it on."""

    key: str
    number: str
    base: str
    look: str
    icon: str
    title: str
    detail: str
    urgency: str
    kind: str
    since: str
    since_iso: str
    action: tuple[str, str] | None
    quiet: str
    owner: str
    is_mine: bool
    may_act: bool
    may_answer: bool


@dataclass(frozen=True, slots=True)
class ChildRow:
    """One child of the table."""

    number: str
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
    matters: int
    look: str
    new: str


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: `names` of those who took matters on, and the sites at which the reader acts."""

    account_id: int | None
    names: Mapping[int, str]
    acts_at: Collection[int]


def page_base() -> str:
    """The address of a child's pages, with a place for the child: asking for it once is cheaper
    than once a row."""
    known = "clinician.participant" in current_app.view_functions
    name = "clinician.participant" if known else "clinician.orders"
    return url_for(name, participant=SOMEBODY)


def page_of(child: Participant) -> str:
    """The child's main page."""
    return page_base().replace(SOMEBODY, str(child.public_id))


def item_cards(
    items: Sequence[WorkItem], protocols: Protocols, reader: Reader, now: datetime
) -> list[ItemCard]:
    base = page_base()
    return [
        _card(item, base, reader, detail_of(item, protocols[item.child.protocol_key]), now=now)
        for item in items
    ]


def _card(item: WorkItem, somebody: str, reader: Reader, detail: str, *, now: datetime) -> ItemCard:
    base = somebody.replace(SOMEBODY, str(item.child.public_id))
    may_act = item.child.site_id in reader.acts_at
    owner = item.assigned_to_id
    return ItemCard(
        key=item.key,
        number=item.child.study_number,
        base=base,
        look=LOOKS.get(item.urgency, ""),
        icon=icon_of(item.code),
        title=matter_word(item.code),
        detail=detail,
        urgency=str(URGENCIES[item.urgency]),
        kind=str(KINDS[item.kind]),
        since=moment(item.since, item.child.zone),
        since_iso=item.since.isoformat(),
        action=action_of(item, base),
        quiet=_quiet(item, now),
        owner="" if owner is None else reader.names.get(owner, ""),
        is_mine=owner is not None and owner == reader.account_id,
        may_act=may_act,
        may_answer=may_act and item.can_be_acknowledged,
    )


def _quiet(item: WorkItem, now: datetime) -> str:
    if not item.escalations:
        return ""
    return str(_("unanswered for %(hours)s h", hours=int((now - item.since) // HOUR)))


def child_rows(
    lines: Sequence[ChildLine],
    items: Mapping[int, Sequence[WorkItem]],
    new: Mapping[int, SinceReview],
    now: datetime,
) -> list[ChildRow]:
    """`items` and `new` by child."""
    base = page_base()
    return [
        _row(line, base, items.get(line.child.id, ()), new=new.get(line.child.id), now=now)
        for line in lines
    ]


def _row(
    line: ChildLine,
    somebody: str,
    items: Sequence[WorkItem],
    *,
    new: SinceReview | None,
    now: datetime,
) -> ChildRow:
    child = line.child
    arm = line.protocol.arm(child.arm) if child.arm else None
    zone = ZoneInfo(child.zone)
    return ChildRow(
        number=child.study_number,
        url=somebody.replace(SOMEBODY, str(child.public_id)),
        site=child.site_code,
        age=age(child.born_on, now.astimezone(zone).date()),
        arm=str(arm.label.get(language(), arm.label["en"])) if arm else str(_("not yet")),
        order=order_words(line),
        is_held=line.order is not None and line.order.kind is not OrderKind.DOSE,
        last_dose=_dose_words(line, zone),
        level=_level_words(line),
        level_words=_range_words(line, arm.trough if arm else None, zone),
        is_out=line.position in {Position.ABOVE, Position.BELOW},
        matters=len(items),
        look=LOOKS.get(items[0].urgency, "") if items else "",
        new=new_words(new),
    )


def new_words(new: SinceReview | None) -> str:
    """What came since the reader last reviewed the child: "levels: 1, photos: 2"."""
    if new is None or not new.total:
        return ""
    kinds = (
        (new.mishaps, _("doses missed or odd")),
        (new.levels, _("levels")),
        (new.labs, _("laboratory results")),
        (new.events, _("adverse events")),
        (new.symptoms, _("symptoms")),
        (new.photos, _("photos")),
        (new.messages, _("messages failed")),
    )
    return ", ".join(f"{word}: {count}" for count, word in kinds if count)


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
    slot, at = line.newest.dose_slot, line.newest.dose_at
    if slot is None:
        return "–"
    return f"{short_day(slot.on)}, {clock(at, zone) if at else HALVES[slot.half]}"


def _level_words(line: ChildLine) -> str:
    if line.newest.level is None:
        return "–"
    arrow = ARROWS[line.position] if line.position else ""
    return f"{arrow} {line.newest.level.text}".strip()


def _range_words(line: ChildLine, bounds: Interval | None, zone: ZoneInfo) -> str:
    """Where the level lies, and the day it was drawn."""
    drawn_at = line.newest.level_at
    if drawn_at is None:
        return ""
    drawn = day(drawn_at.astimezone(zone).date())
    if line.position is None or bounds is None:
        return drawn
    return f"{_position_words(line.position, bounds)}, {drawn}"


def _position_words(where: Position, bounds: Interval) -> str:
    if where is Position.WITHIN:
        return str(_("in range"))
    if where is Position.ABOVE:
        return str(_("above %(range)s", range=range_text(bounds)))
    return str(_("below %(range)s", range=range_text(bounds)))
