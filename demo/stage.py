"""What every part of the made-up study is played on, and the story of one child."""

import random
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from demo.agenda import Agenda
from demo.children import Child
from demo.courses import COURSES, Course
from demo.kinetics import Body, Dose
from domain.orders import OrderStep
from domain.protocol import Protocol
from domain.slots import Timetable, zone_at
from models.account import Account, AccountKind
from models.participant import Participant
from models.site import Site, StaffRole
from photos.storage import PhotoStore
from services.actor import Actor, ActorKind, Grant
from services.order_history import order_history
from services.randomisation_seal import Seal

_IDS: Final = uuid.uuid5(uuid.NAMESPACE_URL, "https://sirolog.example/made-up-study")
_DAYS_A_MONTH: Final = 30.44


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """`now` is the moment of loading: nothing is played after it. Without a `photo_store` no
    picture is drawn."""

    session: Session
    protocol: Protocol
    photo_store: PhotoStore | None
    public_url: str
    now: datetime
    seal: Seal


@dataclass(frozen=True, slots=True)
class MaskedReader:
    """Somebody who reads photos and knows no child."""

    public_id: uuid.UUID
    actor: Actor


@dataclass(frozen=True, slots=True)
class SitePeople:
    """A site and who works there; the readers are the first, the second and the third."""

    site: Site
    staff: Mapping[StaffRole, Actor]
    readers: tuple[MaskedReader, ...] = ()

    @property
    def investigator(self) -> Actor:
        return self.staff[StaffRole.INVESTIGATOR]

    @property
    def prescriber(self) -> Actor:
        return self.staff[StaffRole.PRESCRIBER]

    @property
    def coordinator(self) -> Actor:
        return self.staff[StaffRole.COORDINATOR]


@dataclass(slots=True)
class Story:
    """One child while its year is played. `really` are the doses that went in, told or not:
    levels follow from them."""

    stage: Stage
    child: Child
    people: SitePeople
    row: Participant
    carers: tuple[Actor, ...]
    tables: tuple[Timetable, ...]
    first_on: date
    body: Body
    chance: random.Random
    agenda: Agenda = field(default_factory=Agenda)
    orders: tuple[OrderStep, ...] = ()
    really: list[Dose] = field(default_factory=list[Dose])
    draws: dict[date, datetime] = field(default_factory=dict[date, datetime])

    @property
    def course(self) -> Course:
        return COURSES[self.child.course]

    def reread_orders(self) -> None:
        self.orders = order_history(self.stage.session, self.row.id)

    def id(self, *parts: object) -> uuid.UUID:
        return made_up_id(self.child.study_number, *parts)

    def month(self, at: datetime) -> float:
        """Months since the first dose."""
        return (self.day_of(at) - self.first_on).days / _DAYS_A_MONTH

    def day_of(self, at: datetime) -> date:
        return at.astimezone(zone_at(self.tables, at)).date()

    def clock(self, on: date, local: time) -> datetime:
        """The instant of a time by the family's wall clock."""
        near = datetime.combine(on, time(12), UTC)
        wall = datetime.combine(on, local, zone_at(self.tables, near))
        return wall.astimezone(UTC)

    def days_ago(self, on: date) -> int:
        return (self.day_of(self.stage.now) - on).days


def made_up_id(*parts: object) -> uuid.UUID:
    """The same id for the same thing in every load."""
    return uuid.uuid5(_IDS, ":".join(str(part) for part in parts))


def actor_for(account: Account, *grants: Grant) -> Actor:
    """The account as an actor of the past."""
    is_carer = account.kind is AccountKind.CARER
    return Actor(
        kind=ActorKind(account.kind.value),
        account_id=account.id,
        name=account.display_name,
        channel="page" if is_carer else "clinic",
        locale=account.locale,
        grants=grants,
    )


def local_today(now: datetime, zone: str) -> date:
    return now.astimezone(ZoneInfo(zone)).date()


def minutes(number: float) -> timedelta:
    """Whole seconds, as clocks show them."""
    return timedelta(seconds=round(number * 60))
