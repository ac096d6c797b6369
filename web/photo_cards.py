"""Photos as pages show them: captions in words, sizes for the browser, days as on the wall."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from uuid import UUID

from domain.slots import Timetable, zone_at
from models.photo import Photo
from web.formats import clock, day
from web.photo_words import site_word, view_word

_THUMBNAIL_EDGE = 320


@dataclass(frozen=True, slots=True)
class PhotoCard:
    """One photo in a grid. `width` and `height` are those of the thumbnail, in px."""

    photo_id: UUID
    shown_on: date
    view_code: str
    view: str
    body_site: str
    clock: str
    sender: str
    note: str | None
    unusable_reason: str | None
    width: int
    height: int

    @property
    def alt(self) -> str:
        return f"{self.view}, {self.body_site}, {day(self.shown_on)}"


def cards(
    photos: Iterable[Photo], senders: Mapping[int, str], timetables: Sequence[Timetable]
) -> list[PhotoCard]:
    """The photos in the order given."""
    return [_card(photo, senders, timetables) for photo in photos]


def by_day(shown: Iterable[PhotoCard]) -> list[tuple[date, list[PhotoCard]]]:
    """Days in the order given, each with its photos."""
    return [(on, list(group)) for on, group in groupby(shown, key=lambda card: card.shown_on)]


@dataclass(frozen=True, slots=True)
class OneOfMany:
    """A photo and its neighbours in the order of the grid."""

    card: PhotoCard
    newer: UUID | None
    older: UUID | None


def with_neighbours(shown: Sequence[PhotoCard], photo_id: UUID) -> OneOfMany | None:
    """The photo of this id among those shown, newest first; None if it is not there."""
    ids = [card.photo_id for card in shown]
    if photo_id not in ids:
        return None
    place = ids.index(photo_id)
    newer = ids[place - 1] if place else None
    older = ids[place + 1] if place + 1 < len(ids) else None
    return OneOfMany(shown[place], newer, older)


def _card(photo: Photo, senders: Mapping[int, str], timetables: Sequence[Timetable]) -> PhotoCard:
    longest = max(photo.width, photo.height)
    scale = min(1.0, _THUMBNAIL_EDGE / longest)
    return PhotoCard(
        photo_id=photo.public_id,
        shown_on=photo.shown_on,
        view_code=photo.view,
        view=view_word(photo.view),
        body_site=site_word(photo.body_site),
        clock=_clock(photo, timetables),
        sender=senders.get(photo.uploaded_by_id, ""),
        note=photo.note,
        unusable_reason=photo.unusable_reason,
        width=max(1, round(photo.width * scale)),
        height=max(1, round(photo.height * scale)),
    )


def _clock(photo: Photo, timetables: Sequence[Timetable]) -> str:
    """When it was taken by the camera's clock, if that is the day it is shown on; else when it
    arrived."""
    taken = None if photo.captured_local is None else datetime.fromisoformat(photo.captured_local)
    if taken is not None and taken.date() == photo.shown_on:
        return clock(taken)
    return clock(photo.received_at, zone_at(timetables, photo.received_at))
