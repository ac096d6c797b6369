"""Masked readings as the study team sees them: who has read, and nothing more until unmasking."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, aliased

from domain.agreement import Agreement, Kappa, agreement, linear_kappa
from domain.masked_answers import (
    FIRST,
    ORDERED,
    SECOND,
    BySeat,
    CaseState,
    Comparison,
    consensus,
)
from models.participant import Participant
from models.photo import Photo
from models.reading import ReadingCase
from services.access import Permission, may
from services.actor import Actor, account_of
from services.audit import Act, record
from services.errors import ForbiddenError, NotFoundError, RefusedError
from services.masked_answers import Seats, said_at, seats_of, state_of
from services.turns import take_turn


@dataclass(frozen=True, slots=True)
class SeatLine:
    """A reader of a case. `said` (against the baseline) and `note` are None while masked."""

    seat: int
    reader: str
    task: uuid.UUID
    is_locked: bool
    locked_at: datetime | None
    said: Comparison | None
    note: str | None
    baseline_is_left: bool | None


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case as far as it may be known. `consensus` is None while masked."""

    case: ReadingCase
    child: Participant
    baseline: Photo
    followup: Photo
    state: CaseState
    seats: tuple[SeatLine, ...]
    consensus: Comparison | None

    @property
    def said(self) -> BySeat:
        return {line.seat: line.said for line in self.seats if line.said is not None}


@dataclass(frozen=True, slots=True)
class ReadersAgreement:
    """First reader against second, over the unmasked cases. Weighted: only where both placed the
    skin between lighter and darker."""

    plain: Agreement
    weighted: Kappa
    rule_versions: tuple[str, ...]


def cases_at(session: Session, site_ids: Collection[int]) -> tuple[CaseLine, ...]:
    """All cases of these sites, the newest first."""
    return _lines(session, Participant.site_id.in_(site_ids))


def cases_of(session: Session, child: Participant) -> tuple[CaseLine, ...]:
    """All cases of a child, the newest first."""
    return _lines(session, Participant.id == child.id)


def case_line(session: Session, case: ReadingCase) -> CaseLine:
    (line,) = _lines(session, ReadingCase.id == case.id)
    return line


def readers_agreement(lines: Sequence[CaseLine]) -> ReadersAgreement:
    """How far the first two readers agree in the unmasked ones of these cases."""
    unmasked = [line for line in lines if line.state is CaseState.UNMASKED]
    pairs = [(line.said[FIRST].value, line.said[SECOND].value) for line in unmasked]
    return ReadersAgreement(
        plain=agreement([each.value for each in Comparison], pairs),
        weighted=linear_kappa([each.value for each in ORDERED], pairs),
        rule_versions=tuple(sorted({line.case.rule_version for line in unmasked})),
    )


def check_complete(
    session: Session, actor: Actor, case_ids: Collection[uuid.UUID]
) -> tuple[ReadingCase, ...]:
    """The cases, if all answers that they need are locked; pages ask before they ask for a
    password.

    Raises RefusedError `no_case_chosen`, `reading_not_complete`; NotFoundError for a foreign or
    unknown case; ForbiddenError.
    """
    if not case_ids:
        raise RefusedError("no_case_chosen", "case")
    found = session.execute(
        select(ReadingCase, Participant.site_id)
        .join(Participant, Participant.id == ReadingCase.participant_id)
        .where(ReadingCase.public_id.in_(case_ids))
        .order_by(ReadingCase.id)
    ).all()
    if len(found) < len(set(case_ids)) or not all(
        may(actor, Permission.VIEW, site) for _case, site in found
    ):
        raise NotFoundError
    if not all(may(actor, Permission.MANAGE_READINGS, site) for _case, site in found):
        raise ForbiddenError(Permission.MANAGE_READINGS)
    seats = seats_of(session, {case.id for case, _site in found})
    ready = {CaseState.COMPLETE, CaseState.UNMASKED}
    if any(state_of(case, seats[case.id]) not in ready for case, _site in found):
        raise RefusedError("reading_not_complete", "case")
    return tuple(case for case, _site in found)


def unmask(
    session: Session, actor: Actor, case_ids: Collection[uuid.UUID], *, now: datetime
) -> tuple[ReadingCase, ...]:
    """Show what was said. The caller has made sure who signs: password and code again.

    A case that is unmasked already stays as it is. Raises as `check_complete`.
    """
    cases = check_complete(session, actor, case_ids)
    seats = seats_of(session, {case.id for case in cases})
    for case in cases:
        take_turn(session, case)
        if case.unmasked_at is None:
            case.unmasked_at = now.astimezone(UTC)
            case.unmasked_by_id = account_of(actor)
            _record_unmasked(session, actor, case, seats[case.id], now=now)
    session.flush()
    return cases


def _record_unmasked(
    session: Session, actor: Actor, case: ReadingCase, seats: Seats, *, now: datetime
) -> None:
    said = said_at(seats)
    act = Act(
        action="reading.unmasked",
        subject="reading_case",
        subject_id=case.id,
        participant_id=case.participant_id,
        site_id=session.get_one(Participant, case.participant_id).site_id,
        new={
            "case": case.public_id,
            "visit": case.visit_code,
            "said": said,
            "consensus": consensus(said),
        },
    )
    record(session, actor, act, now)


def _lines(session: Session, which: ColumnElement[bool]) -> tuple[CaseLine, ...]:
    baseline, followup = aliased(Photo), aliased(Photo)
    rows = session.execute(
        select(ReadingCase, Participant, baseline, followup)
        .join(Participant, Participant.id == ReadingCase.participant_id)
        .join(baseline, baseline.id == ReadingCase.baseline_photo_id)
        .join(followup, followup.id == ReadingCase.followup_photo_id)
        .where(which)
        .order_by(ReadingCase.recorded_at.desc(), ReadingCase.id.desc())
    ).all()
    seats = seats_of(session, {row[0].id for row in rows})
    return tuple(
        _line(case, child, (then, later), seats[case.id]) for case, child, then, later in rows
    )


def _line(
    case: ReadingCase, child: Participant, photos: tuple[Photo, Photo], seats: Seats
) -> CaseLine:
    state = state_of(case, seats)
    is_unmasked = state is CaseState.UNMASKED
    return CaseLine(
        case=case,
        child=child,
        baseline=photos[0],
        followup=photos[1],
        state=state,
        seats=_seat_lines(seats, is_unmasked=is_unmasked),
        consensus=consensus(said_at(seats)) if is_unmasked else None,
    )


def _seat_lines(seats: Seats, *, is_unmasked: bool) -> tuple[SeatLine, ...]:
    return tuple(
        SeatLine(
            seat=seat.task.seat,
            reader=seat.reader,
            task=seat.task.public_id,
            is_locked=seat.locked is not None,
            locked_at=None if seat.locked is None else seat.locked.locked_at,
            said=seat.said if is_unmasked else None,
            note=seat.locked.note if is_unmasked and seat.locked is not None else None,
            baseline_is_left=seat.task.baseline_is_left if is_unmasked else None,
        )
        for seat in seats
    )
