"""Making a list again from its opened seed, and comparing every place and every allocation."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.randomisation_places import Place, places_of, recipe_of
from models.participant import Allocation, Participant
from models.randomisation import RandomisationList, RandomisationPlace
from services.randomisation_list import Origin, commitment_of, lists_of
from services.randomisation_seal import Seal, SealError


@dataclass(frozen=True, slots=True)
class Difference:
    """What does not agree: a code, and the number of the place or child where it is."""

    code: str
    number: str = ""


@dataclass(frozen=True, slots=True)
class ListAudit:
    """What was compared of one list, and what differs."""

    row: RandomisationList
    places: int
    allocations: int
    differences: tuple[Difference, ...]

    @property
    def is_whole(self) -> bool:
        return not self.differences


def audit_lists(session: Session, *, seal: Seal, protocol_key: str) -> tuple[ListAudit, ...]:
    """Audit every list of a protocol. Opened arms stay in here: only differences come out."""
    return tuple(_audit(session, row, seal) for row in lists_of(session, protocol_key))


def strangers(session: Session, protocol_key: str) -> tuple[Difference, ...]:
    """Allocations that claim a block of a list and hold no place on any."""
    rows = session.scalars(
        select(Allocation.randomisation_number)
        .join(Participant, Participant.id == Allocation.participant_id)
        .where(
            Participant.protocol_key == protocol_key,
            Allocation.method == "block",
            Allocation.place_id.is_(None),
        )
        .order_by(Allocation.id)
    )
    return tuple(Difference("allocation_without_place", number) for number in rows)


def _audit(session: Session, row: RandomisationList, seal: Seal) -> ListAudit:
    places = session.scalars(
        select(RandomisationPlace)
        .where(RandomisationPlace.list_id == row.id)
        .order_by(RandomisationPlace.stratum, RandomisationPlace.position)
    ).all()
    ids = [place.id for place in places]
    taken = {
        one.place_id: one
        for one in session.scalars(select(Allocation).where(Allocation.place_id.in_(ids)))
        if one.place_id is not None
    }
    differences = (
        *_of_places(row, places, seal),
        *_of_allocations(places, taken, seal),
        *_of_order(places, taken),
    )
    return ListAudit(row, len(places), len(taken), differences)


def _of_places(
    row: RandomisationList, places: Sequence[RandomisationPlace], seal: Seal
) -> Iterator[Difference]:
    """The list made anew against the list that is kept."""
    try:
        secret = seal.open_secret(row.sealed_seed or "")
    except SealError:
        yield Difference("seed_unreadable")
        return
    opened = {place.number: _opened(place, seal) for place in places}
    origin = Origin(row.method, secret, row.parameters)
    if row.method == "seed":
        yield from _differing(places_of(recipe_of(row.parameters), secret), opened)
    unreadable = [number for number, place in opened.items() if place is None]
    yield from (Difference("place_unreadable", number) for number in unreadable)
    if not unreadable and commitment_of(origin, _in_order(places, opened)) != row.commitment:
        yield Difference("commitment")


def _differing(made: Iterator[Place], opened: Mapping[str, Place | None]) -> Iterator[Difference]:
    again = {place.number: place for place in made}
    for number in again.keys() - opened.keys():
        yield Difference("place_missing", number)
    for number in opened.keys() - again.keys():
        yield Difference("place_added", number)
    for number, place in opened.items():
        if place is not None and number in again and again[number] != place:
            yield Difference("place_differs", number)


def _in_order(
    places: Sequence[RandomisationPlace], opened: Mapping[str, Place | None]
) -> Iterator[Place]:
    """As they were stored: the order of the file that was imported."""
    for row in sorted(places, key=lambda row: row.id):
        place = opened[row.number]
        if place is not None:
            yield place


def _of_allocations(
    places: Sequence[RandomisationPlace], taken: Mapping[int, Allocation], seal: Seal
) -> Iterator[Difference]:
    for place in places:
        allocation, opened = taken.get(place.id), _opened(place, seal)
        if allocation is None or opened is None:
            continue
        if allocation.arm != opened.arm:
            yield Difference("allocation_arm", place.number)
        if allocation.randomisation_number != place.number:
            yield Difference("allocation_number", place.number)
        if allocation.stratum != place.stratum:
            yield Difference("allocation_stratum", place.number)


def _of_order(
    places: Sequence[RandomisationPlace], taken: Mapping[int, Allocation]
) -> Iterator[Difference]:
    """Places of a stratum are used from the top: none is left out, none goes before another."""
    free: set[str] = set()
    last: dict[str, int] = {}
    for place in places:
        allocation = taken.get(place.id)
        if allocation is None:
            free.add(place.stratum)
            continue
        if place.stratum in free or allocation.id < last.get(place.stratum, 0):
            yield Difference("out_of_order", place.number)
        last[place.stratum] = allocation.id


def _opened(place: RandomisationPlace, seal: Seal) -> Place | None:
    try:
        arm = seal.open_arm(place.number, place.sealed_arm)
    except SealError:
        return None
    return Place(stratum=place.stratum, position=place.position, number=place.number, arm=arm)
