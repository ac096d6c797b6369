"""What needs the clinic, the most pressing first, and who has taken it on (ux.md)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy.orm import Session

from domain.protocol_worklist import TriggerKind
from models.attention import Alert, Urgency
from services.access import Permission, sites_with
from services.actor import Actor
from services.derived_matters import ENDED_BY_WORK, Derived, Found
from services.matters import URGENCIES, OpenMatters, open_matters, urgency_of
from services.protocols import Protocols
from services.site_children import SiteChild


class Order(StrEnum):
    """How matters are sorted: by urgency and then age, or by age alone."""

    PRESSING = "pressing"
    OLDEST = "oldest"


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One matter. `since` is when it began; `alert` is None while it was only read from facts."""

    key: str
    child: SiteChild
    code: str
    urgency: Urgency
    kind: TriggerKind
    since: datetime
    facts: Mapping[str, object] = field(default_factory=dict[str, object])
    alert: Alert | None = None

    @property
    def can_be_acknowledged(self) -> bool:
        return self.code not in ENDED_BY_WORK

    @property
    def escalations(self) -> int:
        return self.alert.escalations if self.alert else 0

    @property
    def assigned_to_id(self) -> int | None:
        return self.alert.assigned_to_id if self.alert else None

    @property
    def rank(self) -> int:
        """The place of its urgency; each time it was passed on moves it up by one."""
        return max(0, URGENCIES.index(self.urgency) - self.escalations)


@dataclass(frozen=True, slots=True)
class Worklist:
    """All children of the actor's sites, and all their matters in the order asked for."""

    children: tuple[SiteChild, ...]
    items: tuple[WorkItem, ...]


_NOTHING: Final = Worklist((), ())


def worklist(
    session: Session,
    actor: Actor,
    protocols: Protocols,
    *,
    now: datetime,
    order: Order = Order.PRESSING,
) -> Worklist:
    """Oldest unanswered first within each urgency. A fixed number of queries, whatever the number
    of children (see `open_matters`). Children whose protocol is not loaded: KeyError."""
    sites = sites_with(actor, Permission.VIEW)
    if not sites:
        return _NOTHING
    matters = open_matters(session, sites, protocols, now=now)
    return Worklist(matters.children, _sorted(_items(matters, protocols), order))


def items_of_site(
    session: Session, site_id: int, protocols: Protocols, *, now: datetime
) -> tuple[WorkItem, ...]:
    """The matters of one site, unsorted; for a use case that has checked who asks."""
    return tuple(_items(open_matters(session, (site_id,), protocols, now=now), protocols))


def _sorted(items: Iterator[WorkItem], order: Order) -> tuple[WorkItem, ...]:
    if order is Order.OLDEST:
        return tuple(sorted(items, key=lambda item: (item.since, item.key)))
    return tuple(sorted(items, key=lambda item: (item.rank, item.since, item.key)))


def _items(matters: OpenMatters, protocols: Protocols) -> Iterator[WorkItem]:
    """Raised alerts that are open, then what the facts say and nobody has answered yet. Of a child
    who left the study only what concerns its health still waits."""
    children = {child.id: child for child in matters.children}
    for alert in matters.alerts:
        child = children[alert.participant_id]
        kind = protocols[child.protocol_key].worklist.kind_of(alert.code)
        if child.is_active or kind is TriggerKind.CLINICAL:
            yield _raised(alert, child, kind)
    for found in matters.found:
        rules = protocols[found.child.protocol_key]
        yield _seen(found, urgency_of(found, rules), rules.worklist.kind_of(found.code))


def _raised(alert: Alert, child: SiteChild, kind: TriggerKind) -> WorkItem:
    return WorkItem(
        key=alert.key,
        child=child,
        code=alert.code,
        urgency=alert.urgency,
        kind=kind,
        since=alert.raised_at,
        facts=alert.facts,
        alert=alert,
    )


def _seen(found: Found, urgency: Urgency, kind: TriggerKind) -> WorkItem:
    return WorkItem(
        key=found.key,
        child=found.child,
        code=Derived(found.code).value,
        urgency=urgency,
        kind=kind,
        since=found.since,
        facts=found.facts,
    )
