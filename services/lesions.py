"""The lesions that the clinic follows: the names that measurements and photos go by."""

import uuid
from dataclasses import dataclass
from datetime import date

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
    content = {
        "name": said.name,
        "body_site": said.body_site,
        "is_deep": said.is_deep,
        "noted_on": said.noted_on,
        "note": said.note,
    }
    earlier = first_result(session, Lesion, key, content)
    if earlier is not None:
        return earlier, False
    check_day(said.noted_on, entering.now, field="noted_on")
    check_reason(said.amends, said.amend_reason)
    if said.body_site not in protocol.photos.body_sites:
        raise RefusedError("not_a_choice", "body_site")
    amended = amended_row(session, Lesion, child, said.amends)
    _check_name(session, child.id, said.name, amended)
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
        old = {name: getattr(amended, name) for name in content} if amended else None
        act = Act(
            action=f"lesion.{'corrected' if amended else 'recorded'}",
            subject="lesion",
            subject_id=row.id,
            participant_id=child.id,
            site_id=child.site_id,
            old=old,
            new=content,
            reason=said.amend_reason,
        )
        record(session, entering.actor, act, entering.now)
    return row, is_new


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
