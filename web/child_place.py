"""What a page about one child knows, whichever edge shows it."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from domain.protocol import Protocol
from domain.slots import Timetable, zone_at
from models.participant import Participant
from models.site import Site
from services.actor import Actor
from services.timetables import timetables


@dataclass(frozen=True)
class ChildPlace:
    """One request of one person about one child."""

    session: Session
    actor: Actor
    child: Participant
    protocol: Protocol
    now: datetime

    @cached_property
    def timetables(self) -> tuple[Timetable, ...]:
        return timetables(self.session, self.child.id)

    @cached_property
    def zone(self) -> ZoneInfo:
        """The zone of the clock on the family's wall, in which the diary is kept."""
        if not self.timetables:
            return ZoneInfo(self.site.time_zone)
        return zone_at(self.timetables, self.now)

    @cached_property
    def site(self) -> Site:
        return self.session.get_one(Site, self.child.site_id)
