"""The answers of masked readings by case, for the services that weigh them. Nobody shows them
before a case is unmasked."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.masked_answers import (
    THIRD,
    CaseState,
    Comparison,
    against_baseline,
    consensus,
    needs_third,
)
from models.account import Account
from models.reading import ReadingAnswer, ReadingCase, ReadingTask
from models.site import StaffRole
from services.actor import Actor


@dataclass(frozen=True, slots=True)
class Seat:
    """A reader's place at a case and, once locked, the answer."""

    task: ReadingTask
    reader: str
    locked: ReadingAnswer | None

    @property
    def said(self) -> Comparison | None:
        """The follow-up against the baseline."""
        if self.locked is None:
            return None
        told = Comparison(self.locked.answer)
        return against_baseline(told, baseline_is_left=self.task.baseline_is_left)


Seats = tuple[Seat, ...]


def seats_of(session: Session, case_ids: Collection[int]) -> Mapping[int, Seats]:
    """The seats of each case (database ids), first, second and third."""
    found: dict[int, Seats] = dict.fromkeys(case_ids, ())
    if not found:
        return found
    rows = session.execute(
        select(ReadingTask, Account.display_name, ReadingAnswer)
        .join(Account, Account.id == ReadingTask.reader_id)
        .outerjoin(ReadingAnswer, ReadingAnswer.task_id == ReadingTask.id)
        .where(ReadingTask.case_id.in_(found))
        .order_by(ReadingTask.case_id, ReadingTask.seat)
    )
    for task, name, locked in rows:
        found[task.case_id] = (*found[task.case_id], Seat(task, name, locked))
    return found


def said_at(seats: Seats) -> dict[int, Comparison]:
    """The answers that are there, by seat."""
    return {seat.task.seat: seat.said for seat in seats if seat.said is not None}


def state_of(case: ReadingCase, seats: Seats) -> CaseState:
    if case.unmasked_at is not None:
        return CaseState.UNMASKED
    said = said_at(seats)
    if consensus(said) is not None:
        return CaseState.COMPLETE
    if needs_third(said) and all(seat.task.seat != THIRD for seat in seats):
        return CaseState.NEEDS_THIRD
    return CaseState.WAITING


def masked_sites(actor: Actor) -> frozenset[int]:
    """Sites whose pictures this person may read: a reader there, and nothing else there."""
    others = {grant.site_id for grant in actor.grants if grant.role is not StaffRole.READER}
    return frozenset(actor.site_ids) - others
