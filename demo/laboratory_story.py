"""Laboratory results that recover, or do not, as the course of the disease has it."""

import random
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final, NamedTuple

from demo.stage import Story
from domain.protocol import Due
from services.labs import SaidLabs, SaidResult, record_labs

LABORATORY: Final = "Demo laboratory"
MORE: Final = "more"


class Analyte(NamedTuple):
    """At first `sick`, later around `well`, give or take `spread` (a part of it), printed with
    `digits` after the point beside the laboratory's own range. Only Kasabach-Merritt makes sick."""

    code: str
    unit: str
    sick: float
    well: float
    spread: float
    digits: int
    low: str | None
    high: str | None


# platelets and fibrinogen follow the course itself: the two figures here are not used
PANELS: Final[Mapping[str, tuple[Analyte, ...]]] = {
    Due.BLOOD_COUNT: (
        Analyte("platelets", "10*9/L", 0, 0, 0.06, 0, "125", "350"),
        Analyte("haemoglobin", "g/L", 88, 118, 0.04, 0, "110", "140"),
        Analyte("wbc", "10*9/L", 9.5, 7.4, 0.15, 1, "5.0", "12.0"),
        # without limits: those of the site's own table for the child's age
        Analyte("neutrophils", "10*9/L", 3.4, 2.6, 0.25, 2, None, None),
        Analyte("lymphocytes", "10*9/L", 4.6, 3.9, 0.2, 2, "2.0", "8.0"),
    ),
    Due.COAGULATION: (
        Analyte("fibrinogen", "g/L", 0, 0, 0.05, 1, "2.0", "4.0"),
        Analyte("aptt", "s", 44, 33, 0.06, 1, "28.0", "45.0"),
        Analyte("inr", "1", 1.4, 1.02, 0.05, 2, "0.80", "1.20"),
        Analyte("d_dimer", "mg/L", 18, 0.4, 0.3, 2, None, "0.55"),
    ),
    Due.CHEMISTRY: (
        Analyte("alt", "U/L", 24, 27, 0.3, 0, "7", "40"),
        Analyte("ast", "U/L", 34, 36, 0.25, 0, "15", "50"),
        Analyte("bilirubin", "umol/L", 14, 8, 0.25, 1, None, "21.0"),
        Analyte("creatinine", "umol/L", 22, 25, 0.12, 0, "13", "45"),
        Analyte("albumin", "g/L", 37, 41, 0.05, 1, "35.0", "52.0"),
        Analyte("potassium", "mmol/L", 4.3, 4.4, 0.07, 1, "3.7", "5.2"),
    ),
    # what fewer children need: printed in other units, and with limits of the site's table
    MORE: (
        Analyte("glucose", "mmol/L", 4.9, 4.8, 0.1, 1, "3.3", "5.6"),
        Analyte("calcium", "mmol/L", 2.2, 2.4, 0.03, 2, "2.10", "2.70"),
        Analyte("phosphate", "mg/dL", 4.9, 5.2, 0.08, 1, "4.0", "7.0"),
        Analyte("ggt", "U/L", 18, 15, 0.3, 0, None, "25"),
    ),
    Due.LIPIDS: (
        Analyte("triglycerides", "mmol/L", 1.1, 1.75, 0.25, 2, None, "1.70"),
        Analyte("cholesterol", "mmol/L", 3.6, 4.9, 0.12, 2, None, "5.20"),
    ),
}


def draw_panels(story: Story, drawn_at: datetime, due: tuple[str, ...], now: datetime) -> None:
    """The laboratory's answer to one sample, entered at `now`."""
    results = tuple(_results(story, drawn_at, due))
    said = SaidLabs(
        client_id=story.id("labs", story.day_of(drawn_at)),
        drawn_at=drawn_at,
        laboratory=LABORATORY,
        results=results,
    )
    if results:
        stage, actor = story.stage, story.people.coordinator
        record_labs(stage.session, actor, story.row, said, protocol=stage.protocol, now=now)


def _results(story: Story, drawn_at: datetime, due: tuple[str, ...]) -> Iterator[SaidResult]:
    for panel, analytes in PANELS.items():
        if panel not in due and not (panel == MORE and Due.CHEMISTRY in due):
            continue
        for analyte in analytes:
            yield SaidResult(
                analyte=analyte.code,
                result=_printed(story, analyte, drawn_at),
                unit=analyte.unit,
                reference_low=None if analyte.low is None else Decimal(analyte.low),
                reference_high=None if analyte.high is None else Decimal(analyte.high),
                fasting=panel in {Due.LIPIDS, MORE} or None,
            )


def _printed(story: Story, analyte: Analyte, drawn_at: datetime) -> str:
    value = _expected(story, analyte, story.month(drawn_at))
    value *= 1 + _chance(story, analyte, drawn_at).gauss(0, analyte.spread)
    return f"{max(value, 0.1):.{analyte.digits}f}"


def _chance(story: Story, analyte: Analyte, drawn_at: datetime) -> random.Random:
    """The dice of the story; those that came later have their own, so that it stays the same."""
    if analyte not in PANELS[MORE]:
        return story.chance
    seed = f"{story.child.study_number} {story.day_of(drawn_at)} {analyte.code}"
    return random.Random(seed)  # noqa: S311 - the same study each time


def _expected(story: Story, analyte: Analyte, month: float) -> float:
    course = story.course
    match analyte.code:
        case "platelets":
            return course.at(course.platelets, month)
        case "fibrinogen":
            return course.at(course.fibrinogen, month)
        case _:
            start = analyte.sick if story.child.kmp else analyte.well
            return course.at((start, analyte.well), month)
