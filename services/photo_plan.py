"""When the family should take the next photos."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.orders import OrderKind
from domain.protocol import Protocol
from domain.slots import local_date
from domain.visits import photo_days
from models.participant import Participant, ParticipantStatus
from models.photo import Photo
from services.order_history import order_history
from services.timetables import timetables


@dataclass(frozen=True, slots=True)
class PhotoDue:
    """Photos are planned for `on`; `is_due` when that day has come and none was taken since."""

    on: date
    is_due: bool


def next_due(
    session: Session, participant: Participant, protocol: Protocol, *, now: datetime
) -> PhotoDue | None:
    """The photo day that is open, else the next one (trial.md §4: photos by the plan).

    A photo of the day itself or later settles a photo day; one marked unusable does not. None
    for a child without a dose order, or whose part in the study is over.
    """
    first_on = _first_dose_on(session, participant.id)
    if first_on is None or participant.status is not ParticipantStatus.ACTIVE:
        return None
    today = local_date(timetables(session, participant.id), now)
    until = max(today, first_on) + timedelta(days=protocol.photos.then_every_days)
    days = photo_days(protocol, first_on, until)
    open_on = max((day for day in days if day <= today), default=None)
    if open_on is not None and not _has_photo_since(session, participant.id, open_on):
        return PhotoDue(open_on, is_due=True)
    return PhotoDue(min(day for day in days if day > today), is_due=False)


def _first_dose_on(session: Session, participant_id: int) -> date | None:
    steps = order_history(session, participant_id)
    return min((s.from_slot.on for s in steps if s.kind is OrderKind.DOSE), default=None)


def _has_photo_since(session: Session, participant_id: int, day: date) -> bool:
    newest = session.scalar(
        select(func.max(Photo.shown_on)).where(
            Photo.participant_id == participant_id, Photo.unusable_reason.is_(None)
        )
    )
    return newest is not None and newest >= day
