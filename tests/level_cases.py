"""Samples and what the rules say of them, worked out by hand from the clauses on troughs.

A girl has 0.36 mL at 08:00 and 20:00 since 3 February 2026. Unless a case says otherwise, every
dose from 27 February to the evening of 2 March was given at its time and written down then, and
blood is drawn on 3 March at 08:00. Slots are named by day and half: "02E" is the evening of
2 March, "28M" the morning of 28 February. Clocks are "day hh:mm[:ss]".
"""

import uuid
from collections.abc import Iterator, Sequence
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


MISSED = of(Outcome.MISSED)
# the morning dose of the day, given after the blood
AFTER = {"03M": given("03 11:30")}
IDEAL, NEXT = Flag.OUTSIDE_IDEAL, Flag.NEXT_SILENT
EARLY, EVENING, WORD = Flag.EARLY, Flag.EVENING_SAMPLE, Flag.WORD_OF_MOUTH

HOURS = (
    case("twelve hours"),
    case("ten hours are valid", drawn="03 06:00", flags=(IDEAL,)),
    case("a second less than ten", drawn="03 05:59:59", reasons=(Finding.TOO_EARLY,)),
    case("eleven hours are ideal", drawn="03 07:00"),
    case("a second less than eleven", drawn="03 06:59:59", flags=(IDEAL,)),
    case("thirteen hours are ideal", drawn="03 09:00", said=AFTER),
    case("a second more than thirteen", drawn="03 09:00:01", said=AFTER, flags=(IDEAL,)),
    case("fourteen hours are valid", drawn="03 10:00", said=AFTER, flags=(IDEAL,)),
    case(
        "a second more than fourteen", drawn="03 10:00:01", said=AFTER, reasons=(Finding.TOO_LATE,)
    ),
    case("an evening dose at 22:00", said={"02E": given("02 22:00")}, flags=(IDEAL,)),
    case("an evening dose at 22:01", said={"02E": given("02 22:01")}, reasons=(Finding.TOO_EARLY,)),
    case("an evening dose at 18:00", said={"02E": given("02 18:00")}, flags=(IDEAL,)),
    case("an evening dose at 17:59", said={"02E": given("02 17:59")}, reasons=(Finding.TOO_LATE,)),
    case("a dose after midnight", said={"02E": given("03 00:30")}, reasons=(Finding.TOO_EARLY,)),
    case(
        "ten hours after a dose after midnight",
        drawn="03 10:30",
        said={"02E": given("03 00:30"), **AFTER},
        flags=(IDEAL,),
    ),
)

AFTER_THE_DOSE = (
    case(
        "the morning dose came first",
        said={"03M": given("03 07:30")},
        reasons=(Finding.AFTER_THE_DOSE, Finding.TOO_EARLY),
    ),
    case(
        "a minute before the blood",
        said={"03M": given("03 07:59")},
        reasons=(Finding.AFTER_THE_DOSE, Finding.TOO_EARLY),
    ),
    case("at the minute of the blood", said={"03M": given("03 08:00")}),
    case(
        "six hours after the morning dose",
        drawn="03 14:00",
        said={"03M": given("03 08:00")},
        reasons=(Finding.AFTER_THE_DOSE, Finding.TOO_EARLY),
    ),
    case(
        "nearer to the evening dose",
        drawn="03 14:01",
        said={"03M": given("03 08:00")},
        reasons=(Finding.TOO_EARLY,),
        flags=(EVENING,),
    ),
    case(
        "a morning dose written down after the blood",
        said={"03M": given("03 07:30", entered="03 09:00")},
        reasons=(Finding.AFTER_THE_DOSE, Finding.CANNOT_SAY, Finding.TOO_EARLY),
    ),
    case(
        "after the evening dose",
        drawn="02 22:00",
        reasons=(Finding.AFTER_THE_DOSE, Finding.TOO_EARLY),
    ),
    case("at night", drawn="03 02:01", reasons=(Finding.TOO_EARLY,)),
)

EVENINGS = (
    case(
        "before the evening dose",
        drawn="03 20:00",
        said={"03M": given("03 08:00")},
        flags=(EVENING,),
    ),
    case(
        "ten hours after the morning dose",
        drawn="03 18:00",
        said={"03M": given("03 08:00")},
        flags=(EVENING, IDEAL),
    ),
    case(
        "a minute less",
        drawn="03 17:59",
        said={"03M": given("03 08:00")},
        reasons=(Finding.TOO_EARLY,),
        flags=(EVENING,),
    ),
    case(
        "fourteen hours after the morning dose, the evening dose given later",
        drawn="03 22:00",
        said={"03M": given("03 08:00"), "03E": given("03 22:30")},
        flags=(EVENING, IDEAL),
    ),
)

CANNOT_SAY = (
    case("nobody told of the evening", said={"02E": ()}, reasons=(Finding.CANNOT_SAY,)),
    case("the evening at an unknown time", said={"02E": (Said(),)}, reasons=(Finding.CANNOT_SAY,)),
    case(
        "one says given, another missed",
        said={"02E": (*given("02 20:00"), *of(Outcome.MISSED, entered="02 21:00", father=True))},
        reasons=(Finding.CANNOT_SAY,),
    ),
    case(
        "one says all of it, another a part",
        said={"02E": (*given("02 20:00"), *of(Outcome.PARTIAL, "02 20:05", father=True))},
        reasons=(Finding.CANNOT_SAY, Finding.IRREGULAR),
    ),
    case("written down at the draw", said={"02E": given("02 20:00", entered="03 08:00")}),
    case(
        "written down a minute after it",
        said={"02E": given("02 20:00", entered="03 08:01")},
        reasons=(Finding.CANNOT_SAY,),
    ),
    case(
        "corrected after the draw",
        said={"02E": (*given("02 21:00"), *given("02 20:00", entered="03 09:00", corrects=True))},
        reasons=(Finding.CANNOT_SAY,),
    ),
    case(
        "corrected before the draw",
        said={"02E": (*given("02 23:00"), *given("02 20:00", entered="02 23:30", corrects=True))},
    ),
    case(
        "written down without network, arrived later",
        said={"02E": given("02 20:00", received="03 12:00")},
    ),
    case(
        "a second witness after the draw",
        said={"02E": (*given("02 20:00"), *given("02 20:10", entered="03 09:00", father=True))},
    ),
    case("silence about the dose that waited", drawn="03 08:30", flags=(NEXT,)),
    case(
        "a morning dose at an unknown time",
        drawn="03 08:30",
        said={"03M": (Said(entered="03 09:00"),)},
        reasons=(Finding.CANNOT_SAY,),
    ),
    case(
        "the evening was missed",
        said={"02E": MISSED},
        reasons=(Finding.TOO_LATE, Finding.IRREGULAR),
    ),
)

WORD_OF_MOUTH = (
    case("told the same", told="02 20:00"),
    case("told 30 minutes later", told="02 20:30"),
    case("told 30 minutes earlier", told="02 19:30"),
    case("told 31 minutes later", told="02 20:31", reasons=(Finding.CANNOT_SAY,)),
    case("told 31 minutes earlier", told="02 19:29", reasons=(Finding.CANNOT_SAY,)),
    case("told half an hour and a second later", told="02 20:30:01", reasons=(Finding.CANNOT_SAY,)),
    case(
        "told, and written down later",
        told="02 20:00",
        said={"02E": given("02 20:00", entered="03 12:00")},
        flags=(WORD,),
    ),
    case(
        "told otherwise than written down later",
        told="02 20:31",
        said={"02E": given("02 20:00", entered="03 12:00")},
        reasons=(Finding.CANNOT_SAY,),
    ),
    case("told where the diary is silent", told="02 20:00", said={"02E": ()}, flags=(WORD,)),
    case(
        "told 22:00 where the diary is silent",
        told="02 22:00",
        said={"02E": ()},
        flags=(IDEAL, WORD),
    ),
    case(
        "told 22:01 where the diary is silent",
        told="02 22:01",
        said={"02E": ()},
        reasons=(Finding.TOO_EARLY,),
        flags=(WORD,),
    ),
    case(
        "told where the diary contradicts itself",
        told="02 20:00",
        said={"02E": (*given("02 20:00"), *of(Outcome.MISSED, entered="02 21:00", father=True))},
        flags=(WORD,),
    ),
    case(
        "told against a missed dose",
        told="02 20:00",
        said={"02E": MISSED},
        reasons=(Finding.CANNOT_SAY, Finding.TOO_LATE, Finding.IRREGULAR),
    ),
)

STEADY = (
    case("new dose 6 dates before", orders=(Ordered(since="25M"),), reasons=(Finding.NOT_STEADY,)),
    case("new dose 7 dates before, evening", orders=(Ordered(since="24E"),), flags=(EARLY,)),
    case("new dose 7 dates before, morning", orders=(Ordered(since="24M"),), flags=(EARLY,)),
    case("new dose 13 dates before", orders=(Ordered(since="18M"),), flags=(EARLY,)),
    case("new dose 14 dates before", orders=(Ordered(since="17E"),)),
    case("the same dose signed again", orders=(Ordered(since="01M", ml="0.36"),)),
    case(
        "new dose the evening before", orders=(Ordered(since="02E"),), reasons=(Finding.NOT_STEADY,)
    ),
    case("new dose from the dose that waits", orders=(Ordered(since="03M"),)),
    case("first dose 7 dates before", first="24M", flags=(EARLY,)),
    case("first dose 6 dates before", first="25M", reasons=(Finding.NOT_STEADY,)),
    case(
        "the first new dose was missed",
        orders=(Ordered(since="24E"),),
        said={"24E": MISSED, "25M": given("25 08:00")},
        reasons=(Finding.NOT_STEADY,),
    ),
    case(
        "one slot on hold",
        orders=(Ordered(since="28E", until="01M", hold=True),),
        said={"28E": ()},
    ),
    case(
        "two slots on hold",
        orders=(Ordered(since="28M", until="01M", hold=True),),
        said={"28M": (), "28E": ()},
        reasons=(Finding.NOT_STEADY,),
    ),
    case(
        "restart 7 dates before",
        orders=(Ordered(since="20M", until="24M", hold=True),),
        flags=(EARLY,),
    ),
    case(
        "restart 14 dates before",
        orders=(Ordered(since="16M", until="17M", hold=True),),
    ),
)

IRREGULAR = (
    case("missed exactly 72 hours before", said={"28M": MISSED}, reasons=(Finding.IRREGULAR,)),
    case("missed 72 hours and a minute before", drawn="03 08:01", said={"28M": MISSED, **AFTER}),
    case("missed 84 hours before", said={"27E": MISSED}),
    case("a part", said={"01M": of(Outcome.PARTIAL, "01 08:00")}, reasons=(Finding.IRREGULAR,)),
    case(
        "a part, 72 hours before",
        said={"28M": of(Outcome.PARTIAL, "28 08:00")},
        reasons=(Finding.IRREGULAR,),
    ),
    case("a part, a minute earlier", said={"28M": of(Outcome.PARTIAL, "28 07:59")}),
    case(
        "a second dose",
        said={"01M": (*given("01 08:00"), *given("01 08:10", second=True, father=True))},
        reasons=(Finding.IRREGULAR,),
    ),
    case(
        "two reports 30 minutes apart are one dose",
        said={"01M": (*given("01 08:00"), *given("01 08:30", father=True))},
    ),
    case(
        "two reports 31 minutes apart are two",
        said={"01M": (*given("01 08:00"), *given("01 08:31", father=True))},
        reasons=(Finding.IRREGULAR,),
    ),
    case(
        "vomited after 120 minutes",
        said={"01M": of(Outcome.VOMITED, "01 08:00", vomited=120)},
        reasons=(Finding.IRREGULAR,),
    ),
    case("vomited after 121 minutes", said={"01M": of(Outcome.VOMITED, "01 08:00", vomited=121)}),
    case(
        "vomited, nobody knows when",
        said={"01M": of(Outcome.VOMITED, "01 08:00")},
        reasons=(Finding.IRREGULAR,),
    ),
    case(
        "the decisive dose vomited",
        said={"02E": of(Outcome.VOMITED, "02 20:00", vomited=15)},
        reasons=(Finding.IRREGULAR,),
    ),
    case("an unknown slot is not a missed one", said={"01M": ()}),
    case("the dose that waited was skipped", drawn="03 08:30", said={"03M": MISSED}),
    case(
        "everything at once",
        said={"02E": given("03 01:00", entered="03 09:00"), "01M": MISSED},
        orders=(Ordered(since="01E"),),
        reasons=(Finding.CANNOT_SAY, Finding.NOT_STEADY, Finding.TOO_EARLY, Finding.IRREGULAR),
    ),
)

# the clock goes forward in the night to 8 March: 20:00 to 08:00 are eleven hours
NEW_YORK = {"zone": "America/New_York", "shift": 5}
SPRING = (
    case("a short night", **NEW_YORK),
    case("ten real hours", drawn="03 07:00", flags=(IDEAL,), **NEW_YORK),
    case("a minute less of them", drawn="03 06:59", reasons=(Finding.TOO_EARLY,), **NEW_YORK),
    case("fourteen real hours", drawn="03 11:00", said=AFTER, flags=(IDEAL,), **NEW_YORK),
    case(
        "a minute more of them",
        drawn="03 11:01",
        said=AFTER,
        reasons=(Finding.TOO_LATE,),
        **NEW_YORK,
    ),
)

# the clock goes back in the night to 1 November: 20:00 to 08:00 are thirteen hours
AUTUMN_THERE = {"zone": "America/New_York", "shift": 243}
AUTUMN: Sequence[Case] = (
    case("a long night", **AUTUMN_THERE),
    case("fourteen hours of it", drawn="03 09:00", said=AFTER, flags=(IDEAL,), **AUTUMN_THERE),
    case("and a minute", drawn="03 09:01", said=AFTER, reasons=(Finding.TOO_LATE,), **AUTUMN_THERE),
    case("ten hours of it", drawn="03 05:00", flags=(IDEAL,), **AUTUMN_THERE),
    case("a minute less", drawn="03 04:59", reasons=(Finding.TOO_EARLY,), **AUTUMN_THERE),
)

CASES: Sequence[Case] = (
    *HOURS,
    *AFTER_THE_DOSE,
    *EVENINGS,
    *CANNOT_SAY,
    *WORD_OF_MOUTH,
    *STEADY,
    *IRREGULAR,
    *SPRING,
)


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
