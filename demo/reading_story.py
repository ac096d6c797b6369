"""Masked readings: pairs given to two readers, some read, one in dispute, one unmasked."""

import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from demo.stage import SitePeople, Stage, made_up_id
from domain.masked_answers import FIRST, SECOND, THIRD, Comparison, against_baseline
from models.reading import ReadingCase, ReadingTask
from services.masked_cases import SaidPair, make_case
from services.masked_readers import Draw, SaidReaders
from services.masked_reading import SaidReading, answer
from services.masked_results import unmask
from services.photo_pairs import PhotoPair, proposed_pairs
from services.protocols import Protocols

_MOST: Final = 6
_SINCE: Final = timedelta(days=6)
_LIGHTER, _SAME = Comparison.LIGHTER, Comparison.SAME
# of each case, in turn: who has said what of the follow-up against the baseline
_SAID: Final[Sequence[Mapping[int, Comparison]]] = (
    {FIRST: _LIGHTER, SECOND: _LIGHTER},
    {FIRST: _LIGHTER, SECOND: _SAME},
    {FIRST: _LIGHTER, SECOND: _SAME, THIRD: _LIGHTER},
    {FIRST: _LIGHTER, SECOND: _LIGHTER},
    {FIRST: _LIGHTER},
)
_UNMASKED: Final = (0, 2)


def read_masked(stage: Stage, people: SitePeople, protocols: Protocols) -> None:
    """The pairs of a site whose visits came before the last week."""
    begun = stage.now - _SINCE
    site = people.site
    pairs = proposed_pairs(stage.session, site.id, protocols, today=begun.date())
    chance = random.Random(f"masked reading {site.code}")  # noqa: S311 - a made-up study
    for number, pair in enumerate(_one_a_visit(pairs)):
        row = _give(stage, people, pair, protocols=protocols, draw=chance.randrange, now=begun)
        said = _SAID[number] if number < len(_SAID) else {}
        for seat, skin in said.items():
            _say(stage, people, row, (seat, skin), now=begun + timedelta(days=seat))
        if number in _UNMASKED:
            unmasked_at = begun + timedelta(days=THIRD + 1)
            unmask(stage.session, people.investigator, [row.public_id], now=unmasked_at)


def _one_a_visit(pairs: Sequence[PhotoPair]) -> list[PhotoPair]:
    """The first pair of each visit, as the views of the protocol come."""
    first: dict[tuple[int, str], PhotoPair] = {}
    for pair in pairs:
        first.setdefault((pair.child.id, pair.visit.code), pair)
    return list(first.values())[:_MOST]


def _give(
    stage: Stage,
    people: SitePeople,
    pair: PhotoPair,
    *,
    protocols: Protocols,
    draw: Draw,
    now: datetime,
) -> ReadingCase:
    first, second, third = (reader.public_id for reader in people.readers)
    row, _new = make_case(
        stage.session,
        people.investigator,
        SaidPair(
            pair.child.public_id,
            pair.visit.code,
            pair.baseline.public_id,
            pair.followup.public_id,
        ),
        SaidReaders(first=first, second=second, third=third),
        client_id=made_up_id("reading", pair.child.study_number, pair.visit.code),
        protocols=protocols,
        draw=draw,
        now=now,
    )
    return row


def _say(
    stage: Stage,
    people: SitePeople,
    row: ReadingCase,
    said: tuple[int, Comparison],
    *,
    now: datetime,
) -> None:
    seat, skin = said
    task = stage.session.scalars(
        select(ReadingTask).where(ReadingTask.case_id == row.id, ReadingTask.seat == seat)
    ).one()
    seen = against_baseline(skin, baseline_is_left=task.baseline_is_left)
    form = SaidReading(made_up_id("reading", task.place, seat), seen)
    answer(stage.session, people.readers[seat - 1].actor, task.public_id, form, now=now)
