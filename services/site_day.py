"""The date on the wall of a site: what "today" means to those who work there."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from models.site import Site


def today_at_site(session: Session, site_id: int, now: datetime) -> date:
    site = session.get_one(Site, site_id)
    return now.astimezone(ZoneInfo(site.time_zone)).date()
