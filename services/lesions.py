"""The lesions that the clinic follows: the names that measurements and photos go by."""

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.protocol import Protocol
from models.tumour import Lesion
from services.actor import account_of
from services.audit import Act, record
from services.errors import RefusedError
from services.once import add_once, first_result
from services.results import amended_row, check_day, check_reason, standing
from services.tumour import Entering
from services.turns import take_turn


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidLesion:
    """`is_deep`: nothing to see on the skin and nothing to palpate."""

    client_id: uuid.UUID
    name: str
    body_site: str
    is_deep: bool
    noted_on: date
    note: str | None = None
    amends: uuid.UUID | None = None
    amend_reason: str | None = None


def lesions_of(session: Session, participant_id: int) -> tuple[Lesion, ...]:
    """Those that stand, in the order they were noted."""
    query = select(Lesion).where(Lesion.participant_id == participant_id).order_by(Lesion.id)
    rows = standing(list(session.scalars(query)))
    return tuple(sorted(rows, key=lambda row: (row.noted_on, row.id)))


def record_lesion(
    session: Session, entering: Entering, said: SaidLesion, *, protocol: Protocol
) -> tuple[Lesion, bool]:
    """Note a lesion, or correct what was noted.

    Raises ConflictError, NotFoundError, and RefusedError: not_a_choice (site of the body),
    lesion_known (another lesion of this name), in_the_future, reason_needed.
    """
    child = entering.participant
    key = {"participant_id": child.id, "client_id": said.client_id}
    content = _content(said)
    earlier = first_result(session, Lesion, key, content)
    if earlier is not None:
        return earlier, False
    amended = _checked(session, entering, said, protocol=protocol)
    row = Lesion(
        **key,
        **content,
        amends_id=amended.id if amended else None,
        amend_reason=said.amend_reason,
        recorded_at=entering.now,
        recorded_by_id=account_of(entering.actor),
    )
    row, is_new = add_once(session, row, key, content)
    if is_new:
        _audit(session, entering, row, amended=amended)
    return row, is_new


def _checked(
    session: Session, entering: Entering, said: SaidLesion, *, protocol: Protocol
) -> Lesion | None:
    """The lesion that this one corrects, once everything said of it is possible."""
    check_day(said.noted_on, entering.now, field="noted_on")
    check_reason(said.amends, said.amend_reason)
    if said.body_site not in protocol.photos.body_sites:
        raise RefusedError("not_a_choice", "body_site")
    child = entering.participant
    take_turn(session, child)
    amended = amended_row(session, Lesion, child, said.amends)
    _check_name(session, child.id, said.name, amended)
    return amended


def _audit(session: Session, entering: Entering, row: Lesion, *, amended: Lesion | None) -> None:
    child = entering.participant
    act = Act(
        action=f"lesion.{'corrected' if amended else 'recorded'}",
        subject="lesion",
        subject_id=row.id,
        participant_id=child.id,
        site_id=child.site_id,
        old=_content(amended) if amended else None,
        new=_content(row),
        reason=row.amend_reason,
    )
    record(session, entering.actor, act, entering.now)


def _content(told: SaidLesion | Lesion) -> dict[str, Any]:
    return {
        "name": told.name,
        "body_site": told.body_site,
        "is_deep": told.is_deep,
        "noted_on": told.noted_on,
        "note": told.note,
    }


def known_name(session: Session, participant_id: int, said: str) -> str:
    """The name as it was first written: "Left Thigh" is the "left thigh" of last month, and two
    spellings would be two lesions that cannot be compared."""
    for row in lesions_of(session, participant_id):
        if row.name.casefold() == said.casefold():
            return row.name
    return said


def _check_name(session: Session, participant_id: int, name: str, amended: Lesion | None) -> None:
    for row in lesions_of(session, participant_id):
        if row is not amended and row.name.casefold() == name.casefold():
            raise RefusedError("lesion_known", "name")
