"""Changing a child's dose times or time zone from a date on (trial.md §4)."""

import uuid
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from domain.errors import DomainError
from domain.protocol import Protocol
from domain.slots import Timetable, local_date, timetable_on
from domain.timetable_checks import Seam, SeamFinding, check_timetable, seams
from models.participant import DaySchedule, Participant
from services.access import Permission, may
from services.actor import Actor
from services.audit import Act, record
from services.errors import ForbiddenError, NeedsConfirmationError, RefusedError
from services.once import first_result
from services.timetables import add_timetable, timetable_content, timetables


def check_change(
    session: Session, participant: Participant, table: Timetable, *, protocol: Protocol
) -> Seam | None:
    """What the change does at its first day; None for a child's first timetable.

    Raises RefusedError `unknown_zone`, `morning_not_before_evening`, `slot_gap`.
    """
    try:
        check_timetable(table, protocol.slots)
    except DomainError as error:
        field = "time_zone" if error.code == "unknown_zone" else "evening"
        raise RefusedError(error.code, field) from error
    others = [old for old in timetables(session, participant.id) if old.from_on != table.from_on]
    found = seams([*others, table], protocol.slots)
    return next((seam for seam in found if seam.from_on == table.from_on), None)


def change_times(
    session: Session,
    actor: Actor,
    participant: Participant,
    table: Timetable,
    *,
    client_id: uuid.UUID,
    confirmed: bool,
    protocol: Protocol,
    now: datetime,
) -> None:
    """Let new dose times hold from `table.from_on` on; what holds already is left as it is, and
    what came before with this `client_id` is not said again, whatever was said since.

    Raises ConflictError; ForbiddenError; RefusedError as above and `times_in_the_past`; unless
    `confirmed`, NeedsConfirmationError with `too_close`, `too_far` or `slot_dropped` where two
    doses come too near or too far apart at the change.
    """
    if not may(actor, Permission.ENROL, participant.site_id):
        raise ForbiddenError(Permission.ENROL)
    before = timetables(session, participant.id)
    content = timetable_content(participant.id, table)
    came_before = first_result(session, DaySchedule, {"client_id": client_id}, content)
    if came_before is not None or table in before:
        return
    if before and table.from_on < local_date(before, now):
        raise RefusedError("times_in_the_past", "from_on")
    seam = check_change(session, participant, table, protocol=protocol)
    warnings = warnings_of(seam)
    if warnings and not confirmed:
        raise NeedsConfirmationError(warnings)
    row = add_timetable(session, actor, participant.id, table, now=now, client_id=client_id)
    old, new = _facts(timetable_on(before, table.from_on)), _facts(table) or {}
    new |= {"from_on": table.from_on, "warnings": warnings}
    act = Act("times.changed", "day_schedule", row.id, participant.id, participant.site_id)
    record(session, actor, replace(act, old=old, new=new), now)
    session.flush()


def warnings_of(seam: Seam | None) -> tuple[str, ...]:
    """What staff must have seen before the change."""
    if seam is None:
        return ()
    gap = () if seam.finding is SeamFinding.FITS else (seam.finding.value,)
    return (*gap, "slot_dropped") if seam.dropped else gap


def _facts(table: Timetable | None) -> dict[str, object] | None:
    if table is None:
        return None
    return {"time_zone": table.zone, "morning": table.morning, "evening": table.evening}
