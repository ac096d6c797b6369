"""Where a page is: which child of which site, and what the signed-in person may do there."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from typing import Any, Final

from flask import render_template, request, url_for
from flask_babel import gettext as _

from domain.protocol import Arm
from domain.slots import Timetable
from models.participant import ParticipantStatus
from models.site import Site
from services.access import Permission, may
from services.child_page import ChildPage, child_page
from web.child_place import ChildPlace
from web.db import db
from web.formats import language
from web.identity import current_actor
from web.parts import now, parts

# stands for the child in an address that is made once
SOMEBODY: Final = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True, slots=True)
class Tab:
    """One of the pages about a child."""

    url: str
    word: str
    is_current: bool


@dataclass(frozen=True)
class Place(ChildPlace):
    """One request about one child of a site of the signed-in member of staff. `page` is what was
    read with the child."""

    page: ChildPage

    @cached_property
    def today(self) -> date:
        """The date on the family's wall."""
        return self.now.astimezone(self.zone).date()

    @cached_property
    def timetables(self) -> tuple[Timetable, ...]:
        return self.page.timetables

    @cached_property
    def site(self) -> Site:
        return self.page.site

    @cached_property
    def arm(self) -> Arm | None:
        """None until the child is randomised; what needs an arm asks `arm_of`, which refuses."""
        code = self.page.arm_code
        return None if code is None else self.protocol.arm(code)

    @property
    def in_study(self) -> bool:
        """Nothing is ordered for a child who left the study."""
        return self.child.status is ParticipantStatus.ACTIVE

    def text(self, words: Mapping[str, str]) -> str:
        """A text of the protocol in the reader's language."""
        return words.get(language()) or words["en"]

    def may(self, permission: Permission) -> bool:
        return may(self.actor, permission, self.child.site_id)

    def show(self, name: str, tab: str, **context: Any) -> str:
        """Render clinician/<name>.html, which extends clinician/child_base.html, on tab `tab`."""
        page: str = render_template(
            f"clinician/{name}.html",
            child=self.child,
            site=self.site,
            site_name=self.site.name,
            arm=self.arm,
            zone=self.zone,
            now=self.now,
            today=self.today,
            tabs=self.tabs(tab),
            may_record=self.may(Permission.RECORD),
            may_order=self.may(Permission.ORDER) and self.in_study,
            may_enrol=self.may(Permission.ENROL),
            **context,
        )
        return page

    def tabs(self, current: str) -> tuple[Tab, ...]:
        """The pages about this child that there are, in the order of use."""
        words = {
            "participant": _("Overview"),
            "orders": _("Orders"),
            "diary": _("Diary"),
            "measurements": _("Height and weight"),
            "levels": _("Levels"),
            "labs": _("Laboratory"),
            "tumour": _("Tumour"),
            "photos": _("Photos"),
            "assessments": _("Response"),
            "events": _("Adverse events"),
            "visits": _("Visits"),
            "carers": _("Carers"),
            "times": _("Dose times"),
            "admission": _("Admission"),
            "trail": _("Audit trail"),
        }
        child, pages = str(self.child.public_id), _pages(request.script_root)
        return tuple(
            Tab(pages[name].replace(SOMEBODY, child), word, name == current)
            for name, word in words.items()
        )


@cache
def _pages(root: str) -> Mapping[str, str]:
    """The addresses of the pages about a child below `root`, each with SOMEBODY in its place:
    asked for once, since fifteen stand on every page."""
    del root
    names = (
        "participant",
        "orders",
        "diary",
        "measurements",
        "levels",
        "labs",
        "tumour",
        "photos",
        "assessments",
        "events",
        "visits",
        "carers",
        "times",
        "admission",
        "trail",
    )
    return {name: url_for(f"clinician.{name}", participant=SOMEBODY) for name in names}


def place_of(public_id: uuid.UUID, permission: Permission = Permission.VIEW) -> Place:
    """The place of this request. Raises NotFoundError for another site's child, ForbiddenError
    for somebody who may see it but not do this."""
    session, actor = db.session(), current_actor()
    page = child_page(session, actor, public_id, permission)
    protocol = parts().protocols[page.child.protocol_key]
    return Place(session, actor, page.child, protocol, now(), page)
