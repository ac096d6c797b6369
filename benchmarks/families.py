"""Children on a dose with a diary, and a carer each."""

import uuid
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from domain.entries import Channel, Outcome
from domain.protocol import Half
from factories import a_carer, a_participant, a_site, an_order
from models.account import Account
from models.dose import DoseEntry
from models.participant import Participant
from models.site import Site
from results_of_a_child import local

_CLOCK = {Half.MORNING: "08:05", Half.EVENING: "20:10"}


@dataclass(frozen=True, slots=True)
class Family:
    child: Participant
    carer: Account


def families(session: Session, count: int, *, days: int, until: date) -> list[Family]:
    """So many children of one site, each dosed twice daily for `days` up to the day before
    `until`."""
    site = a_site(session)
    return [_family(session, site, days, until) for _ in range(count)]


def give_doses(
    session: Session, child: Participant, order_id: int, *, days: int, until: date
) -> None:
    """Both doses of each day, told at their time."""
    first = until - timedelta(days=days)
    slots = product(range(days), Half)
    rows = [_dose(child, order_id, first + timedelta(days=day), half) for day, half in slots]
    if rows:
        session.execute(insert(DoseEntry), rows)


def _family(session: Session, site: Site, days: int, until: date) -> Family:
    start = until - timedelta(days=days)
    child = a_participant(session, site, enrolled_on=start - timedelta(days=1))
    order = an_order(session, child, from_on=start)
    give_doses(session, child, order.id, days=days, until=until)
    carer = a_carer(session, of=child)
    # asked for at sign-in, when this session is gone
    session.refresh(carer, ["roles"])
    return Family(child, carer)


def _dose(child: Participant, order_id: int, on: date, half: Half) -> dict[str, Any]:
    at = local(on, _CLOCK[half])
    return {
        "public_id": uuid.uuid4(),
        "client_id": uuid.uuid4(),
        "participant_id": child.id,
        "slot_on": on,
        "half": half,
        "outcome": Outcome.GIVEN,
        "order_id": order_id,
        "ordered_ml": Decimal("0.36"),
        "given_ml": Decimal("0.36"),
        "taken_at": at,
        "entered_at": at,
        "received_at": at,
        "entered_by_id": child.recorded_by_id,
        "channel": Channel.PAGE,
        "is_second_dose": False,
        "is_late_entry": False,
    }
