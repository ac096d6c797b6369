"""Taking in photos: a bad one never stops the others, and nobody waits for the database meanwhile.

On SQLite a request that writes holds the only write lock from its first statement on. Decoding or a
slow store takes seconds, and a dose must not wait for that. So for each photo: may this person? →
end that transaction → decode → files → row → commit.
"""

from collections.abc import Callable, Iterable

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from models.participant import Participant
from models.photo import Photo
from photos.images import IngestedPhoto, ingest
from photos.limits import PhotoLimits, PhotoRefusedError
from photos.storage import StoreUnavailableError
from services.actor import Actor
from services.errors import ConflictError
from services.photo_files import discard_unless_kept, files_of
from services.photo_rows import SaidPhoto
from services.photos import add_photo, same_sent_before
from web.db import db
from web.parts import now, parts
from web.photo_form import PhotoForm
from web.photo_results import STORE_UNAVAILABLE, Outcome, SentFile, short_name

# finds the child and checks that the actor may add photos; raises what the services raise
FindChild = Callable[[Session], Participant]
# what is said of the photo with this sha256
Say = Callable[[str], SaidPhoto]


def take_photos(
    files: Iterable[FileStorage], form: PhotoForm, actor: Actor, find_child: FindChild
) -> list[SentFile]:
    """What became of each file of a form, in their order. Raises only what `find_child` raises.

    A store that is away is asked once: the other files would only wait for the same answer.
    """
    sent: list[SentFile] = []
    is_away = False
    for file in files:
        name = short_name(file.filename or "")
        if is_away:
            sent.append(SentFile(name, Outcome.REFUSED, code=STORE_UNAVAILABLE))
            continue
        try:
            sent.append(_take(file.read(), name, form, actor, find_child=find_child))
        except PhotoRefusedError as error:
            sent.append(SentFile(name, Outcome.REFUSED, code=error.code.value))
        except StoreUnavailableError:
            is_away = True
            sent.append(SentFile(name, Outcome.REFUSED, code=STORE_UNAVAILABLE))
    return sent


def _take(
    data: bytes, name: str, form: PhotoForm, actor: Actor, *, find_child: FindChild
) -> SentFile:
    try:
        photo, is_new = take_photo(
            data, actor, find_child, lambda sha256: form.said_of(sha256, actor.channel)
        )
    except ConflictError as conflict:
        view, site = str(conflict.first["view"]), str(conflict.first["body_site"])
        return SentFile(name, Outcome.CONFLICT, first_view=view, first_site=site)
    photo_id = str(photo.public_id)
    before = same_sent_before(db.session(), photo) if is_new else None
    if before is not None:
        before_at = before.received_at.isoformat()
        return SentFile(name, Outcome.SENT_BEFORE, photo_id, before_at=before_at)
    return SentFile(name, Outcome.ARRIVED if is_new else Outcome.AGAIN, photo_id)


def take_photo(data: bytes, actor: Actor, find_child: FindChild, say: Say) -> tuple[Photo, bool]:
    """Take in one photo and commit it: (photo, True), or the first one and False.

    Raises PhotoRefusedError, StoreUnavailableError, ConflictError and RefusedError; the session is
    then rolled back and no file is left.
    """
    session = db.session()
    child = find_child(session)
    session.commit()  # ends the transaction: what follows is slow
    ingested = ingest(data, PhotoLimits(max_bytes=parts().settings.max_photo_bytes))
    try:
        photo, is_new = _add(session, actor, child, say(ingested.sha256), ingested=ingested)
    except Exception:
        session.rollback()
        raise
    _commit(session, photo, is_new=is_new)
    return photo, is_new


def _add(
    session: Session, actor: Actor, child: Participant, said: SaidPhoto, *, ingested: IngestedPhoto
) -> tuple[Photo, bool]:
    return add_photo(
        session,
        actor,
        child,
        said,
        ingested=ingested,
        store=parts().photo_store,
        protocol=parts().protocols[child.protocol_key],
        now=now(),
    )


def _commit(session: Session, photo: Photo, *, is_new: bool) -> None:
    """The commit; if it fails, the files that no row names are removed."""
    files = files_of(photo)
    try:
        session.commit()
    except SQLAlchemyError:
        session.rollback()
        if is_new:
            discard_unless_kept(session, parts().photo_store, files)
        raise
