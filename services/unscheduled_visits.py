"""Visits outside of the plan: what for, on which day, what is due, and whether blood is drawn."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.protocol import Due, Protocol
from models.participant import Participant
from models.visit import Visit, VisitState
from services.access import Permission, may
from services.actor import Actor, account_of
from services.audit import Act, record
from services.errors import ForbiddenError, RefusedError
from services.once import add_once, first_result
from services.turns import take_turn
from services.visits import check_day_free

EXTRA: Final = "extra_"


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidVisit:
    """`on` is a local date, in the past too: some visits are recorded afterwards. On a trough day
    a level is due, and the morning dose waits for the blood."""

    client_id: uuid.UUID
    purpose: str
    on: date
    due: tuple[Due, ...]
    is_trough_day: bool


def add_visit(
    session: Session,
    actor: Actor,
    participant: Participant,
    said: SaidVisit,
    *,
    protocol: Protocol,
    now: datetime,
) -> tuple[Visit, bool]:
    """Put a visit on the calendar that the plan does not have; the second value says if it is new.

    It is named extra_1, extra_2 … and has its day for a window. Raises RefusedError `required`,
    `before_enrolment` and `day_taken`, and ConflictError for the same id with other content.
    """
    if not may(actor, Permission.RECORD, participant.site_id):
        raise ForbiddenError(Permission.RECORD)
    content = _content(said, participant)
    key = {"client_id": said.client_id}
    earlier = first_result(session, Visit, key, content)
    if earlier is not None:
        return earlier, False
    take_turn(session, participant)
    _check(session, participant, said)
    row = Visit(
        **content,
        **_around(session, participant, said, protocol),
        recorded_at=now,
        recorded_by_id=account_of(actor),
    )
    row, created = add_once(session, row, key, content)
    if created:
        record(session, actor, _act(participant, row, content), now)
    return row, created


def _content(said: SaidVisit, participant: Participant) -> dict[str, object]:
    wanted = {*said.due, Due.LEVEL} if said.is_trough_day else set(said.due)
    return {
        "participant_id": participant.id,
        "purpose": said.purpose.strip(),
        "on": said.on,
        "due": [code.value for code in Due if code in wanted],
        "is_trough_day": said.is_trough_day,
    }


def _check(session: Session, participant: Participant, said: SaidVisit) -> None:
    if not said.purpose.strip():
        raise RefusedError("required", "purpose")
    if said.on < participant.enrolled_on:
        raise RefusedError("before_enrolment", "on")
    check_day_free(session, participant, said.on)


def _around(
    session: Session, participant: Participant, said: SaidVisit, protocol: Protocol
) -> dict[str, object]:
    """What nobody has to say of it."""
    return {
        "client_id": said.client_id,
        "code": _next_code(session, participant),
        "window_from": said.on,
        "window_to": said.on,
        "state": VisitState.PLANNED,
        "is_unscheduled": True,
        "rule_version": protocol.key,
    }


def _next_code(session: Session, participant: Participant) -> str:
    """It is this writer's turn, so two people at once do not count to the same number."""
    extra = (Visit.participant_id == participant.id, Visit.is_unscheduled)
    return f"{EXTRA}{(session.scalar(select(func.count()).where(*extra)) or 0) + 1}"


def _act(participant: Participant, row: Visit, content: Mapping[str, object]) -> Act:
    said = {name: value for name, value in content.items() if name != "participant_id"}
    return Act(
        action="visit.added",
        subject="visit",
        subject_id=row.id,
        participant_id=participant.id,
        site_id=participant.site_id,
        new={"code": row.code, **said},
    )
