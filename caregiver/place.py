"""Where a page is: which child, whose phone, what time."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from flask import render_template

from models.participant import ParticipantStatus
from services.access import child_of, children_of
from services.errors import ForbiddenError
from web.child_place import ChildPlace
from web.db import db
from web.identity import current_actor
from web.parts import now, parts


@dataclass(frozen=True)
class Place(ChildPlace):
    """One request about one child of the signed-in carer."""

    @property
    def until(self) -> datetime:
        """The latest instant a clock time can mean: a phone may be a little ahead."""
        return self.now + timedelta(minutes=self.protocol.slots.future_tolerance_minutes)

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
