"""How the disease goes: blood counts, tumour and skin over the months, in a few believable ways."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from domain.response_inputs import Firmness, SkinColour


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """From the baseline to where it settles, two thirds of the way after `months` months.

    Platelets in 10⁹/L, fibrinogen in g/L, `volume_left` as a part of the baseline volume,
    `paling` how much of the colour goes. `measured_ml` are slice sums (baseline, later) in place
    of diameters.
    """

    platelets: tuple[float, float]
    fibrinogen: tuple[float, float]
    volume_left: float
    colour: SkinColour
    firmness: Firmness
    paling: float
    months: float
    imaged: bool = True
    measured_ml: tuple[str, str] | None = None

    def way(self, month: float) -> float:
        """How far it has come: 0 at the baseline, nearly 1 after a year."""
        return 1 - math.exp(-max(0.0, month) / self.months)

    def at(self, ends: tuple[float, float], month: float) -> float:
        return ends[0] + (ends[1] - ends[0]) * self.way(month)

    def severity(self, month: float) -> float:
        """Of the patch on a picture: 1 is the worst."""
        return min(1.0, max(0.05, 1 - self.paling * self.way(month)))


COURSES: Final[Mapping[str, Course]] = {
    "quick": Course(
        platelets=(19, 296),
        fibrinogen=(0.8, 2.9),
        volume_left=0.06,
        colour=SkinColour.LIGHTER,
        firmness=Firmness.SIGNIFICANTLY_SOFTER,
        paling=0.9,
        months=1.6,
    ),
    "slow": Course(
        platelets=(34, 172),
        fibrinogen=(1.1, 2.5),
        volume_left=0.27,
        colour=SkinColour.LIGHTER,
        firmness=Firmness.SLIGHTLY_SOFTER,
        paling=0.6,
        months=2.4,
    ),
    "fails": Course(
        platelets=(27, 33),
        fibrinogen=(2.1, 0.8),
        volume_left=1.08,
        colour=SkinColour.DARKER,
        firmness=Firmness.UNCHANGED,
        paling=-0.1,
        months=1.5,
    ),
    "grows": Course(
        platelets=(41, 88),
        fibrinogen=(1.4, 1.6),
        volume_left=1.34,
        colour=SkinColour.UNCHANGED,
        firmness=Firmness.HARDER,
        paling=0.05,
        months=3.0,
    ),
    "hardens": Course(
        platelets=(260, 290),
        fibrinogen=(2.4, 2.8),
        volume_left=0.35,
        colour=SkinColour.LIGHTER,
        firmness=Firmness.HARDER,
        paling=0.5,
        months=2.0,
    ),
    "unimaged": Course(
        platelets=(22, 240),
        fibrinogen=(0.9, 2.6),
        volume_left=0.2,
        colour=SkinColour.LIGHTER,
        firmness=Firmness.SIGNIFICANTLY_SOFTER,
        paling=0.7,
        months=1.5,
        imaged=False,
    ),
    "normal_counts": Course(
        platelets=(285, 310),
        fibrinogen=(2.6, 2.8),
        volume_left=0.22,
        colour=SkinColour.LIGHTER,
        firmness=Firmness.SIGNIFICANTLY_SOFTER,
        paling=0.7,
        months=2.2,
    ),
    "exactly_eighty": Course(
        platelets=(230, 280),
        fibrinogen=(2.3, 2.7),
        volume_left=0.2,
        colour=SkinColour.LIGHTER,
        firmness=Firmness.SIGNIFICANTLY_SOFTER,
        paling=0.75,
        months=1.0,
        measured_ml=("100", "20"),
    ),
    "high_fibrinogen": Course(
        platelets=(30, 265),
        fibrinogen=(1.0, 4.6),
        volume_left=0.08,
        colour=SkinColour.LIGHTER,
        firmness=Firmness.SIGNIFICANTLY_SOFTER,
        paling=0.85,
        months=1.3,
    ),
    "deep": Course(
        platelets=(250, 275),
        fibrinogen=(2.5, 2.7),
        volume_left=0.15,
        colour=SkinColour.NOTHING_TO_SEE,
        firmness=Firmness.NOTHING_TO_PALPATE,
        paling=0.0,
        months=1.6,
    ),
}
