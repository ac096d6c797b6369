"""Samples and what the rules say of them, worked out by hand from the clauses on troughs.

A girl has 0.36 mL at 08:00 and 20:00 since 3 February 2026. Unless a case says otherwise, every
dose from 27 February to the evening of 2 March was given at its time and written down then, and
blood is drawn on 3 March at 08:00. Slots are named by day and half: "02E" is the evening of
2 March, "28M" the morning of 28 February. Clocks are "day hh:mm[:ss]".
"""

from collections.abc import Sequence

from domain.entries import Outcome
from domain.trough import Finding, Flag
from level_stories import Case, Ordered, Said, case, given, of

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
