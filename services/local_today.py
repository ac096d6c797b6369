"""The date on the family's wall."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from domain.slots import local_date
from models.participant import Participant
from models.site import Site
from services.timetables import timetables


def today_of(session: Session, participant: Participant, now: datetime) -> date:
    """Today where the child lives; where its site is while it has no dose times."""
    tables = timetables(session, participant.id)
    if tables:
        return local_date(tables, now)
    zone = session.get_one(Site, participant.site_id).time_zone
    return now.astimezone(ZoneInfo(zone)).date()
