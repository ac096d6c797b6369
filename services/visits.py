"""The planned visits of a child: put on the calendar, moved, done or missed (trial.md §4).

Reminders of a trough day follow by themselves: they are worked out from the visits that are still
planned each time (services/reminders.py), so nothing here has to tell them.
"""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

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
from services.local_today import today_of
from services.turns import take_turn


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
    done_on: date | None = None,
    reason: str | None = None,
    now: datetime,
) -> Visit:
    """Mark a visit done or missed, or planned again after a slip. The same twice is one act.

    `done_on` is the local day on which a visit took place, without one the planned day; outside of
    the window it is flagged, not refused. A missed visit has a reason. Raises RefusedError
    `visit_not_yet` for a visit that has not come, `in_the_future` and `required`.
    """
    row = _visit(session, actor, participant, visit_id)
    take_turn(session, row)
    today = today_of(session, participant, now)
    if state is VisitState.DONE:
        _check_done(row, done_on, today)
    if state is VisitState.MISSED:
        _check_missed(row, reason, today)
    why = (reason or "").strip() or None
    new = {
        "state": state,
        "done_on": (done_on or row.on) if state is VisitState.DONE else None,
        "state_reason": why,
    }
    old = {name: getattr(row, name) for name in new}
    if old != new:
        for name, value in new.items():
            setattr(row, name, value)
        changed = Act("visit.marked", "visit", row.id, old=old, new=new, reason=why)
        record(session, actor, _at_child(changed, participant), now)
        session.flush()
    return row


def _check_done(row: Visit, done_on: date | None, today: date) -> None:
    if done_on is None and row.on > today:
        raise RefusedError("visit_not_yet")
    if done_on is not None and done_on > today:
        raise RefusedError("in_the_future", "done_on")


def _check_missed(row: Visit, reason: str | None, today: date) -> None:
    if row.on > today:
        raise RefusedError("visit_not_yet")
    if not (reason or "").strip():
        raise RefusedError("required", "reason")


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

    A day outside of the window is possible and shown (`is_outside_window`). The reason is kept
    with the visit. Raises RefusedError `visit_is_over`, `visit_in_the_past`, or `day_taken` when
    another visit is planned for that day.
    """
    row = _visit(session, actor, participant, visit_id)
    # days are given out one at a time
    take_turn(session, participant)
    take_turn(session, row)
    if row.state is not VisitState.PLANNED:
        raise RefusedError("visit_is_over")
    if row.on == on:
        return row
    if on < today_of(session, participant, now):
        raise RefusedError("visit_in_the_past", "on")
    check_day_free(session, participant, on, but=row)
    old, row.on = row.on, on
    if row.is_unscheduled:
        # it has no window of the plan: its day is its window
        row.window_from = row.window_to = on
    row.state_reason = reason.strip() or None
    moved = Act("visit.moved", "visit", row.id, old={"on": old}, new={"on": on}, reason=reason)
    record(session, actor, _at_child(moved, participant), now)
    session.flush()
    return row


def check_day_free(
    session: Session, participant: Participant, on: date, *, but: Visit | None = None
) -> None:
    """Raises RefusedError `day_taken` when another visit of the child lies on that day."""
    others = (row for row in visits_of(session, participant.id) if row is not but)
    if any(other.on == on for other in others):
        raise RefusedError("day_taken", "on")


def is_outside_window(visit: Visit) -> bool:
    """Did it take place, or is it planned, outside of its window? Both ends belong to it."""
    return not visit.window_from <= (visit.done_on or visit.on) <= visit.window_to


def due_at_visit(visit: Visit, protocol: Protocol) -> tuple[str, ...]:
    """What the visit has to do: of the plan, or what was said of an unscheduled one."""
    if visit.is_unscheduled:
        return tuple(str(code) for code in visit.due or ())
    plans = {plan.code: plan for plan in protocol.visits}
    return plans[visit.code].due if visit.code in plans else ()


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
