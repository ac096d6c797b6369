"""Where a page is: which child, whose phone, what time."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from flask import render_template
from sqlalchemy.orm import Session

from domain.protocol import Protocol
from domain.slots import Timetable, zone_at
from models.participant import Participant, ParticipantStatus
from models.site import Site
from services.access import child_of, children_of
from services.actor import Actor
from services.errors import ForbiddenError
from services.timetables import timetables
from web.db import db
from web.identity import current_actor
from web.parts import now, parts


@dataclass(frozen=True)
class Place:
    """One request about one child of the signed-in carer."""

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
        """The zone of the clock on the family's wall."""
        if not self.timetables:
            return ZoneInfo(self.site.time_zone)
        return zone_at(self.timetables, self.now)

    @property
    def until(self) -> datetime:
        """The latest instant a clock time can mean: a phone may be a little ahead."""
        return self.now + timedelta(minutes=self.protocol.slots.future_tolerance_minutes)

    @cached_property
    def site(self) -> Site:
        return self.session.get_one(Site, self.child.site_id)

    @cached_property
    def may_log(self) -> bool:
        """A second carer may be there to look only; nobody writes when the study is over."""
        if self.child.status is not ParticipantStatus.ACTIVE:
            return False
        try:
            child_of(self.session, self.actor, self.child.public_id, to_log=True)
        except ForbiddenError:
            return False
        return True

    def show(self, name: str, **context: Any) -> str:
        """Render caregiver/<name>.html with what the frame of every page needs."""
        page: str = render_template(
            f"caregiver/{name}.html",
            child=self.child,
            children=children_of(self.session, self.actor),
            nav_args={"child": self.child.public_id},
            clinic_phone=self.site.clinic_phone,
            may_log=self.may_log,
            zone=self.zone,
            now=self.now,
            **context,
        )
        return page


def place_of(child_id: uuid.UUID, *, to_log: bool = False) -> Place:
    """The place of this request. Raises NotFoundError for another family's child and, with
    `to_log`, ForbiddenError for a carer who may only look."""
    session, actor = db.session(), current_actor()
    child = child_of(session, actor, child_id, to_log=to_log)
    protocol = parts().protocols[child.protocol_key]
    return Place(session, actor, child, protocol, now())
