"""A year of one girl in each arm: what is found, and what must come of it, by hand from trial.md.

80 cm and 10.5 kg are √(80 · 10.5 / 3600) = 0.483046 m² (Mosteller). Levels are drawn at 08:00,
eleven hours after the evening dose, so that whole days lie between them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

# √(86 · 12.3 / 3600) = 0.542064 m² is 12.2 % more than 0.483046
RE_WEIGHED: Final = {"Height": "86", "Weight": "12.3"}
SURFACE_CHANGE: Final = "+12.2"
# who stays away three times from fourteen doses of a week, once by half: see test_a_year
TAKEN_AT_FIRST: Final = "11.5 of 14 = 82.1%"
TAKEN_OBSERVED: Final = "11.5 of 13 = 88.5%"
TAKEN_CORRECTED: Final = "12.5 of 14 = 89.3%"


@dataclass(frozen=True, slots=True)
class Found:
    """What a response rests on, and the category that follows. 86.0 mL, platelets 18 and
    fibrinogen 0.9 stand at baseline. `flag` is a part of the flag that demands a reason."""

    platelets: str
    fibrinogen: str
    volume: str
    colour: str
    firmness: str
    category: str
    flag: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the formula makes of the level of day 14."""

    ml: str
    predicted: str
    formula: str


@dataclass(frozen=True, slots=True)
class YearByHand:
    """`levels` by the month in which they are drawn; 2.5 is an extra visit, 0.5 is day 14."""

    arm: str
    label: str
    start: str
    proposal: Proposal
    half_ml: str
    levels: Mapping[float, str]
    time_in_range: str
    days_in_range: str
    fraction: str
    responses: Mapping[int, Found]
    amended_volume: str
    amended_category: str


# Time in range. Joined: day 14 to month 1 (17 days), month 1 to the extra visit (35), month 5 to 6
# (31), 8 to 9 (30), 9 to 10 (31): 144 days. Not joined: what was drawn after the dose (2) or after
# a missed one (7); "<2.0" (3) on both sides; over the hold (4 to 5); 61 days (6 to 8), 59 (10 to
# 12). Valid troughs: all but those two, so 11.
HIGH: Final = YearByHand(
    arm="high",
    label="High level",
    # 0.8 · 0.483046 = 0.386437 mg, between 0.38 and 0.40: 0.38 is nearer
    start="0.38 mL",
    # 0.38 · 12.5 / 9.0 = 0.527778; a quarter more at most: 0.475; 0.48 would be beyond, so one
    # mark back; 9.0 · 0.46 / 0.38 = 10.8947
    proposal=Proposal("0.46 mL", "10.89", "0.5278"),
    half_ml="0.23",
    levels={
        0.5: "9.0",
        1: "12.0",
        2: "18.0",
        2.5: "14.0",
        3: "<2.0",
        4: "22.0",
        5: "11.0",
        6: "16.0",
        7: "13.0",
        8: "12.0",
        9: "13.0",
        10: "10.0",
        12: "12.5",
    },
    # (10, 15]: from 9 to 12 the last two thirds, 11.3333; 35; from 11 to 16 the first four fifths,
    # 24.8; 30; from 13 down to 10 all of 31: 132.1333 of 144
    time_in_range="91.8",
    days_in_range="132.13 of 144.00 days",
    # 12.0, 14.0, 11.0, 12.0, 13.0 and 12.5; 10.0 is out
    fraction="54.5 % (6 of 11)",
    responses={
        # exactly 100 is partial; 55.9 / 86 = 65 % is partial
        3: Found("100", "2.6", "30.1", "lighter", "significantly softer", "PR", "exactly on"),
        # 76.5 / 86 = 88.95 %
        6: Found("212", "2.6", "9.5", "lighter", "significantly softer", "CR"),
        12: Found("250", "3.1", "8.6", "lighter", "harder", "REVIEW"),
    },
    # 60.2 / 86 = 70 %
    amended_volume="25.8",
    amended_category="PR",
)
LOW: Final = YearByHand(
    arm="low",
    label="Low level",
    # 0.7 · 0.483046 = 0.338132 mg, between 0.32 and 0.34
    start="0.34 mL",
    # 0.34 · 8.5 / 10.5 = 0.275238, nearest to 0.28; 10.5 · 0.28 / 0.34 = 8.6471
    proposal=Proposal("0.28 mL", "8.65", "0.2752"),
    half_ml="0.14",
    levels={
        0.5: "10.5",
        1: "8.0",
        2: "12.5",
        2.5: "9.0",
        3: "<2.0",
        4: "21.0",
        5: "7.5",
        6: "11.0",
        7: "9.0",
        8: "8.0",
        9: "9.0",
        10: "10.0",
        12: "7.0",
    },
    # [7, 10]: from 10.5 to 8 the last four fifths, 13.6; 35; from 7.5 to 11 the first 2.5 / 3.5,
    # 22.142857; 30; 31: 131.742857 of 144
    time_in_range="91.5",
    days_in_range="131.74 of 144.00 days",
    # 8.0, 9.0, 7.5, 8.0, 9.0, 10.0 and 7.0; both bounds are in
    fraction="63.6 % (7 of 11)",
    responses={
        # 43 / 86 is exactly 50 %: none
        3: Found("90", "2.6", "43.0", "slightly lighter", "firmness unchanged", "NR", "exactly on"),
        # 1.8 is not within 2 to 4, and nothing is lost: partial, flagged; 66 / 86 = 76.7 %
        6: Found("150", "1.8", "20.0", "lighter", "firmness unchanged", "PR", "ibrinogen"),
        12: Found("212", "2.4", "9.5", "lighter", "significantly softer", "CR"),
    },
    # 41 / 86 = 47.7 %
    amended_volume="45.0",
    amended_category="NR",
)
BOTH_ARMS: Final = (HIGH, LOW)
