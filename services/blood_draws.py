"""Trough days: the morning dose waits until the blood is taken (trial.md §3)."""

import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from domain.entries import sort_out
from domain.lateness import Admission, admission
from domain.protocol import Half, Protocol
from domain.slots import SlotKey, Timetable, local_date
from models.laboratory import Level
from models.participant import Participant
from models.visit import BloodDraw, Visit, VisitState
from services.actor import Actor, account_of
from services.alerts import matter, raise_once
from services.audit import Act, record
from services.diary import read
from services.dose_matters import slot_name
from services.errors import RefusedError
from services.once import add_once
from services.timetables import timetables

DAY = timedelta(days=1)
_WITH_LEVEL: Final = select(Visit).where(
    Visit.participant_id == bindparam("child"), Visit.is_trough_day, Visit.on == bindparam("day")
)


def trough_visit(session: Session, participant_id: int, on: date) -> Visit | None:
    """The visit with a level on this local date that has not taken place, if there is one."""
    visit = _level_visit(session, participant_id, on)
    return visit if visit is not None and visit.state is VisitState.PLANNED else None


def _level_visit(session: Session, participant_id: int, on: date) -> Visit | None:
    """The visit with a level on this local date, whatever became of it."""
    rows = session.scalars(_WITH_LEVEL, {"child": participant_id, "day": on})
    return min(rows, key=lambda row: row.state is not VisitState.PLANNED, default=None)


def draw_on(
    session: Session, participant_id: int, on: date, tables: Sequence[Timetable]
) -> BloodDraw | None:
    """The first blood draw reported for this local date."""
    # wide enough for any zone; local dates are compared afterwards
    midnight = datetime.combine(on, time(), UTC)
    near = BloodDraw.drawn_at.between(midnight - DAY, midnight + 2 * DAY)
    rows = session.scalars(
        select(BloodDraw)
        .where(BloodDraw.participant_id == participant_id, near)
        .order_by(BloodDraw.drawn_at, BloodDraw.id)
    )
    return next((row for row in rows if local_date(tables, row.drawn_at) == on), None)


def draws_on(
    session: Session, participant_id: int, on: date, tables: Sequence[Timetable]
) -> tuple[BloodDraw, ...]:
    """All blood draws reported for this local date, in the order drawn."""
    return tuple(
        draw for draw in _draws(session, participant_id) if _on(draw.drawn_at, tables) == on
    )


def draws_without_level(session: Session, participant_id: int) -> tuple[BloodDraw, ...]:
    """Blood draws on days of which no level is known, the newest first: a level to come."""
    tables = timetables(session, participant_id)
    levels = session.scalars(select(Level.drawn_at).where(Level.participant_id == participant_id))
    known = {_on(drawn_at, tables) for drawn_at in levels}
    draws = _draws(session, participant_id)
    return tuple(draw for draw in reversed(draws) if _on(draw.drawn_at, tables) not in known)


def _draws(session: Session, participant_id: int) -> Sequence[BloodDraw]:
    return session.scalars(
        select(BloodDraw)
        .where(BloodDraw.participant_id == participant_id)
        .order_by(BloodDraw.drawn_at, BloodDraw.id)
    ).all()


def _on(at: datetime, tables: Sequence[Timetable]) -> date:
    return local_date(tables, at) if tables else at.date()


def is_before_trough(
    session: Session,
    participant_id: int,
    key: SlotKey,
    *,
    taken_at: datetime | None,
    tables: Sequence[Timetable],
) -> bool:
    """Was a dose of this slot given before the blood that it had to wait for? A dose without a
    time counts as before unless the blood is taken already. A visit that is over asks nobody to
    wait, but the dose still came first if the blood is known to be younger."""
    if key.half is not Half.MORNING:
        return False
    visit = _level_visit(session, participant_id, key.on)
    if visit is None:
        return False
    draw = draw_on(session, participant_id, key.on, tables)
    if draw is None:
        return visit.state is VisitState.PLANNED
    return taken_at is not None and taken_at < draw.drawn_at


def record_blood_taken(
    session: Session,
    actor: Actor,
    participant: Participant,
    drawn_at: datetime,
    *,
    client_id: uuid.UUID,
    protocol: Protocol,
    now: datetime,
) -> tuple[BloodDraw, bool]:
    """Note that blood was taken; the morning dose may follow. The second value says if it is new.

    Raises RefusedError `in_the_future` or `too_long_ago` on field `drawn_at` and
    ConflictError for the same id with another time.
    """
    answer = admission(drawn_at, now, protocol.slots)
    if answer is Admission.REFUSE_FUTURE:
        raise RefusedError("in_the_future", "drawn_at")
    if answer is Admission.NEEDS_CORRECTION_REQUEST:
        raise RefusedError("too_long_ago", "drawn_at")
    row = BloodDraw(
        client_id=client_id,
        participant_id=participant.id,
        drawn_at=drawn_at,
        received_at=now,
        entered_by_id=account_of(actor),
        channel=actor.channel,
    )
    key = {"participant_id": participant.id, "client_id": client_id}
    row, created = add_once(session, row, key, {"drawn_at": drawn_at})
    if created:
        _trace(session, actor, participant, row)
        _tell_if_dose_came_first(session, participant, row, protocol=protocol, now=now)
    return row, created


def _trace(session: Session, actor: Actor, participant: Participant, row: BloodDraw) -> None:
    act = Act(
        action="record_blood_taken",
        subject="blood_draw",
        subject_id=row.id,
        participant_id=participant.id,
        site_id=participant.site_id,
        new={"drawn_at": row.drawn_at},
    )
    record(session, actor, act, row.received_at)


def _tell_if_dose_came_first(
    session: Session,
    participant: Participant,
    draw: BloodDraw,
    *,
    protocol: Protocol,
    now: datetime,
) -> None:
    """A dose entered earlier may turn out to lie before the blood that was entered later."""
    on = local_date(timetables(session, participant.id), draw.drawn_at)
    if _level_visit(session, participant.id, on) is None:
        return
    key = SlotKey(on, Half.MORNING)
    diary = read(session, participant, protocol, first_on=on, last_on=on, now=now)
    doses = [e for e in sort_out(diary.entries).standing if e.slot == key and e.tells_a_dose]
    if any(dose.taken_at is not None and dose.taken_at < draw.drawn_at for dose in doses):
        facts = {"slot_on": key.on, "half": key.half}
        code = "dose_before_trough"
        found = matter(protocol, code, slot_name(key), facts)
        raise_once(session, participant, found, rule_version=protocol.key, now=now)
