"""What a family does with a dose, and when and how it tells the diary."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from demo.children import Habit, Incident, Kind
from demo.kinetics import Dose
from demo.stage import Story, minutes
from domain.entries import Channel, Outcome
from domain.orders import OrderKind, OrderStep, order_at
from domain.protocol import Half
from domain.slots import Slot, zone_at
from services.actor import Actor
from services.said_dose import SaidDose


@dataclass(frozen=True, slots=True)
class Telling:
    """One entry on its way: what is said, by whom, and when the server gets it."""

    said: SaidDose
    by: Actor
    received_at: datetime

    @property
    def is_plain(self) -> bool:
        """The everyday entry: given, on the page, nothing else to it."""
        said = self.said
        everyday = said.outcome is Outcome.GIVEN and said.channel is Channel.PAGE
        return everyday and not said.second_dose


@dataclass(frozen=True, slots=True)
class Odds:
    """How often things go wrong, of one dose."""

    missed: float
    unknown: float
    told_late: float
    given_late: float
    told_twice: float = 0.03


ODDS: Final[Mapping[Habit, Odds]] = {
    Habit.STEADY: Odds(missed=0.008, unknown=0.004, told_late=0.03, given_late=0.01),
    Habit.BUSY: Odds(missed=0.03, unknown=0.02, told_late=0.16, given_late=0.04),
    Habit.STRUGGLING: Odds(missed=0.07, unknown=0.07, told_late=0.25, given_late=0.07),
}
REASONS: Final = ("asleep", "forgot", "refused", "away", "forgot", "ill")
# the carers of a slot that is open right now have not got to it yet
OPEN_FOR: Final = timedelta(hours=6)
SECOND_REASON: Final = "不知道已经给过了"
_VOMITED_AFTER: Final = {Kind.VOMITED_EARLY: 12, Kind.VOMITED_LATER: 90}
# nobody gives a dose earlier than this before its time
EARLIEST: Final = timedelta(minutes=40)
# kinds under which nobody writes to the diary on the day itself
_UNTOLD: Final = frozenset(
    {Kind.SILENT, Kind.ON_PAPER, Kind.WARD, Kind.ASKED, Kind.ASKED_ACCEPTED, Kind.ASKED_DECLINED}
)


def tellings(story: Story, slot: Slot) -> Iterator[Telling]:
    """Play one slot: the dose goes in (or not), and somebody will tell of it (or not)."""
    order = order_at(story.orders, slot.key)
    if order is None or order.kind is not OrderKind.DOSE or order.ml is None:
        return
    kind = _kind_of(story, slot)
    taken_at = _taken_at(story, slot)
    if _is_missed(story, kind):
        yield _missed(story, slot)
        return
    share = Decimal("0.5") if kind is Kind.PARTIAL else Decimal(1)
    _swallow(story, order, taken_at, 0.4 if kind is Kind.VOMITED_EARLY else float(share))
    if not (_is_untold(story, kind) or _is_open(story, slot)):
        yield from _told(story, slot, kind, taken_at=taken_at)


def incident_on(story: Story, slot: Slot) -> Incident | None:
    """The incident of the cast that this slot belongs to."""
    ago = story.days_ago(slot.on)
    for incident in story.child.incidents:
        if incident.days_ago - incident.days < ago <= incident.days_ago:
            spell = incident.days > 1
            if spell or slot.half is incident.half:
                return incident
    return None


def _kind_of(story: Story, slot: Slot) -> Kind | None:
    incident = incident_on(story, slot)
    return incident.kind if incident else None


def _taken_at(story: Story, slot: Slot) -> datetime:
    """Around the slot; on the day of a blood draw after it (draws holds both stories)."""
    chance, odds = story.chance, ODDS[story.child.habit]
    delay = min(95.0, max(-35.0, chance.gauss(6, 14)))
    if chance.random() < odds.given_late:
        delay = chance.uniform(125, 320)
    draw = story.draws.get(slot.on)
    if draw is not None and slot.half is Half.MORNING:
        return draw + minutes(chance.uniform(8, 25))
    if draw is not None or story.draws.get(slot.on + timedelta(days=1)) is not None:
        delay = max(-25.0, min(25.0, delay))
    return slot.due_at + minutes(delay)


def _is_missed(story: Story, kind: Kind | None) -> bool:
    if kind is not None:
        return kind is Kind.MISSED
    return story.chance.random() < ODDS[story.child.habit].missed


def _is_untold(story: Story, kind: Kind | None) -> bool:
    if kind is not None:
        return kind in _UNTOLD
    return story.chance.random() < ODDS[story.child.habit].unknown


def _is_open(story: Story, slot: Slot) -> bool:
    return story.child.open_slot and slot.due_at > story.stage.now - OPEN_FOR


def _swallow(story: Story, order: OrderStep, taken_at: datetime, share: float) -> None:
    if order.mg is not None:
        story.really.append(Dose(taken_at, float(order.mg) * share))


def _missed(story: Story, slot: Slot) -> Telling:
    received_at = slot.due_at + minutes(story.chance.uniform(200, 700))
    told = {"outcome": Outcome.MISSED, "missed_reason": story.chance.choice(REASONS)}
    return Telling(_said(story, slot, received_at, told), _who(story), received_at)


def _told(story: Story, slot: Slot, kind: Kind | None, *, taken_at: datetime) -> Iterator[Telling]:
    """The entry, and what a second person says of the same slot."""
    first = _first_telling(story, slot, kind, taken_at=taken_at)
    yield first
    others = [carer for carer in story.carers if carer != first.by]
    if not others:
        return
    if kind is Kind.DOUBLED:
        at = taken_at + minutes(75)
        again = {"taken_at": at, "second_dose": True, "second_dose_reason": SECOND_REASON}
        said = _said(story, slot, at, again, name="again")
        yield Telling(said, others[0], at + minutes(2))
    elif kind is Kind.WITNESSED or story.chance.random() < ODDS[story.child.habit].told_twice:
        at = first.received_at + minutes(story.chance.uniform(3, 40))
        seen = {"taken_at": taken_at + minutes(4)}
        yield Telling(_said(story, slot, at, seen, name="witness"), others[0], at)


def _first_telling(story: Story, slot: Slot, kind: Kind | None, *, taken_at: datetime) -> Telling:
    after = minutes(story.chance.uniform(0.3, 7))
    if kind is None and story.chance.random() < ODDS[story.child.habit].told_late:
        after = minutes(story.chance.uniform(150, 900))
    if kind is Kind.VOMITED_EARLY or kind is Kind.VOMITED_LATER:
        after = minutes(_VOMITED_AFTER[kind] + 8)
    entered_at = taken_at + after
    received_at = entered_at + (minutes(260) if kind is Kind.OFFLINE else minutes(0))
    said = _said(story, slot, entered_at, {"taken_at": taken_at} | _details(story, slot, kind))
    return Telling(said, _who(story), received_at)


def _details(story: Story, slot: Slot, kind: Kind | None) -> dict[str, object]:
    """What makes this entry another one than "given, on the page"."""
    match kind:
        case Kind.PARTIAL:
            return {"outcome": Outcome.PARTIAL, "given_ml": _half_of(story, slot)}
        case Kind.VOMITED_EARLY | Kind.VOMITED_LATER:
            return {"outcome": Outcome.VOMITED, "vomited_after_minutes": _VOMITED_AFTER[kind]}
        case Kind.OFFLINE:
            return {"channel": Channel.OFFLINE, "clock_offset_seconds": 95}
        case Kind.BY_SMS:
            return {"channel": Channel.SMS}
        case _:
            return {}


def _said(
    story: Story,
    slot: Slot,
    entered_at: datetime,
    told: Mapping[str, object],
    *,
    name: str = "first",
) -> SaidDose:
    values: dict[str, object] = {
        "client_id": story.id(slot.on, slot.half, name),
        "entered_at": entered_at,
        "channel": Channel.PAGE,
        "slot": slot.key,
        "knows_too_soon": True,
        "entered_zone": zone_at(story.tables, entered_at).key,
    }
    return SaidDose(**(values | dict(told)))  # type: ignore[arg-type]  # fields by their own names


def _half_of(story: Story, slot: Slot) -> Decimal | None:
    order = order_at(story.orders, slot.key)
    return order.ml / 2 if order and order.ml else None


def _who(story: Story) -> Actor:
    """The first carer mostly."""
    others = story.carers[1:]
    return others[0] if others and story.chance.random() < 0.3 else story.carers[0]
