"""Diary filled in at once shortly before a visit: shown, never judged (trial.md §8)."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from domain.lateness import hours
from domain.protocol import AdherenceRules
from domain.slots import SlotKey


@dataclass(frozen=True, slots=True)
class ToldLate:
    """What one person said of one slot: an entry, or a wish that it be corrected. `claimed_at` is
    when the dose is said to have been given, else when it was due."""

    by: str
    slot: SlotKey
    claimed_at: datetime
    entered_at: datetime


@dataclass(frozen=True, slots=True)
class Burst:
    """What one person wrote down at once, the first entry first, and the visit that followed."""

    by: str
    told: tuple[ToldLate, ...]
    visit_on: date

    @property
    def entered_at(self) -> datetime:
        return self.told[0].entered_at

    @property
    def oldest_claim(self) -> datetime:
        return min(one.claimed_at for one in self.told)


def bursts(
    told: Iterable[ToldLate],
    visits_on: Collection[date],
    local_on: Callable[[datetime], date],
    rules: AdherenceRules,
) -> tuple[Burst, ...]:
    """The bursts in the order of time. `local_on` tells the date on the family's wall; a burst on
    the day of the visit itself counts, one after it does not."""
    back = hours(rules.burst_back_hours)
    late = [one for one in told if one.entered_at - one.claimed_at >= back]
    found: list[Burst] = []
    for group in _at_once(late, timedelta(minutes=rules.burst_within_minutes)):
        on = local_on(group[0].entered_at)
        visit_on = _next_visit(visits_on, on, rules.burst_before_visit_days)
        if len(group) >= rules.burst_entries and visit_on is not None:
            found.append(Burst(group[0].by, tuple(group), visit_on))
    return tuple(sorted(found, key=lambda burst: burst.entered_at))


def _at_once(told: Iterable[ToldLate], within: timedelta) -> Iterator[Sequence[ToldLate]]:
    """Groups of one person, each as long after its first entry as `within` at most."""
    group: list[ToldLate] = []
    for one in sorted(told, key=lambda one: (one.by, one.entered_at, one.slot)):
        if group and (one.by != group[0].by or one.entered_at - group[0].entered_at > within):
            yield group
            group = []
        group.append(one)
    if group:
        yield group


def _next_visit(visits_on: Collection[date], on: date, days: int) -> date | None:
    near = [visit for visit in visits_on if timedelta(0) <= visit - on <= timedelta(days=days)]
    return min(near, default=None)
