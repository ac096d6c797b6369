"""What of the worklist is shown; all of it stands in the address."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode

from flask import request, url_for

from models.site import StaffRole
from services.actor import Actor
from services.site_children import SiteChild
from services.worklist import Order, WorkItem

Thing = TypeVar("Thing")


class Who(StrEnum):
    """Whose matters: the reader's own (taken on or handed over), nobody's, passed on."""

    MINE = "mine"
    NOBODY = "nobody"
    PASSED_ON = "passed_on"


@dataclass(frozen=True, slots=True)
class PageLink:
    number: int
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Filters:
    """As the address says; an unknown value shows everything."""

    site: str
    arm: str
    number: str
    show: str
    urgency: str
    kind: str
    who: str
    order: Order
    page: int
    all_matters: bool

    @property
    def narrows_matters(self) -> bool:
        return bool(self.site or self.number or self.urgency or self.kind or self.who)

    def items_of(self, items: Sequence[WorkItem], actor: Actor) -> Sequence[WorkItem]:
        return [item for item in items if self._takes(item, actor)]

    def _takes(self, item: WorkItem, actor: Actor) -> bool:
        return (
            self._is_child(item.child)
            and self.urgency in {"", item.urgency.value}
            and self.kind in {"", item.kind.value}
            and self._is_whose(item, actor)
        )

    def _is_child(self, child: SiteChild) -> bool:
        return (
            self.site in {"", child.site_code}
            and self.arm in {"", child.arm or ""}
            and self.number.upper() in child.study_number
        )

    def _is_whose(self, item: WorkItem, actor: Actor) -> bool:
        """What was passed on is every investigator's of the site too."""
        owner, passed_on = item.assigned_to_id, item.escalations > 0
        if self.who == Who.MINE:
            return owner == actor.account_id or (passed_on and _investigates(actor, item.child))
        if self.who == Who.NOBODY:
            return owner is None
        return passed_on if self.who == Who.PASSED_ON else True

    def children_of(
        self, children: Sequence[SiteChild], by_child: Mapping[int, Sequence[WorkItem]]
    ) -> Sequence[SiteChild]:
        return [one for one in children if self._is_child(one) and self._is_shown(one, by_child)]

    def _is_shown(self, child: SiteChild, by_child: Mapping[int, Sequence[WorkItem]]) -> bool:
        if self.show == "all":
            return True
        return child.id in by_child if self.show == "waiting" else child.is_active

    def page_of(self, things: Sequence[Thing], size: int) -> Sequence[Thing]:
        last = max(1, -(-len(things) // size))
        start = (min(self.page, last) - 1) * size
        return things[start : start + size]

    def pages(self, count: int, size: int) -> list[PageLink]:
        """Links to all pages; none where there is one only."""
        last = -(-count // size)
        if last <= 1:
            return []
        here = min(self.page, last)
        return [
            PageLink(number, f"{address_with(page=str(number))}#children", number == here)
            for number in range(1, last + 1)
        ]


def address_with(**changes: str) -> str:
    """This page with other values in its address."""
    return f"{url_for('clinician.worklist')}?{urlencode(request.args.to_dict() | changes)}"


def filters_here() -> Filters:
    said = request.args.get
    return Filters(
        site=said("site", ""),
        arm=said("arm", ""),
        number=said("number", ""),
        show=said("show", ""),
        urgency=said("urgency", ""),
        kind=said("kind", ""),
        who=said("who", ""),
        order=Order.OLDEST if said("order") == Order.OLDEST else Order.PRESSING,
        page=max(1, said("page", 1, type=int)),
        all_matters=said("matters") == "all",
    )


def _investigates(actor: Actor, child: SiteChild) -> bool:
    return any(
        grant.site_id == child.site_id and grant.role is StaffRole.INVESTIGATOR
        for grant in actor.grants
    )
