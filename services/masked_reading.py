"""Masked reading at the reader's desk: the next pair, its two pictures, and the answer that locks.

What a reader gets from here names no child, arm, visit, day, order or file: only the task.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.masked_answers import THIRD, Comparison, consensus, needs_third
from models.participant import Participant
from models.photo import Photo
from models.reading import ReadingAnswer, ReadingCase, ReadingTask
from services.access import Permission, sites_with
from services.actor import Actor, account_of
from services.audit import Act, record
from services.errors import ConflictError, NotFoundError, RefusedError
from services.masked_answers import Seats, masked_sites, said_at, seats_of
from services.once import add_once


class Side(StrEnum):
    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class ReadingDesk:
    """One reader's own list: how far it is, and what comes next in the drawn order.

    `is_barred`: this person has another role at a site where it was named as a reader.
    """

    read: int
    total: int
    following: ReadingTask | None
    is_barred: bool


@dataclass(frozen=True, slots=True)
class SaidReading:
    """What a reader says of the right picture against the left one."""

    client_id: uuid.UUID
    answer: Comparison
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Consensus:
    """What the readers of an unmasked case came to: the skin at the follow-up against the
    baseline. Evidence beside the skin domain of a response assessment, which it never sets."""

    visit_code: str
    skin: Comparison
    by_seat: tuple[Comparison, ...]
    baseline_photo: uuid.UUID
    followup_photo: uuid.UUID
    unmasked_at: datetime
    rule_version: str


def reading_desk(session: Session, actor: Actor) -> ReadingDesk:
    """The list of the reader who asks."""
    mine = _own_tasks(session, actor)
    masked = masked_sites(actor)
    seats = seats_of(session, {task.case_id for task, _site in mine})
    shown = [task for task, site in mine if site in masked and _is_asked(task, seats[task.case_id])]
    waiting = [task for task in shown if not _is_locked(task, seats[task.case_id])]
    return ReadingDesk(
        read=len(shown) - len(waiting),
        total=len(shown),
        following=waiting[0] if waiting else None,
        is_barred=bool(set(sites_with(actor, Permission.READ_MASKED)) - masked),
    )


def open_task(session: Session, actor: Actor, task_id: uuid.UUID) -> ReadingTask:
    """A task of this reader that is still to be answered.

    Raises NotFoundError for somebody else's task and for one that is not asked for (yet),
    RefusedError `reader_not_masked` and `reading_is_locked`.
    """
    task, seats = _task(session, actor, task_id)
    if _is_locked(task, seats):
        raise RefusedError("reading_is_locked")
    return task


def picture_key(session: Session, actor: Actor, task_id: uuid.UUID, side: Side) -> str:
    """Where the copy for display lies in the photo store. Raises as `open_task`."""
    task = open_task(session, actor, task_id)
    case = session.get_one(ReadingCase, task.case_id)
    is_baseline = task.baseline_is_left is (side is Side.LEFT)
    photo = case.baseline_photo_id if is_baseline else case.followup_photo_id
    return session.get_one(Photo, photo).display_key


def answer(
    session: Session, actor: Actor, task_id: uuid.UUID, said: SaidReading, *, now: datetime
) -> tuple[ReadingAnswer, bool]:
    """Lock an answer (True); the same form a second time gets the first result (False).

    Raises as `open_task`: another answer to a locked task is refused, whatever it says;
    ConflictError when the same form comes with another answer.
    """
    task, _seats = _task(session, actor, task_id)
    note = (said.note or "").strip() or None
    content: dict[str, Any] = {"client_id": said.client_id, "answer": said.answer, "note": note}
    row = ReadingAnswer(
        **content, task_id=task.id, reader_id=account_of(actor), locked_at=now.astimezone(UTC)
    )
    try:
        row, is_new = add_once(session, row, {"task_id": task.id}, content)
    except ConflictError as conflict:
        if conflict.first["client_id"] == conflict.offered["client_id"]:
            raise
        raise RefusedError("reading_is_locked") from None
    if is_new:
        _record_answer(session, actor, task, now)
    return row, is_new


def consensus_for(session: Session, child: Participant, visit_code: str) -> Consensus | None:
    """The result for this visit, once it is unmasked; the newest where there are several."""
    case = session.scalar(
        select(ReadingCase)
        .where(
            ReadingCase.participant_id == child.id,
            ReadingCase.visit_code == visit_code,
            ReadingCase.unmasked_at.is_not(None),
        )
        .order_by(ReadingCase.unmasked_at.desc(), ReadingCase.id.desc())
        .limit(1)
    )
    if case is None or case.unmasked_at is None:
        return None
    said = said_at(seats_of(session, {case.id})[case.id])
    skin = consensus(said)
    return None if skin is None else _consensus(session, case, skin, tuple(said.values()))


def _consensus(
    session: Session, case: ReadingCase, skin: Comparison, by_seat: tuple[Comparison, ...]
) -> Consensus:
    if case.unmasked_at is None:
        raise ValueError("a masked case has no result to show")
    return Consensus(
        visit_code=case.visit_code,
        skin=skin,
        by_seat=by_seat,
        baseline_photo=session.get_one(Photo, case.baseline_photo_id).public_id,
        followup_photo=session.get_one(Photo, case.followup_photo_id).public_id,
        unmasked_at=case.unmasked_at,
        rule_version=case.rule_version,
    )


def _own_tasks(session: Session, actor: Actor) -> Sequence[tuple[ReadingTask, int]]:
    """Everything this person was ever named for, in the drawn order, with the site."""
    rows = session.execute(
        select(ReadingTask, Participant.site_id)
        .join(ReadingCase, ReadingCase.id == ReadingTask.case_id)
        .join(Participant, Participant.id == ReadingCase.participant_id)
        .where(ReadingTask.reader_id == account_of(actor))
        .order_by(ReadingTask.place, ReadingTask.public_id)
    )
    return [(task, site) for task, site in rows]


def _task(session: Session, actor: Actor, task_id: uuid.UUID) -> tuple[ReadingTask, Seats]:
    found = session.execute(
        select(ReadingTask, Participant.site_id)
        .join(ReadingCase, ReadingCase.id == ReadingTask.case_id)
        .join(Participant, Participant.id == ReadingCase.participant_id)
        .where(ReadingTask.public_id == task_id, ReadingTask.reader_id == account_of(actor))
    ).one_or_none()
    if found is None or found[1] not in sites_with(actor, Permission.READ_MASKED):
        raise NotFoundError
    task, site = found
    if site not in masked_sites(actor):
        raise RefusedError("reader_not_masked")
    seats = seats_of(session, {task.case_id})[task.case_id]
    if not _is_asked(task, seats):
        raise NotFoundError
    return task, seats


def _is_asked(task: ReadingTask, seats: Seats) -> bool:
    """The third is asked only when the first two do not settle it, and is not told so."""
    return task.seat != THIRD or needs_third(said_at(seats))


def _is_locked(task: ReadingTask, seats: Seats) -> bool:
    return any(seat.task.id == task.id and seat.locked is not None for seat in seats)


def _record_answer(session: Session, actor: Actor, task: ReadingTask, now: datetime) -> None:
    """The trail names the task. What was said stands in its own row, which nobody can change, and
    comes to the trail when the case is unmasked."""
    case = session.get_one(ReadingCase, task.case_id)
    child = session.get_one(Participant, case.participant_id)
    act = Act(
        action="reading.answered",
        subject="reading_task",
        subject_id=task.id,
        participant_id=child.id,
        site_id=child.site_id,
        new={"task": task.public_id},
    )
    record(session, actor, act, now)
