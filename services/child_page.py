"""Whose page it is: the child with everything that the head of each clinic page shows, at once."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, aliased

from domain.slots import Timetable
from models.participant import (
    Allocation,
    DaySchedule,
    Measurement,
    Participant,
    ParticipantStatus,
)
from models.site import Site
from services.access import Permission, check_child, sites_with
from services.actor import Actor
from services.measurements import stands

_OTHER: Final = aliased(Participant)
_OTHERS: Final = select(_OTHER.public_id).where(
    _OTHER.site_id == Participant.site_id, _OTHER.status == ParticipantStatus.ACTIVE
)
_BEFORE: Final = (
    _OTHERS.where(_OTHER.study_number < Participant.study_number)
    .order_by(_OTHER.study_number.desc())
    .limit(1)
    .correlate(Participant)
    .scalar_subquery()
)
_AFTER: Final = (
    _OTHERS.where(_OTHER.study_number > Participant.study_number)
    .order_by(_OTHER.study_number)
    .limit(1)
    .correlate(Participant)
    .scalar_subquery()
)
_NEWEST: Final = aliased(Measurement)
_NEWEST_ID: Final = (
    select(_NEWEST.id)
    .where(_NEWEST.participant_id == Participant.id, stands(_NEWEST))
    .order_by(_NEWEST.measured_on.desc(), _NEWEST.id.desc())
    .limit(1)
    .correlate(Participant)
    .scalar_subquery()
)
# built once: putting a select together takes as long as running it. One row for each dose time.
_CHILD: Final = (
    select(
        Participant,
        Site,
        Allocation.arm,
        Measurement,
        _BEFORE,
        _AFTER,
        DaySchedule.from_on,
        DaySchedule.time_zone,
        DaySchedule.morning_local,
        DaySchedule.evening_local,
    )
    .join(Site, Site.id == Participant.site_id)
    .outerjoin(Allocation, Allocation.participant_id == Participant.id)
    .outerjoin(Measurement, Measurement.id == _NEWEST_ID)
    .outerjoin(DaySchedule, DaySchedule.participant_id == Participant.id)
    .where(
        Participant.public_id == bindparam("child"),
        Participant.site_id.in_(bindparam("sites", expanding=True)),
    )
    .order_by(DaySchedule.from_on, DaySchedule.recorded_at, DaySchedule.id)
)


@dataclass(frozen=True, slots=True)
class ChildPage:
    """A child with its site, arm, newest height and weight, dose times, and the children of the
    site who are in the study before and after it, by study number (None at an end)."""

    child: Participant
    site: Site
    arm_code: str | None
    size: Measurement | None
    timetables: tuple[Timetable, ...]
    before: uuid.UUID | None
    after: uuid.UUID | None


def child_page(
    session: Session, actor: Actor, public_id: uuid.UUID, permission: Permission
) -> ChildPage:
    """In one query. Raises like `services.access.participant_at_site`."""
    sites = sites_with(actor, Permission.VIEW) or actor.site_ids
    told = {"child": public_id, "sites": list(sites)}
    rows: Sequence[Any] = session.execute(_CHILD, told).all()
    row = check_child(actor, rows[0][0] if rows else None, permission)
    _, site, arm, size, before, after, *_ = rows[0]
    # empty where the child has none; of two for one date the one recorded later counts
    times: Iterable[Sequence[Any]] = (each[6:] for each in rows if each[6] is not None)
    tables = {clock[0]: Timetable(*clock) for clock in times}
    return ChildPage(row, site, arm, size, tuple(tables.values()), before, after)
