"""Results as a clinician enters them, for the tests of levels, labs and assessments.

The child of `a_participant` is in the high arm (over 10 up to 15 ng/mL) in Shanghai.
"""

import uuid
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from config import HOME
from domain.entries import Channel, Outcome
from domain.protocol import Half, Protocol
from domain.slots import SlotKey
from domain.visits import planned_visits
from factories import PROTOCOL_KEY
from models.dose import DoseEntry
from models.participant import Participant
from models.visit import Visit, VisitState
from services.labs import SaidLabs, SaidResult
from services.levels import SaidLevel
from services.protocols import load_protocols

SHANGHAI = ZoneInfo("Asia/Shanghai")
KHE: Protocol = load_protocols(HOME / "protocols")[PROTOCOL_KEY]
FIRST_DOSE_ON = date(2026, 2, 3)


def local(on: date, clock: str = "08:00") -> datetime:
    """An instant by the wall clock in Shanghai."""
    hour, minute = (int(part) for part in clock.split(":"))
    wall = datetime(on.year, on.month, on.day, hour, minute, tzinfo=SHANGHAI)
    return wall.astimezone(UTC)


def a_level(**changes: Any) -> SaidLevel:
    values: dict[str, Any] = {
        "client_id": uuid.uuid4(),
        "drawn_at": local(date(2026, 3, 3)),
        "value": Decimal("11.2"),
    }
    return SaidLevel(**(values | changes))


def a_panel(*results: SaidResult, **changes: Any) -> SaidLabs:
    values: dict[str, Any] = {
        "client_id": uuid.uuid4(),
        "drawn_at": local(date(2026, 3, 3)),
        "results": results or (a_result(),),
    }
    return SaidLabs(**(values | changes))


def a_result(**changes: Any) -> SaidResult:
    values: dict[str, Any] = {"analyte": "platelets", "result": "45", "unit": "10*9/L"}
    return SaidResult(**(values | changes))


def doses_given(
    session: Session, child: Participant, days: Iterable[date], by: int | None = None
) -> None:
    """Both doses of each day, at their time and entered then."""
    for on in days:
        for half, clock in ((Half.MORNING, "08:00"), (Half.EVENING, "20:00")):
            a_dose(session, child, SlotKey(on, half), local(on, clock), by=by)
    session.flush()


def a_dose(
    session: Session,
    child: Participant,
    key: SlotKey,
    taken_at: datetime | None,
    *,
    outcome: Outcome = Outcome.GIVEN,
    by: int | None = None,
    **changes: Any,
) -> DoseEntry:
    at = taken_at or local(key.on, "21:00")
    values: dict[str, Any] = {
        "client_id": uuid.uuid4(),
        "participant_id": child.id,
        "slot_on": key.on,
        "half": key.half,
        "outcome": outcome,
        "taken_at": taken_at,
        "entered_at": at,
        "received_at": at,
        "entered_by_id": by or child.recorded_by_id,
        "channel": Channel.PAGE,
        "is_second_dose": False,
        "is_late_entry": False,
    }
    row = DoseEntry(**(values | changes))
    session.add(row)
    return row


def the_visits(
    session: Session, child: Participant, first_dose_on: date = FIRST_DOSE_ON
) -> dict[str, Visit]:
    """All visits of the study plan, by their code."""
    rows = {
        planned.code: Visit(
            participant_id=child.id,
            code=planned.code,
            on=planned.on,
            window_from=planned.window_from,
            window_to=planned.window_to,
            is_trough_day="level" in planned.due,
            state=VisitState.PLANNED,
            rule_version=KHE.key,
            recorded_at=child.recorded_at,
            recorded_by_id=child.recorded_by_id,
        )
        for planned in planned_visits(KHE, first_dose_on)
    }
    session.add_all(rows.values())
    session.flush()
    return rows


def days_from(first: date, count: int) -> list[date]:
    return [first + timedelta(days=number) for number in range(count)]
