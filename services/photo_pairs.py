"""Which two photos of a child a masked reader could compare: proposed for each assessment visit."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from domain.protocol import Due, Protocol
from models.participant import Participant
from models.photo import Photo
from models.reading import ReadingCase
from models.visit import Visit


@dataclass(frozen=True, slots=True)
class PhotoPair:
    """A photo near the baseline and one near the visit, of the same view and part of the body."""

    child: Participant
    visit: Visit
    baseline: Photo
    followup: Photo

    @property
    def is_outside_window(self) -> bool:
        return not self.visit.window_from <= self.followup.shown_on <= self.visit.window_to


def proposed_pairs(
    session: Session, site_id: int, protocols: Mapping[str, Protocol], *, today: date
) -> tuple[PhotoPair, ...]:
    """For each child of the site and each assessment visit that has come and has no case yet: the
    usable photos nearest to the baseline and to the visit, of every view and part of the body that
    has both. A photo nearer to another assessment visit is not taken for this one."""
    children = session.scalars(
        select(Participant).where(Participant.site_id == site_id).order_by(Participant.study_number)
    ).all()
    ids = [child.id for child in children]
    photos, visits = _usable(session, ids), _visits(session, ids)
    taken = visits_with_case(session, ids)
    return tuple(
        pair
        for child in children
        for pair in _pairs_of(child, visits[child.id], photos[child.id], protocols)
        if pair.visit.on <= today and (child.id, pair.visit.code) not in taken
    )


def asks_for_assessment(visit: Visit, protocol: Protocol) -> bool:
    """Is a response assessment due at this visit?"""
    planned = {plan.code for plan in protocol.visits if Due.ASSESSMENT in plan.due}
    return visit.code in planned or Due.ASSESSMENT in (visit.due or ())


def _pairs_of(
    child: Participant,
    visits: Sequence[Visit],
    photos: Sequence[Photo],
    protocols: Mapping[str, Protocol],
) -> Iterable[PhotoPair]:
    protocol = protocols[child.protocol_key]
    first = next((visit for visit in visits if visit.code == protocol.visits[0].code), None)
    if first is None:
        return
    asked = [visit for visit in visits if asks_for_assessment(visit, protocol)]
    for visit in asked:
        for alike in _by_view(photos, protocol):
            baseline = _nearest(alike, first.on)
            near = [
                photo
                for photo in alike
                if photo.shown_on > baseline.shown_on and _visit_of(photo, (first, *asked)) is visit
            ]
            if near:
                yield PhotoPair(child, visit, baseline, _nearest(near, _day_of(visit)))


def _visit_of(photo: Photo, visits: Sequence[Visit]) -> Visit:
    """The visit a photo is nearest to; of two equally near ones the earlier."""
    return min(visits, key=lambda visit: (abs(photo.shown_on - _day_of(visit)), visit.on))


def _day_of(visit: Visit) -> date:
    """The day it took place, or else is planned for."""
    return visit.done_on or visit.on


def _by_view(photos: Sequence[Photo], protocol: Protocol) -> list[list[Photo]]:
    """Photos of the same view and part of the body, in the protocol's order of views."""
    found: dict[tuple[str, str], list[Photo]] = defaultdict(list)
    for photo in photos:
        found[photo.view, photo.body_site].append(photo)
    views = {view: place for place, view in enumerate(protocol.photos.views)}
    return [found[key] for key in sorted(found, key=lambda key: (views.get(key[0], 99), key[1]))]


def _nearest(photos: Sequence[Photo], on: date) -> Photo:
    """Of two equally near the earlier one."""
    return min(photos, key=lambda photo: (abs(photo.shown_on - on), photo.shown_on, photo.id))


def _usable(session: Session, ids: Sequence[int]) -> Mapping[int, list[Photo]]:
    found: dict[int, list[Photo]] = {each: [] for each in ids}
    rows = select(Photo).where(Photo.participant_id.in_(ids), Photo.unusable_reason.is_(None))
    for photo in session.scalars(rows.order_by(Photo.shown_on, Photo.id)):
        found[photo.participant_id].append(photo)
    return found


def _visits(session: Session, ids: Sequence[int]) -> Mapping[int, list[Visit]]:
    found: dict[int, list[Visit]] = {each: [] for each in ids}
    rows = select(Visit).where(Visit.participant_id.in_(ids)).order_by(Visit.on, Visit.id)
    for visit in session.scalars(rows):
        found[visit.participant_id].append(visit)
    return found


def visits_with_case(session: Session, ids: Sequence[int]) -> set[tuple[int, str]]:
    """Child (database id) and visit of every case there is. One with a photo that was set aside
    since does not count: another pair may take its place."""
    set_aside = exists().where(
        or_(Photo.id == ReadingCase.baseline_photo_id, Photo.id == ReadingCase.followup_photo_id),
        Photo.unusable_reason.is_not(None),
    )
    rows = session.execute(
        select(ReadingCase.participant_id, ReadingCase.visit_code).where(
            ReadingCase.participant_id.in_(ids), ~set_aside
        )
    )
    return {(child, code) for child, code in rows}
