"""How many children had which adverse events: by term, highest grade and arm (the trial's secondary
outcome is the number of children with events related to treatment)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.events import DEATH_GRADE
from models.adverse_event import AdverseEvent, AdverseEventGrade
from models.participant import Allocation, Participant
from services.adverse_events import EventView, view

GRADES: Final = tuple(range(1, DEATH_GRADE + 1))
SEVERE_FROM: Final = 3


@dataclass(frozen=True, slots=True)
class TermCount:
    """One term in one arm, in children. `by_grade` counts each child once, at its highest grade."""

    term: str
    arm: str
    by_grade: Mapping[int, int]
    serious: int
    related: int

    @property
    def children(self) -> int:
        return sum(self.by_grade.values())

    @property
    def severe(self) -> int:
        """With grade 3 or worse."""
        return sum(count for grade, count in self.by_grade.items() if grade >= SEVERE_FROM)


@dataclass(frozen=True, slots=True)
class EventTable:
    """`totals` count each child once over all terms; `children` are all with an arm, by arm."""

    arms: tuple[str, ...]
    children: Mapping[str, int]
    totals: tuple[TermCount, ...]
    lines: tuple[TermCount, ...]


def event_table(
    session: Session, site_ids: Collection[int], *, only_related: bool = False
) -> EventTable:
    """All events of the children of these sites who were given an arm, or only those related to the
    treatment; three queries."""
    placed = session.execute(
        select(Participant.id, Allocation.arm)
        .join(Allocation, Allocation.participant_id == Participant.id)
        .where(Participant.site_id.in_(site_ids))
    )
    arms = {child: arm for child, arm in placed}  # noqa: C416 - a Row is no pair to mypy
    views = [
        one
        for one in _views(session, site_ids)
        if one.event.participant_id in arms and (one.is_related or not only_related)
    ]
    names = tuple(sorted(set(arms.values())))
    terms = sorted({one.event.term for one in views})
    return EventTable(
        arms=names,
        children={name: list(arms.values()).count(name) for name in names},
        totals=tuple(_count("", name, _of_arm(views, arms, name)) for name in names),
        lines=tuple(
            _count(
                term, name, [one for one in _of_arm(views, arms, name) if one.event.term == term]
            )
            for term in terms
            for name in names
        ),
    )


def highest_by_term(views: Sequence[EventView]) -> tuple[tuple[str, int, int, bool], ...]:
    """Of one child: each term with its highest grade, number of events, and whether one of them is
    serious; the worst first."""
    found: list[tuple[str, int, int, bool]] = []
    for term in sorted({one.event.term for one in views}):
        own = [one for one in views if one.event.term == term]
        serious = any(one.event.is_serious for one in own)
        found.append((term, max(one.highest for one in own), len(own), serious))
    return tuple(sorted(found, key=lambda line: -line[1]))


def _views(session: Session, site_ids: Collection[int]) -> list[EventView]:
    of_sites = select(Participant.id).where(Participant.site_id.in_(site_ids)).scalar_subquery()
    events = session.scalars(
        select(AdverseEvent).where(AdverseEvent.participant_id.in_(of_sites))
    ).all()
    rows: dict[int, list[AdverseEventGrade]] = {}
    for row in session.scalars(
        select(AdverseEventGrade)
        .join(AdverseEvent, AdverseEvent.id == AdverseEventGrade.event_id)
        .where(AdverseEvent.participant_id.in_(of_sites))
        .order_by(AdverseEventGrade.id)
    ):
        rows.setdefault(row.event_id, []).append(row)
    return [view(event, rows.get(event.id, [])) for event in events]


def _of_arm(views: Sequence[EventView], arms: Mapping[int, str], name: str) -> list[EventView]:
    return [one for one in views if arms[one.event.participant_id] == name]


def _count(term: str, arm: str, views: Sequence[EventView]) -> TermCount:
    highest: dict[int, int] = {}
    for one in views:
        child = one.event.participant_id
        highest[child] = max(highest.get(child, 0), one.highest)
    worst = list(highest.values())
    return TermCount(
        term=term,
        arm=arm,
        by_grade={grade: worst.count(grade) for grade in GRADES},
        serious=len({one.event.participant_id for one in views if one.event.is_serious}),
        related=len({one.event.participant_id for one in views if one.is_related}),
    )
