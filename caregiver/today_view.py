"""What the Today page says: which dose is meant now, and what is to be done about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from caregiver.place import Place
from caregiver.presenters import (
    SlotLine,
    advice_texts,
    key_text,
    names_of,
    slot_line,
    slot_title,
)
from caregiver.words import ICONS, spoken, waiting
from domain.diary import SlotState
from domain.entries import sort_out
from domain.lateness import Moment, hours, moment
from domain.orders import OrderKind, OrderStep, order_at
from domain.protocol import Half
from domain.slots import DAY, Slot, local_date, slots_between
from models.dose import DoseEntry
from models.participant import ParticipantStatus
from models.visit import BloodDraw
from services.blood_draws import draw_on, trough_visit
from services.diary import Diary, read
from services.dose_matters import read_advice


class Card(StrEnum):
    """What the one big card of the page is about."""

    CLOSED = "closed"
    NO_ORDER = "no_order"
    HELD = "held"
    STOPPED = "stopped"
    WAIT_FOR_BLOOD = "wait_for_blood"
    GIVE = "give"
    TOO_LATE = "too_late"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class NextDose:
    slot: Slot
    name: str
    title: str
    ml: Decimal | None
    waiting: str


@dataclass(frozen=True, slots=True)
class SlotCard:
    """The slot that is meant now. `advice` are the protocol's own words."""

    slot: Slot
    name: str
    title: str
    icon: str
    ml: Decimal | None
    line: SlotLine | None
    late: str
    advice: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Today:
    card: Card
    slot: SlotCard | None = None
    next: NextDose | None = None
    recent: tuple[SlotLine, ...] = ()
    undo: DoseEntry | None = None
    undo_title: str = ""
    blood: BloodDraw | None = None
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Scene:
    """The slot that is meant now, and the diary around it."""

    place: Place
    diary: Diary
    slots: tuple[Slot, ...]
    slot: Slot
    order: OrderStep

    @property
    def state(self) -> SlotState | None:
        return self.diary.state(self.slot.key)

    @property
    def is_told(self) -> bool:
        return self.state is not None and bool(self.state.entries)

    @property
    def moment(self) -> Moment:
        return moment(self.slot.due_at, self.place.now, self.place.protocol.slots)

    @property
    def is_morning(self) -> bool:
        return self.slot.half is Half.MORNING


def today_of(place: Place) -> Today:
    """Everything the page shows."""
    if place.child.status is not ParticipantStatus.ACTIVE:
        return Today(Card.CLOSED)
    if not place.timetables:
        return Today(Card.NO_ORDER)
    on = local_date(place.timetables, place.now)
    first_on, last_on = on - 2 * DAY, on + DAY
    diary = read(
        place.session,
        place.child,
        place.protocol,
        first_on=first_on,
        last_on=last_on,
        now=place.now,
    )
    slots = slots_between(diary.timetables, first_on, last_on)
    current = _current(slots, place)
    order = order_at(diary.orders, current.key) if current else None
    if current is None or order is None:
        return Today(Card.NO_ORDER, next=_first_dose(diary, place))
    return _today(_Scene(place, diary, slots, current, order))


def _today(scene: _Scene) -> Today:
    place, slot = scene.place, scene.slot
    visit = trough_visit(place.session, place.child.id, slot.on) if scene.is_morning else None
    tables = scene.diary.timetables
    blood = draw_on(place.session, place.child.id, slot.on, tables) if visit else None
    card = _card(scene, waits=visit is not None and blood is None)
    names = names_of(place.session, scene.diary.rows.values())
    undo = _undo(scene)
    before = [s for s in scene.diary.states if s.key < slot.key][-2:]
    return Today(
        card=card,
        slot=_slot_card(scene, names),
        next=_next(scene),
        recent=tuple(slot_line(s, place.protocol, names, place.zone) for s in reversed(before)),
        undo=undo,
        undo_title=slot_title(undo.half) if undo else "",
        blood=blood,
        notices=_notices(scene, card, blood),
    )


def _current(slots: tuple[Slot, ...], place: Place) -> Slot | None:
    """The latest slot whose time to be given has begun."""
    early = hours(place.protocol.slots.on_time_hours)
    begun = [slot for slot in slots if slot.due_at - early <= place.now]
    return begun[-1] if begun else None


def _card(scene: _Scene, *, waits: bool) -> Card:
    if scene.is_told:
        return Card.DONE
    if scene.order.kind is not OrderKind.DOSE:
        return Card.HELD if scene.order.kind is OrderKind.HOLD else Card.STOPPED
    if scene.moment in {Moment.TOO_LATE, Moment.MISSED_OPEN}:
        return Card.TOO_LATE
    return Card.WAIT_FOR_BLOOD if waits else Card.GIVE


def _slot_card(scene: _Scene, names: Mapping[int, str]) -> SlotCard:
    place, slot, state = scene.place, scene.slot, scene.state
    late = spoken(place.now - slot.due_at) if scene.moment is Moment.LATE else ""
    return SlotCard(
        slot=slot,
        name=key_text(slot.key),
        title=slot_title(slot.half),
        icon=ICONS[slot.half],
        ml=scene.order.ml,
        line=slot_line(state, place.protocol, names, place.zone) if state else None,
        late=late,
        advice=_advice(scene),
    )


def _advice(scene: _Scene) -> tuple[str, ...]:
    """What was shown with the newest entry of the slot; for a slot nobody reported on, what the
    protocol says of a late dose."""
    protocol = scene.place.protocol
    if scene.state is not None and scene.state.entries:
        row = scene.diary.rows[scene.state.entries[-1].id]
        return advice_texts(read_advice(row), protocol)
    if scene.order.kind is not OrderKind.DOSE:
        return ()
    late = {Moment.LATE: ["late"], Moment.TOO_LATE: ["late_skip"]}
    return advice_texts(late.get(scene.moment, []), protocol)


def _next(scene: _Scene) -> NextDose | None:
    """The next dose that is ordered and that nobody has told yet."""
    later = [slot for slot in scene.slots if slot.key > scene.slot.key]
    return next((found for slot in later if (found := _coming(scene, slot))), None)


def _coming(scene: _Scene, slot: Slot) -> NextDose | None:
    order = order_at(scene.diary.orders, slot.key)
    state = scene.diary.state(slot.key)
    if order is None or order.kind is not OrderKind.DOSE or (state and state.entries):
        return None
    wait = waiting(slot.due_at - scene.place.now)
    return NextDose(slot, key_text(slot.key), slot_title(slot.half), order.ml, wait)


def _first_dose(diary: Diary, place: Place) -> NextDose | None:
    """The first dose of a signed order that has not begun."""
    coming = [step for step in diary.orders if step.kind is OrderKind.DOSE]
    if not coming:
        return None
    order = min(coming, key=lambda step: step.from_slot)
    key = order.from_slot
    slots = slots_between(diary.timetables, key.on, key.on)
    slot = next((slot for slot in slots if slot.half is key.half), None)
    if slot is None or slot.due_at < place.now:
        return None
    wait = waiting(slot.due_at - place.now)
    return NextDose(slot, key_text(slot.key), slot_title(slot.half), order.ml, wait)


def _undo(scene: _Scene) -> DoseEntry | None:
    """The reader's own newest entry while it can be taken back."""
    place, rules = scene.place, scene.place.protocol.slots
    since = place.now - timedelta(seconds=rules.undo_seconds + rules.undo_grace_seconds)
    standing = [scene.diary.rows[e.id] for e in sort_out(scene.diary.entries).standing]
    mine = [row for row in standing if row.entered_by_id == place.actor.account_id]
    fresh = [row for row in mine if row.received_at >= since and row.amends_id is None]
    return max(fresh, key=_received, default=None)


def _received(row: DoseEntry) -> tuple[datetime, int]:
    return row.received_at, row.id


def _notices(scene: _Scene, card: Card, blood: BloodDraw | None) -> tuple[str, ...]:
    """What the protocol says on the day blood is taken, and on the evening before."""
    place, protocol = scene.place, scene.place.protocol
    if card is Card.WAIT_FOR_BLOOD:
        return advice_texts(["blood_today"], protocol)
    if card is Card.GIVE and blood is not None:
        return advice_texts(["trough_give_now"], protocol)
    tomorrow = scene.slot.on + DAY
    if not scene.is_morning and trough_visit(place.session, place.child.id, tomorrow):
        return advice_texts(["blood_tomorrow"], protocol)
    return ()
