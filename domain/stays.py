"""Days in hospital: the ward gives the doses, so they leave the figures of adherence (§8)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Stay:
    """From a local date until another, both included; None: the child is still there."""

    from_on: date
    until_on: date | None

    def covers(self, on: date) -> bool:
        return self.from_on <= on and (self.until_on is None or on <= self.until_on)

    def overlaps(self, other: "Stay") -> bool:
        return self.covers(other.from_on) or other.covers(self.from_on)


def days_of_stays(stays: Iterable[Stay], first_on: date, last_on: date) -> frozenset[date]:
    """The local dates between two, both included, that were spent in hospital."""
    stays = tuple(stays)
    days = (first_on + timedelta(days=day) for day in range((last_on - first_on).days + 1))
    return frozenset(day for day in days if any(stay.covers(day) for stay in stays))
