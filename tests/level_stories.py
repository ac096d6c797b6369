"""How a case of tests/level_cases.py is said, and the child, orders and diary made of it."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from domain.entries import Outcome
from domain.orders import OrderKind
from domain.protocol import Half
from domain.slots import SlotKey
from domain.trough import Finding, Flag
from factories import LONG_AGO, a_carer, a_participant, a_site, an_order
from models.participant import Allocation, DaySchedule, Participant
from models.site import Site
from results_of_a_child import a_dose

REGULAR = ("27M", "27E", "28M", "28E", "01M", "01E", "02M", "02E")
SHANGHAI = "Asia/Shanghai"
FEBRUARY_FROM_DAY = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One entry: `at` is the claimed clock (None: nobody knows), `entered` when it was written."""

    at: str | None = None
    entered: str | None = None
    outcome: Outcome = Outcome.GIVEN
    vomited: int | None = None
    second: bool = False
    father: bool = False
    corrects: bool = False
    received: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """A further order: another dose, or a hold until a restart slot."""

    since: str
    ml: str = "0.24"
    until: str | None = None
    hold: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    name: str
    drawn: str = "03 08:00"
    told: str | None = None
    said: dict[str, tuple[Said, ...]]
    orders: tuple[Ordered, ...] = ()
    first: str = "03Feb"
    reasons: tuple[Finding, ...] = ()
    flags: tuple[Flag, ...] = ()
    zone: str = SHANGHAI
    shift: int = 0

    @property
    def headline(self) -> Finding:
        return self.reasons[0] if self.reasons else Finding.VALID

    def instant(self, clock: str) -> datetime:
        """`shift` moves the whole story by so many days."""
        day, hours = clock.split(" ")
        on = day_of(day) + timedelta(days=self.shift)
        wall = datetime.combine(on, time.fromisoformat(hours), ZoneInfo(self.zone))
        return wall.astimezone(UTC)

    def slot(self, name: str) -> SlotKey:
        half = Half.MORNING if name[2] == "M" else Half.EVENING
        return SlotKey(day_of(name[:2]) + timedelta(days=self.shift), half)


def day_of(day: str) -> date:
    number = int(day)
    return date(2026, 2 if number >= FEBRUARY_FROM_DAY else 3, number)


def case(name: str, /, **more: object) -> Case:
    return Case(**{"name": name, "said": {}, **more})  # type: ignore[arg-type]  # data by keyword


def given(at: str, **more: object) -> tuple[Said, ...]:
    return (Said(**{"at": at, **more}),)  # type: ignore[arg-type]  # as above


def of(outcome: Outcome, at: str | None = None, **more: object) -> tuple[Said, ...]:
    return (Said(**{"outcome": outcome, "at": at, **more}),)  # type: ignore[arg-type]  # as above


def child_in(session: Session, site: Site, arm: str | None) -> Participant:
    """A child with dose times in this arm, or in none yet."""
    other = a_participant(session, site)
    kept = ("site_id", "born_on", "sex", "kasabach_merritt", "enrolled_on", "protocol_key")
    recorded = {"recorded_at": LONG_AGO, "recorded_by_id": other.recorded_by_id}
    child = Participant(
        client_id=uuid.uuid4(),
        study_number=f"{other.study_number}-B",
        call_name="Nuonuo",
        **{name: getattr(other, name) for name in kept},
        **recorded,
    )
    session.add(child)
    session.flush()
    times = {"time_zone": site.time_zone, "morning_local": time(8), "evening_local": time(20)}
    of_child = {"participant_id": child.id, **recorded}
    session.add(DaySchedule(from_on=child.enrolled_on, **times, **of_child))
    if arm is not None:
        number = f"R-{child.id}"
        of_arm = {"arm": arm, "method": "envelope", "randomisation_number": number}
        session.add(Allocation(**of_arm, **of_child))
    session.flush()
    return child


def child_of(session: Session, case: Case, site: Site | None = None) -> Participant:
    """The child of the case with her orders and her diary."""
    site = site or a_site(session, time_zone=case.zone)
    child = a_participant(session, site)
    first = (
        SlotKey(date(2026, 2, 3), Half.MORNING) if case.first == "03Feb" else case.slot(case.first)
    )
    an_order(session, child, from_on=first.on, from_half=first.half)
    for number, order in enumerate(case.orders, start=1):
        _add_order(session, child, case, order, number)
    mother, father = a_carer(session, of=child).id, a_carer(session, of=child).id
    for name, entries in _stories(case):
        earlier = None
        for said in entries:
            earlier = _tell(
                session,
                child,
                case,
                (name, said),
                by=father if said.father else mother,
                amends=earlier if said.corrects else None,
            )
    session.flush()
    return child


def _stories(case: Case) -> Iterator[tuple[str, tuple[Said, ...]]]:
    for name in REGULAR:
        clock = f"{name[:2]} {'08' if name[2] == 'M' else '20'}:00"
        drawn_later = case.instant(clock) < case.instant(case.drawn)
        usual = given(clock) if drawn_later else ()
        yield name, case.said.get(name, usual)
    yield from ((name, said) for name, said in case.said.items() if name not in REGULAR)


def _tell(
    session: Session,
    child: Participant,
    case: Case,
    told: tuple[str, Said],
    *,
    by: int,
    amends: int | None,
) -> int:
    name, said = told
    key = case.slot(name)
    usual = f"{name[:2]} {'08' if name[2] == 'M' else '20'}:00"
    entered = case.instant(said.entered or said.at or usual)
    row = a_dose(
        session,
        child,
        key,
        case.instant(said.at) if said.at else None,
        outcome=said.outcome,
        by=by,
        entered_at=entered,
        received_at=case.instant(said.received) if said.received else entered,
        vomited_after_minutes=said.vomited,
        is_second_dose=said.second,
        amends_id=amends,
        ordered_ml=Decimal("0.36"),
    )
    session.flush()
    return row.id


def _add_order(
    session: Session, child: Participant, case: Case, order: Ordered, number: int
) -> None:
    since = case.slot(order.since)
    until = case.slot(order.until) if order.until else None
    amount = None if order.hold else Decimal(order.ml)
    an_order(
        session,
        child,
        client_id=uuid.uuid4(),
        kind=OrderKind.HOLD if order.hold else OrderKind.DOSE,
        from_on=since.on,
        from_half=since.half,
        until_on=until.on if until else None,
        until_half=until.half if until else None,
        prescribed_mg=amount,
        given_ml=amount,
        strength_mg_per_ml=None if order.hold else Decimal(1),
        signed_at=LONG_AGO + timedelta(hours=number),
    )
