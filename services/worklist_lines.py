"""The children of the worklist, each on one line: order, last dose, last level."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy.orm import Session

from domain.level import Position, position
from domain.orders import OrderStep, order_at
from domain.protocol import Protocol
from domain.slots import SlotKey, nearest_slot
from services.protocols import Protocols
from services.site_children import SiteChild, timetable_of
from services.site_facts import Newest, lines_of


@dataclass(frozen=True, slots=True)
class ChildLine:
    """A child of the site on one line. `order` is that of the slot nearest to now, or the first
    one still to come."""

    child: SiteChild
    protocol: Protocol
    order: OrderStep | None
    newest: Newest
    position: Position | None


def child_lines(
    session: Session, children: Sequence[SiteChild], protocols: Protocols, *, now: datetime
) -> tuple[ChildLine, ...]:
    """The same children in the same order, in one query."""
    known = lines_of(session, [child.id for child in children])
    return tuple(
        _line(
            child,
            protocols[child.protocol_key],
            _order_now(child, known[child.id][0], now),
            known[child.id][1],
        )
        for child in children
    )


def _line(
    child: SiteChild, protocol: Protocol, order: OrderStep | None, newest: Newest
) -> ChildLine:
    where = None
    if newest.level is not None and child.arm is not None:
        where = position(newest.level, protocol.arm(child.arm).trough)
    return ChildLine(child, protocol, order, newest, where)


def _order_now(child: SiteChild, orders: Sequence[OrderStep], now: datetime) -> OrderStep | None:
    if child.times is None or not orders:
        return None
    ruling = order_at(orders, _slot_now(child.times, now))
    return ruling or min(orders, key=lambda step: step.from_slot)


@lru_cache(maxsize=64)
def _slot_now(times: tuple[str, str, str], now: datetime) -> SlotKey:
    """Most children of a site share their dose times."""
    return nearest_slot((timetable_of(times, now.date()),), now).key
