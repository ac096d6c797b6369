"""A site with readers, an investigator, and a child with photos then and now."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from domain.masked_answers import Comparison
from factories import a_clinician, a_participant, a_site, as_actor
from models.account import Account
from models.participant import Participant
from models.photo import Photo
from models.reading import ReadingCase, ReadingTask
from models.site import Site, StaffRole
from photos_of_a_child import a_photo
from results_of_a_child import KHE
from services.actor import Actor
from services.masked_cases import SaidPair, make_case
from services.masked_readers import Draw, SaidReaders
from services.masked_reading import SaidReading, answer
from services.visits import plan

NOW = datetime(2026, 9, 20, 2, 0, tzinfo=UTC)
FIRST_DOSE_ON = date(2026, 3, 2)
PROTOCOLS = {KHE.key: KHE}


@dataclass(frozen=True)
class ReadingRoom:
    """A site where photos are read masked."""

    session: Session
    site: Site
    investigator: Actor
    readers: tuple[Account, ...]

    @property
    def named(self) -> SaidReaders:
        first, second, third = self.readers
        return SaidReaders(first=first.public_id, second=second.public_id, third=third.public_id)

    def reader(self, number: int) -> Actor:
        """The first, second or third reader as an actor."""
        return as_actor(self.session, self.readers[number - 1], channel="clinic")

    def a_child(self) -> tuple[Participant, Photo, Photo]:
        """A child with its visits, a photo of the first day and one of month 3."""
        child = a_participant(self.session, self.site)
        plan(
            self.session,
            self.investigator,
            child,
            protocol=KHE,
            first_dose_on=FIRST_DOSE_ON,
            now=NOW,
        )
        then = a_photo(self.session, child, shown_on=FIRST_DOSE_ON)
        later = a_photo(self.session, child, shown_on=FIRST_DOSE_ON + timedelta(days=92))
        return child, then, later

    def a_case(self, draw: Draw, *, named: SaidReaders | None = None, **said: Any) -> ReadingCase:
        """A case at month 3, of a new child unless child, baseline and followup are said."""
        values: dict[str, Any] = {"visit_code": "month_3", **said}
        if not said:
            values["child"], values["baseline"], values["followup"] = self.a_child()
        pair = SaidPair(
            values["child"].public_id,
            values["visit_code"],
            values["baseline"].public_id,
            values["followup"].public_id,
        )
        row, _new = make_case(
            self.session,
            self.investigator,
            pair,
            named or self.named,
            client_id=uuid.uuid4(),
            protocols=PROTOCOLS,
            draw=draw,
            now=NOW,
        )
        return row

    def task(self, case: ReadingCase, seat: int) -> ReadingTask:
        return self.session.query(ReadingTask).filter_by(case_id=case.id, seat=seat).one()

    def says(self, case: ReadingCase, seat: int, said: Comparison) -> None:
        """The reader of this seat locks an answer."""
        task = self.task(case, seat)
        answer(
            self.session,
            self.reader(seat),
            task.public_id,
            SaidReading(uuid.uuid4(), said),
            now=NOW,
        )


def a_reading_room(session: Session) -> ReadingRoom:
    site = a_site(session)
    doctor = as_actor(session, a_clinician(session, site, StaffRole.INVESTIGATOR), "clinic")
    readers = tuple(a_clinician(session, site, StaffRole.READER) for _ in range(3))
    return ReadingRoom(session, site, doctor, readers)


def drawn(*numbers: int) -> Draw:
    """Draws these numbers, one after the other: for each reader a rank and a side (0 puts the
    baseline on the left)."""
    left: Iterator[int] = iter(numbers)
    return lambda bound: next(left) % bound


def always(rank: int, side: int) -> Callable[[int], int]:
    """Every task gets this rank and this side."""
    return lambda bound: side if bound == 2 else rank
