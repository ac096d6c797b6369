"""The family album: drawn by code, taken in like any other photo."""

import zlib
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Final

from demo.pictures import Shot, draw
from demo.stage import Story, minutes
from domain.slots import zone_at
from domain.visits import photo_days
from photos.images import ingest
from photos.limits import PhotoLimits
from services.actor import Actor
from services.photo_rows import SaidPhoto
from services.photos import add_photo

BODY_SITES: Final = ("arm", "leg", "back", "chest", "neck", "face")
# held as phones are held: mostly upright, sometimes on the side or upside down
_ORIENTATIONS: Final = (1, 6, 6, 1, 8, 3)
_EVERY: Final = 3
_LIMITS: Final = PhotoLimits()


def put_on_agenda(story: Story) -> None:
    """Photos on the days of the plan; most families only send every third."""
    if story.stage.photo_store is None:
        return
    today = story.day_of(story.stage.now)
    days = photo_days(story.stage.protocol, story.first_on, today)
    for number, on in enumerate(days):
        if story.child.all_photos or number % _EVERY == 0:
            _take(story, on, number)


def _take(story: Story, on: date, number: int) -> None:
    after_five = _seed(story, "time", number) % 100
    at = story.clock(on, time(17)) + minutes(after_five)
    views = ("overview", "close_up") if story.child.all_photos else ("overview",)
    for place, view in enumerate(views):
        shot_at = at + timedelta(seconds=40 * place)
        story.agenda.at(shot_at, partial(_send, story, view, number))


def _send(story: Story, view: str, number: int, taken_at: datetime) -> None:
    stage = story.stage
    if stage.photo_store is None:
        return
    sender: Actor = story.carers[0]
    said = SaidPhoto(
        client_id=story.id("photo", view, number),
        view=view,
        body_site=BODY_SITES[_seed(story, "site") % len(BODY_SITES)],
        note=None,
        channel="page",
    )
    add_photo(
        stage.session,
        sender,
        story.row,
        said,
        ingested=ingest(draw(_shot(story, view, taken_at)), _LIMITS),
        store=stage.photo_store,
        protocol=stage.protocol,
        now=taken_at + minutes(2),
    )


def _shot(story: Story, view: str, taken_at: datetime) -> Shot:
    return Shot(
        severity=story.course.severity(story.month(taken_at)),
        patch_seed=_seed(story, "patch"),
        seed=_seed(story, taken_at.date()),
        taken_local=taken_at.astimezone(zone_at(story.tables, taken_at)),
        close_up=view == "close_up",
        orientation=_ORIENTATIONS[_seed(story, "held", view, taken_at.date()) % len(_ORIENTATIONS)],
    )


def _seed(story: Story, *parts: object) -> int:
    return zlib.crc32(":".join(map(str, (story.child.study_number, *parts))).encode())
