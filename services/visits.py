"""The planned visits of a child: put on the calendar, moved, done or missed (trial.md §4)."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.protocol import Due, Protocol
from domain.visits import PlannedVisit, planned_visits
from models.participant import Participant
from models.visit import Visit, VisitState
from services.access import Permission, may
from services.actor import Actor, account_of
from services.audit import Act, record
from services.errors import ForbiddenError, NotFoundError, RefusedError


def visits_of(session: Session, participant_id: int) -> Sequence[Visit]:
    """All visits of a child, the earliest first."""
    return session.scalars(
        select(Visit).where(Visit.participant_id == participant_id).order_by(Visit.on, Visit.id)
    ).all()


def plan(
    session: Session,
    actor: Actor,
    participant: Participant,
    *,
    protocol: Protocol,
    first_dose_on: date,
    now: datetime,
) -> None:
    """Put the plan of the study on the calendar of a newly enrolled child."""
    for planned in planned_visits(protocol, first_dose_on):
        session.add(
            Visit(
                participant_id=participant.id,
                code=planned.code,
                is_trough_day=Due.LEVEL in planned.due,
                state=VisitState.PLANNED,
                recorded_at=now,
                recorded_by_id=account_of(actor),
                **_days(planned),
                rule_version=protocol.key,
            )
        )
    session.flush()


def replan(
    session: Session,
    actor: Actor,
    participant: Participant,
    *,
    protocol: Protocol,
    first_dose_on: date,
    now: datetime,
) -> None:
    """Move what is still planned when the first dose turns out to be given on another day."""
    rows = {row.code: row for row in visits_of(session, participant.id)}
    moved: dict[str, date] = {}
    for planned in planned_visits(protocol, first_dose_on):
        row = rows.get(planned.code)
        if row is None or row.state is not VisitState.PLANNED or row.on == planned.on:
            continue
        for name, value in _days(planned).items():
            setattr(row, name, value)
        moved[row.code] = planned.on
    if moved:
        new = {"first_dose_on": first_dose_on, "visits": moved}
        act = Act("visit.planned_again", "visit", None, new=new)
        record(session, actor, _at_child(act, participant), now)
        session.flush()


def _days(planned: PlannedVisit) -> dict[str, date]:
    return {"on": planned.on, "window_from": planned.window_from, "window_to": planned.window_to}


def set_state(
    session: Session,
    actor: Actor,
    participant: Participant,
    visit_id: uuid.UUID,
    *,
    state: VisitState,
    now: datetime,
) -> Visit:
    """Mark a visit done or missed, or planned again after a slip. The same state twice is one act.

    Raises RefusedError `visit_not_yet` for a visit that has not come.
    """
    row = _visit(session, actor, participant, visit_id)
    if state is not VisitState.PLANNED and row.on > _latest_day(now):
        raise RefusedError("visit_not_yet")
    if row.state is not state:
        old, row.state = row.state, state
        changed = Act("visit.marked", "visit", row.id, old={"state": old}, new={"state": state})
        record(session, actor, _at_child(changed, participant), now)
        session.flush()
    return row


def move(
    session: Session,
    actor: Actor,
    participant: Participant,
    visit_id: uuid.UUID,
    *,
    on: date,
    reason: str,
    now: datetime,
) -> Visit:
    """Give a planned visit another day; reminders of a trough day follow. The window stays.

    A day outside of the window is possible and shown. Raises RefusedError `visit_is_over`,
    `visit_in_the_past`, or `day_taken` when another level is planned for that day.
    """
    row = _visit(session, actor, participant, visit_id)
    if row.state is not VisitState.PLANNED:
        raise RefusedError("visit_is_over")
    if row.on == on:
        return row
    if on < now.date():
        raise RefusedError("visit_in_the_past", "on")
    if any(other.on == on and other.id != row.id for other in visits_of(session, participant.id)):
        raise RefusedError("day_taken", "on")
    old, row.on = row.on, on
    moved = Act("visit.moved", "visit", row.id, old={"on": old}, new={"on": on}, reason=reason)
    record(session, actor, _at_child(moved, participant), now)
    session.flush()
    return row


def is_outside_window(visit: Visit) -> bool:
    return not visit.window_from <= visit.on <= visit.window_to


def _latest_day(now: datetime) -> date:
    """The day it is where it is latest on earth: nobody's today is refused."""
    return (now + timedelta(hours=14)).date()


def _at_child(act: Act, participant: Participant) -> Act:
    return replace(act, participant_id=participant.id, site_id=participant.site_id)


def _visit(session: Session, actor: Actor, participant: Participant, visit_id: uuid.UUID) -> Visit:
    if not may(actor, Permission.RECORD, participant.site_id):
        raise ForbiddenError(Permission.RECORD)
    return visit_of(session, participant, visit_id)


def visit_of(session: Session, participant: Participant, visit_id: uuid.UUID) -> Visit:
    """This child's visit. Raises NotFoundError."""
    row = session.scalar(
        select(Visit).where(Visit.participant_id == participant.id, Visit.public_id == visit_id)
    )
    if row is None:
        raise NotFoundError
    return row
