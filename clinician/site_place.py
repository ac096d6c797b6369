"""Where a page about a whole site is: which site, and what the signed-in person may do there."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import render_template, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.protocol import Protocol
from models.site import Site
from services.access import Permission, may, sites_with
from services.actor import Actor
from services.errors import ForbiddenError, NotFoundError
from web.db import db
from web.identity import current_actor
from web.parts import now, parts


@dataclass(frozen=True, slots=True)
class SitePlace:
    """One request about one site of the signed-in member of staff; `sites` are all of them."""

    session: Session
    actor: Actor
    site: Site
    sites: tuple[Site, ...]
    protocol: Protocol
    now: datetime

    def show(self, name: str, **context: Any) -> str:
        """Render clinician/<name>.html."""
        page: str = render_template(
            f"clinician/{name}.html",
            section="laboratory",
            site=self.site,
            sites=self.sites,
            may_record=may(self.actor, Permission.RECORD, self.site.id),
            **context,
        )
        return page


def site_place(permission: Permission = Permission.VIEW) -> SitePlace:
    """The site that `?site=` or the form names, else the first of the person's.

    Raises NotFoundError for another site, ForbiddenError for one where this may not be done.
    """
    session, actor = db.session(), current_actor()
    visible = sites_with(actor, Permission.VIEW)
    sites = tuple(session.scalars(select(Site).where(Site.id.in_(visible)).order_by(Site.code)))
    code = request.values.get("site")
    found = [site for site in sites if code in {None, "", site.code}]
    if not found:
        raise NotFoundError
    allowed = [site for site in found if may(actor, permission, site.id)]
    if not allowed:
        raise ForbiddenError(permission)
    site = allowed[0]
    return SitePlace(session, actor, site, sites, parts().protocols[site.protocol_key], now())
