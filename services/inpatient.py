"""Days in hospital of a child: recorded, ended and corrected, always by a further row."""

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from domain.stays import Stay, days_of_stays
from models.participant import Participant
from models.visit import InpatientStay
from services.access import Permission, may
from services.actor import Actor, account_of
from services.audit import Act, record
from services.errors import ForbiddenError, RefusedError
from services.local_today import today_of
from services.once import add_once, first_result
from services.results import amended_row, check_reason, standing
from services.turns import take_turn

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidStay:
    """Local dates, both included; `until_on` None: still there. A correction, also the end of an
    open stay, names the one it `amends` and why; with `never_was` that one did not happen."""

    client_id: uuid.UUID
    from_on: date
    until_on: date | None = None
    note: str | None = None
    amends: uuid.UUID | None = None
    amend_reason: str | None = None
    never_was: bool = False


def record_stay(
    session: Session, actor: Actor, participant: Participant, said: SaidStay, *, now: datetime
) -> tuple[InpatientStay, bool]:
    """Record days in hospital, once per client id; the second value says if it is new.

    Raises RefusedError `in_the_future`, `until_before_from`, `stays_overlap`, `reason_needed`,
    `already_corrected`; NotFoundError for a stay the child has not; ConflictError.
    """
    if not may(actor, Permission.RECORD, participant.site_id):
        raise ForbiddenError(Permission.RECORD)
    content = _content(said)
    key = {"participant_id": participant.id, "client_id": said.client_id}
    earlier = first_result(session, InpatientStay, key, content)
    if earlier is not None:
        return earlier, False
    take_turn(session, participant)
    amended = amended_row(session, InpatientStay, participant, said.amends)
    _check(session, participant, said, amended=amended, now=now)
    row = InpatientStay(
        participant_id=participant.id,
        client_id=said.client_id,
        amends_id=amended.id if amended else None,
        recorded_at=now,
        recorded_by_id=account_of(actor),
        **content,
    )
    row, created = add_once(session, row, key, content)
    if created:
        record(session, actor, _act(participant, row, amended), now)
    return row, created


def standing_stays(session: Session, participant_id: int) -> Sequence[InpatientStay]:
    """The stays that no later row corrects, the earliest first."""
    rows = [row for row in standing(list(stays_of(session, participant_id))) if happened(row)]
    return sorted(rows, key=lambda row: (row.from_on, row.id))


def stays_of(session: Session, participant_id: int) -> Sequence[InpatientStay]:
    """All rows, corrected ones too, in the order recorded."""
    query = select(InpatientStay).where(InpatientStay.participant_id == participant_id)
    return session.scalars(query.order_by(InpatientStay.recorded_at, InpatientStay.id)).all()


def inpatient_days(
    session: Session, participant_id: int, first_on: date, last_on: date
) -> frozenset[date]:
    """The local dates between two, both included, that the child spent in hospital."""
    return inpatient_days_of(session, [participant_id], first_on, last_on).get(
        participant_id, frozenset()
    )


def inpatient_days_of(
    session: Session, children: Collection[int], first_on: date, last_on: date
) -> Mapping[int, frozenset[date]]:
    """The same for many children (database ids) in one query."""
    amended = select(InpatientStay.amends_id).where(InpatientStay.amends_id.is_not(None))
    rows = session.scalars(
        select(InpatientStay).where(
            InpatientStay.participant_id.in_(children),
            InpatientStay.from_on <= last_on,
            or_(InpatientStay.until_on.is_(None), InpatientStay.until_on >= first_on),
            InpatientStay.id.not_in(amended),
        )
    )
    found: dict[int, list[Stay]] = {}
    for row in rows:
        if happened(row):
            found.setdefault(row.participant_id, []).append(stay_of(row))
    return {child: days_of_stays(stays, first_on, last_on) for child, stays in found.items()}


def stay_of(row: InpatientStay) -> Stay:
    return Stay(row.from_on, row.until_on)


def happened(row: InpatientStay) -> bool:
    """A stay taken back is kept as one that ends before it begins: it has no day."""
    return row.until_on is None or row.until_on >= row.from_on


def _content(said: SaidStay) -> dict[str, object]:
    return {
        "from_on": said.from_on,
        "until_on": said.from_on - DAY if said.never_was else said.until_on,
        "note": (said.note or "").strip() or None,
        "amend_reason": (said.amend_reason or "").strip() or None,
    }


def _check(
    session: Session,
    participant: Participant,
    said: SaidStay,
    *,
    amended: InpatientStay | None,
    now: datetime,
) -> None:
    check_reason(said.amends, said.amend_reason)
    if said.never_was:
        if amended is None:
            raise RefusedError("nothing_to_take_back")
        return
    today = today_of(session, participant, now)
    if said.from_on > today:
        raise RefusedError("in_the_future", "from_on")
    if said.until_on is not None and said.until_on > today:
        raise RefusedError("in_the_future", "until_on")
    if said.until_on is not None and said.until_on < said.from_on:
        raise RefusedError("until_before_from", "until_on")
    others = [row for row in standing_stays(session, participant.id) if row is not amended]
    if _overlaps(Stay(said.from_on, said.until_on), others):
        raise RefusedError("stays_overlap", "from_on")


def _overlaps(stay: Stay, others: Iterable[InpatientStay]) -> bool:
    return any(stay.overlaps(stay_of(other)) for other in others)


def _act(participant: Participant, row: InpatientStay, amended: InpatientStay | None) -> Act:
    names = ("from_on", "until_on", "note")
    return Act(
        action="correct_stay" if amended else "record_stay",
        subject="inpatient_stay",
        subject_id=row.id,
        participant_id=participant.id,
        site_id=participant.site_id,
        old={name: getattr(amended, name) for name in names} if amended else None,
        new={name: getattr(row, name) for name in names},
        reason=row.amend_reason,
    )
