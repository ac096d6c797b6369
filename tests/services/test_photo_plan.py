"""When the next photos are due."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from config import HOME
from domain.protocol import Protocol
from factories import a_participant, an_order
from models.participant import Participant, ParticipantStatus
from photos_of_a_child import a_photo
from plugins.app import START
from services.photo_plan import PhotoDue, next_due
from services.protocols import load_protocols


@pytest.fixture(scope="module")
def protocol() -> Protocol:
    return load_protocols(HOME / "protocols")["khe-sirolimus-v1"]


@pytest.fixture
def child(session: Session) -> Participant:
    return a_participant(session)


def in_shanghai(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Shanghai"))


# first dose on 3 February; photos on 3, 10, 17, 24 February, 3 March, then 17 March, …
DUE = [
    ("2026-02-02T09:00", None, PhotoDue(date(2026, 2, 3), is_due=False)),
    ("2026-02-03T09:00", None, PhotoDue(date(2026, 2, 3), is_due=True)),
    ("2026-02-09T23:59", date(2026, 2, 4), PhotoDue(date(2026, 2, 10), is_due=False)),
    ("2026-02-10T00:00", date(2026, 2, 4), PhotoDue(date(2026, 2, 10), is_due=True)),
    ("2026-02-12T09:00", date(2026, 2, 10), PhotoDue(date(2026, 2, 17), is_due=False)),
    ("2026-03-04T09:00", date(2026, 3, 3), PhotoDue(date(2026, 3, 17), is_due=False)),
    ("2026-03-04T09:00", date(2026, 3, 2), PhotoDue(date(2026, 3, 3), is_due=True)),
]


@pytest.mark.parametrize(("wall", "taken_on", "due"), DUE)
def test_the_next_photo_is_due_by_the_plan(
    session: Session, child: Participant, protocol: Protocol,
    wall: str, taken_on: date | None, due: PhotoDue,
) -> None:  # fmt: skip
    an_order(session, child)
    a_photo(session, a_participant(session), shown_on=date(2026, 3, 4))  # of another child
    if taken_on is not None:
        a_photo(session, child, shown_on=taken_on)
    assert next_due(session, child, protocol, now=in_shanghai(wall)) == due


def test_an_unusable_photo_does_not_settle_the_day(
    session: Session, child: Participant, protocol: Protocol
) -> None:
    an_order(session, child)
    photo = a_photo(session, child, shown_on=date(2026, 3, 4))
    now = in_shanghai("2026-03-04T10:00")
    assert next_due(session, child, protocol, now=now) == PhotoDue(date(2026, 3, 17), is_due=False)
    photo.unusable_reason = "dark"
    assert next_due(session, child, protocol, now=now) == PhotoDue(date(2026, 3, 3), is_due=True)


def test_no_photo_is_due_without_an_order_or_after_the_study(
    session: Session, child: Participant, protocol: Protocol
) -> None:
    assert next_due(session, child, protocol, now=START) is None
    an_order(session, child)
    assert next_due(session, child, protocol, now=START) is not None
    child.status = ParticipantStatus.WITHDRAWN
    assert next_due(session, child, protocol, now=START) is None
