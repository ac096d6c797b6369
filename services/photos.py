"""Photos of a child: taking one in, looking at them, marking one that cannot be used."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.protocol import Protocol
from domain.slots import local_date
from models.account import Account
from models.participant import Participant
from models.photo import Photo
from photos.images import IngestedPhoto
from photos.storage import PhotoStore
from services import audit
from services.access import Permission, child_of, participant_at_site
from services.actor import Actor, ActorKind, account_of
from services.audit import Act
from services.errors import NotFoundError, RefusedError
from services.once import add_once
from services.photo_files import discard, put_files
from services.photo_rows import SaidPhoto, believable_day, row_of
from services.timetables import timetables


def add_photo(
    session: Session,
    actor: Actor,
    participant: Participant,
    said: SaidPhoto,
    *,
    ingested: IngestedPhoto,
    store: PhotoStore,
    protocol: Protocol,
    now: datetime,
) -> tuple[Photo, bool]:
    """Keep a photo: the files first, then row and audit. (photo, True), or the first and False.

    The caller is outside of any transaction: the store may be slow, and nobody shall wait for it.
    The caller has checked that the actor may add photos of this child.
    Raises RefusedError for a view or site of the body that the study does not have,
    StoreUnavailableError, and ConflictError when the client id came before with other content.
    Whatever is raised, no file is left behind.
    """
    check_said(said, protocol)
    files = put_files(store, participant.public_id, ingested)
    try:
        row = row_of(participant, said, ingested, files)
        today = local_date(timetables(session, participant.id), now)
        row.shown_on = believable_day(ingested, participant.born_on, today)
        row.received_at, row.uploaded_by_id = now, account_of(actor)
        photo, is_new = _add_row(session, row)
        if is_new:
            _record_added(session, actor, participant, photo)
    except BaseException:
        discard(store, files)
        raise
    if not is_new:
        discard(store, files)
    return photo, is_new


def check_said(said: SaidPhoto, protocol: Protocol) -> None:
    """Raises RefusedError, naming the field, for a view or site the study does not have."""
    if said.view not in protocol.photos.views:
        raise RefusedError("unknown_view", field="view")
    if said.body_site not in protocol.photos.body_sites:
        raise RefusedError("unknown_body_site", field="body_site")


def photo_of(session: Session, participant_id: int, public_id: uuid.UUID) -> Photo:
    """One photo of this child. Raises NotFoundError for another child's."""
    photo = session.scalar(
        select(Photo).where(Photo.public_id == public_id, Photo.participant_id == participant_id)
    )
    if photo is None:
        raise NotFoundError
    return photo


def seen_photo(session: Session, actor: Actor, public_id: uuid.UUID) -> Photo:
    """A photo that this actor may look at: a carer of the child, or staff who may see the child.

    Raises NotFoundError for everybody else.
    """
    found = session.execute(
        select(Photo, Participant.public_id)
        .join(Participant, Participant.id == Photo.participant_id)
        .where(Photo.public_id == public_id)
    ).one_or_none()
    if found is None:
        raise NotFoundError
    photo, child_id = found
    if actor.kind is ActorKind.CARER:
        child_of(session, actor, child_id)
    else:
        participant_at_site(session, actor, child_id, Permission.VIEW)
    return photo


def photos_of(
    session: Session, participant_id: int, *, view: str | None = None
) -> tuple[Photo, ...]:
    """All photos of a child, the newest day first; none is ever left out."""
    query = select(Photo).where(Photo.participant_id == participant_id)
    if view is not None:
        query = query.where(Photo.view == view)
    newest_first = (Photo.shown_on.desc(), Photo.received_at.desc(), Photo.id.desc())
    return tuple(session.scalars(query.order_by(*newest_first)))


def last_sent(session: Session, participant_id: int) -> Photo | None:
    """The photo that arrived last: the next one is often of the same place."""
    return session.scalar(
        select(Photo)
        .where(Photo.participant_id == participant_id)
        .order_by(Photo.received_at.desc(), Photo.id.desc())
        .limit(1)
    )


def same_sent_before(session: Session, photo: Photo) -> Photo | None:
    """The first photo of this child with the very same bytes, if it is another than `photo`."""
    first = session.scalar(
        select(Photo)
        .where(Photo.participant_id == photo.participant_id, Photo.sha256 == photo.sha256)
        .order_by(Photo.received_at, Photo.id)
        .limit(1)
    )
    return None if first is None or first.id == photo.id else first


def senders(session: Session, photos: Sequence[Photo]) -> Mapping[int, str]:
    """Names of those who sent the photos, by account id."""
    ids = {photo.uploaded_by_id for photo in photos}
    if not ids:
        return {}
    found = session.execute(select(Account.id, Account.display_name).where(Account.id.in_(ids)))
    return {row.id: row.display_name for row in found}


def mark_unusable(
    session: Session, actor: Actor, photo: Photo, reason: str, *, now: datetime
) -> None:
    """Say why a photo cannot be used for the study; it stays visible, with the reason.

    The caller has checked Permission.PHOTOS at the child's site. The same reason again does
    nothing. Raises RefusedError without a reason.
    """
    if not reason.strip():
        raise RefusedError("required", field="reason")
    _set_reason(session, actor, photo, reason.strip(), now=now)


def mark_usable(session: Session, actor: Actor, photo: Photo, *, now: datetime) -> None:
    """Take a mark back that was set by mistake."""
    _set_reason(session, actor, photo, None, now=now)


def _set_reason(
    session: Session, actor: Actor, photo: Photo, reason: str | None, *, now: datetime
) -> None:
    before = photo.unusable_reason
    if before == reason:
        return
    photo.unusable_reason = reason
    session.flush()
    act = Act(
        action="photo.unusable" if reason else "photo.usable",
        subject="photo",
        subject_id=photo.id,
        participant_id=photo.participant_id,
        old={"unusable_reason": before},
        new={"unusable_reason": reason},
        reason=reason,
    )
    audit.record(session, actor, act, now)


def _add_row(session: Session, row: Photo) -> tuple[Photo, bool]:
    key: dict[str, Any] = {"participant_id": row.participant_id, "client_id": row.client_id}
    said = ("view", "body_site", "note", "sha256")
    return add_once(session, row, key, {name: getattr(row, name) for name in said})


def _record_added(session: Session, actor: Actor, participant: Participant, photo: Photo) -> None:
    kept = ("view", "body_site", "shown_on", "sha256", "position_removed")
    act = Act(
        action="photo.add",
        subject="photo",
        subject_id=photo.id,
        participant_id=participant.id,
        site_id=participant.site_id,
        new={name: getattr(photo, name) for name in kept},
    )
    audit.record(session, actor, act, now=photo.received_at)
