"""Cases for masked reading: which two photos of a child go to whom."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from domain.masked_answers import THIRD
from domain.protocol import Protocol
from models.account import Account
from models.participant import Participant
from models.photo import Photo
from models.reading import ReadingCase, ReadingTask
from models.visit import Visit
from services.access import Permission, may, participant_at_site
from services.actor import Actor, account_of
from services.audit import Act, record
from services.errors import ForbiddenError, NotFoundError, RefusedError
from services.masked_readers import Draw, SaidReaders, seat, seated
from services.once import add_once, first_result
from services.photo_pairs import asks_for_assessment, visits_with_case
from services.photos import photo_of
from services.protocols import Protocols


@dataclass(frozen=True, slots=True)
class SaidPair:
    """The two photos (public ids) to compare for a visit of a child."""

    child: uuid.UUID
    visit_code: str
    baseline: uuid.UUID
    followup: uuid.UUID


def make_case(
    session: Session,
    actor: Actor,
    pair: SaidPair,
    readers: SaidReaders,
    *,
    client_id: uuid.UUID,
    protocols: Protocols,
    draw: Draw,
    now: datetime,
) -> tuple[ReadingCase, bool]:
    """A case with a task for each reader (True), or what the same request made before (False).

    Raises RefusedError for photos that cannot be compared (`photo_unusable`, `photos_not_alike`,
    `photos_wrong_order`, `pair_has_case`), a visit without assessment or with a case
    (`not_an_assessment_visit`, `visit_has_case`), and readers (`not_a_reader`,
    `reader_not_masked`, `reader_named_twice`); NotFoundError; ForbiddenError; ConflictError.
    """
    child = participant_at_site(session, actor, pair.child, Permission.MANAGE_READINGS)
    photos = [photo_of(session, child.id, each) for each in (pair.baseline, pair.followup)]
    content = _content(child, pair, photos)
    earlier = first_result(session, ReadingCase, {"client_id": client_id}, content)
    if earlier is not None:
        return earlier, False
    protocol = protocols[child.protocol_key]
    _check_photos(*photos)
    _check_visit(session, child, pair.visit_code, protocol)
    accounts = seated(session, child.site_id, readers.by_seat)
    row = ReadingCase(
        client_id=client_id,
        **content,
        rule_version=protocol.key,
        recorded_at=now,
        recorded_by_id=account_of(actor),
    )
    row, is_new = _add(session, row, content)
    if is_new:
        seat(session, actor, row, accounts, draw=draw, now=now)
        _record(session, actor, row, _made(photos, accounts), now=now)
    return row, is_new


def name_third(
    session: Session,
    actor: Actor,
    case_id: uuid.UUID,
    reader: uuid.UUID,
    *,
    draw: Draw,
    now: datetime,
) -> ReadingCase:
    """Name the third reader of a case that has none. The same one again changes nothing.

    Raises NotFoundError; RefusedError as `make_case`, and `third_is_named`.
    """
    row = case_at_site(session, actor, case_id)
    child = session.get_one(Participant, row.participant_id)
    tasks = session.scalars(select(ReadingTask).where(ReadingTask.case_id == row.id)).all()
    account = seated(session, child.site_id, {THIRD: reader})[THIRD]
    third = next((task for task in tasks if task.seat == THIRD), None)
    if third is not None:
        if third.reader_id == account.id:
            return row
        raise RefusedError("third_is_named", "third")
    if account.id in {task.reader_id for task in tasks}:
        raise RefusedError("reader_named_twice", "third")
    try:
        with session.begin_nested():
            seat(session, actor, row, {THIRD: account}, draw=draw, now=now)
    except IntegrityError:  # somebody else named one at the same moment
        raise RefusedError("third_is_named", "third") from None
    act = ("reading.third_named", {"readers": {THIRD: account.display_name}})
    _record(session, actor, row, act, now=now)
    return row


def case_at_site(
    session: Session,
    actor: Actor,
    case_id: uuid.UUID,
    permission: Permission = Permission.MANAGE_READINGS,
) -> ReadingCase:
    """A case of one of the actor's sites, for what needs this permission there.

    Raises NotFoundError for another site's case as for none at all; ForbiddenError.
    """
    found = session.execute(
        select(ReadingCase, Participant.site_id)
        .join(Participant, Participant.id == ReadingCase.participant_id)
        .where(ReadingCase.public_id == case_id)
    ).one_or_none()
    if found is None or not may(actor, Permission.VIEW, found[1]):
        raise NotFoundError
    if not may(actor, permission, found[1]):
        raise ForbiddenError(permission)
    row: ReadingCase = found[0]
    return row


def _check_photos(baseline: Photo, followup: Photo) -> None:
    for field, photo in (("baseline", baseline), ("followup", followup)):
        if photo.unusable_reason is not None:
            raise RefusedError("photo_unusable", field)
    if (baseline.view, baseline.body_site) != (followup.view, followup.body_site):
        raise RefusedError("photos_not_alike", "followup")
    if followup.shown_on <= baseline.shown_on:
        raise RefusedError("photos_wrong_order", "followup")


def _content(child: Participant, pair: SaidPair, photos: list[Photo]) -> dict[str, Any]:
    baseline, followup = photos
    return {
        "participant_id": child.id,
        "visit_code": pair.visit_code,
        "baseline_photo_id": baseline.id,
        "followup_photo_id": followup.id,
    }


def _check_visit(session: Session, child: Participant, code: str, protocol: Protocol) -> None:
    visit = session.scalar(
        select(Visit).where(Visit.participant_id == child.id, Visit.code == code)
    )
    if visit is None or not asks_for_assessment(visit, protocol):
        raise RefusedError("not_an_assessment_visit", "visit_code")
    if (child.id, code) in visits_with_case(session, [child.id]):
        raise RefusedError("visit_has_case", "visit_code")


def _add(session: Session, row: ReadingCase, content: dict[str, Any]) -> tuple[ReadingCase, bool]:
    try:
        return add_once(session, row, {"client_id": row.client_id}, content)
    except IntegrityError:
        raise RefusedError("pair_has_case", "followup") from None


# an action, and what the trail keeps of it. Neither sides nor ranks: they stand in the tasks,
# which never change
Noted = tuple[str, Mapping[str, object]]


def _made(photos: list[Photo], accounts: dict[int, Account]) -> Noted:
    return "reading.case_made", {
        "photos": [photo.public_id for photo in photos],
        "readers": {number: account.display_name for number, account in accounts.items()},
    }


def _record(
    session: Session, actor: Actor, row: ReadingCase, noted: Noted, *, now: datetime
) -> None:
    action, new = noted
    act = Act(
        action=action,
        subject="reading_case",
        subject_id=row.id,
        participant_id=row.participant_id,
        site_id=session.get_one(Participant, row.participant_id).site_id,
        new={"case": row.public_id, "visit": row.visit_code, **new},
    )
    record(session, actor, act, now)
