"""The diary of a year, written by the mother day by day: always on time, but for what is said."""

import uuid
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from a_family import PROTOCOL
from domain.entries import Channel, Outcome
from domain.protocol import Half
from domain.slots import SlotKey
from factories import as_actor
from models.account import Account
from models.participant import Participant
from plugins.live import Live
from services.doses import SaidDose, log_dose

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
CLOCKS: Final = {Half.MORNING: "08:20", Half.EVENING: "21:00"}
Otherwise = Mapping[SlotKey, Mapping[str, Any]]


def local(on: date, clock: str) -> datetime:
    """An instant by the wall clock of the family."""
    hour, minute = (int(part) for part in clock.split(":"))
    wall = datetime(on.year, on.month, on.day, hour, minute, tzinfo=SHANGHAI)
    return wall.astimezone(UTC)


def morning(on: date) -> SlotKey:
    return SlotKey(on, Half.MORNING)


def evening(on: date) -> SlotKey:
    return SlotKey(on, Half.EVENING)


def give_doses(
    live: Live,
    since: SlotKey,
    until: SlotKey,
    *,
    left_out: Collection[SlotKey] = (),
    otherwise: Otherwise | None = None,
) -> None:
    """Every dose from one slot to another, both included, each written down a minute later."""
    with live.session() as session:
        child = session.scalars(select(Participant)).one()
        mother = session.scalars(select(Account).where(Account.display_name == "妈妈")).one()
        for key in slots(since, until):
            if key not in left_out:
                _give(session, child, mother, key, (otherwise or {}).get(key, {}))
        session.commit()


def slots(since: SlotKey, until: SlotKey) -> Iterator[SlotKey]:
    return (since.shifted(number) for number in range(until.number - since.number + 1))


def half(millilitres: str) -> dict[str, Any]:
    return {"outcome": Outcome.PARTIAL, "given_ml": Decimal(millilitres)}


MISSED: Final[Mapping[str, Any]] = {
    "outcome": Outcome.MISSED,
    "taken_at": None,
    "missed_reason": "refused",
}


def _give(
    session: Session, child: Participant, mother: Account, key: SlotKey, said: Mapping[str, Any]
) -> None:
    taken_at = local(key.on, CLOCKS[key.half])
    written_at = taken_at + timedelta(minutes=1)
    dose: dict[str, Any] = {
        "client_id": uuid.uuid4(),
        "entered_at": written_at,
        "channel": Channel.PAGE,
        "slot": key,
        "taken_at": taken_at,
    }
    log_dose(
        session,
        as_actor(session, mother),
        child,
        SaidDose(**(dose | dict(said))),
        protocol=PROTOCOL,
        now=written_at,
    )
