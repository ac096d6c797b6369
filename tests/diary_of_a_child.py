"""A child in Shanghai on 0.30 mg twice daily since 1 March 2024, for the tests of the rules.

Slots are counted from 0, the morning of 1 March; hours count from a slot's due time.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import count

from domain.diary import SlotState, fold
from domain.entries import Channel, Entry, Outcome
from domain.orders import OrderKind, OrderStep
from domain.protocol import Half
from domain.slots import Slot, SlotKey, Timetable, slot_at
from rules_of_v1 import SLOT_RULES

TIMETABLES = (Timetable(date(2024, 1, 1), "Asia/Shanghai", time(8), time(20)),)
FIRST = SlotKey(date(2024, 3, 1), Half.MORNING)
SIGNED = datetime(2024, 2, 28, tzinfo=UTC)
_ids = count(1)


def key(number: int) -> SlotKey:
    return FIRST.shifted(number)


def slot(number: int) -> Slot:
    return slot_at(TIMETABLES, key(number).on, key(number).half)


def at(number: int, hours: float = 0) -> datetime:
    return slot(number).due_at + timedelta(hours=hours)


def an_order(
    from_slot: int = 0,
    mg: str = "0.30",
    *,
    kind: OrderKind = OrderKind.DOSE,
    until: int | None = None,
    signed: int = 0,
) -> OrderStep:
    dose = Decimal(mg) if kind is OrderKind.DOSE else None
    return OrderStep(
        f"order {from_slot}",
        kind,
        key(from_slot),
        SIGNED + timedelta(hours=signed),
        None if until is None else key(until),
        ml=dose,
        mg=dose,
    )


def an_entry(
    number: int,
    outcome: Outcome = Outcome.GIVEN,
    *,
    hours: float | None = 0,
    entered_after: float = 0,
    by: str = "mother",
    **more: object,
) -> Entry:
    """An entry for a slot, taken `hours` after it was due (None: time unknown) and written down
    `entered_after` hours later still."""
    claimed = None if hours is None or outcome is Outcome.MISSED else at(number, hours)
    entered = at(number, (hours or 0) + entered_after)
    values: dict[str, object] = {
        "id": f"entry {next(_ids)}",
        "slot": key(number),
        "outcome": outcome,
        "taken_at": claimed,
        "entered_at": entered,
        "received_at": entered,
        "by": by,
        "channel": Channel.PAGE,
    }
    return Entry(**{**values, **more})  # type: ignore[arg-type]  # test data by keyword


def all_given(numbers: Iterable[int], *, but: Sequence[int] = ()) -> list[Entry]:
    return [an_entry(number) for number in numbers if number not in but]


def states(
    numbers: Iterable[int],
    entries: Iterable[Entry],
    history: Sequence[OrderStep] | None = None,
    *,
    now: datetime | None = None,
) -> tuple[SlotState, ...]:
    wanted = list(numbers)
    return fold(
        [slot(number) for number in wanted],
        entries,
        [an_order()] if history is None else history,
        now=now or at(wanted[-1], 12),
        rules=SLOT_RULES,
    )
