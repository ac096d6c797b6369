"""What a response assessment rests on (trial.md §6), as the clinician confirmed it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class ResponseDomain(StrEnum):
    PLATELETS = "platelets"
    VOLUME = "volume"
    FIBRINOGEN = "fibrinogen"
    SKIN = "skin"


class SkinColour(StrEnum):
    """Colour of the skin over the tumour, compared with baseline."""

    LIGHTER = "lighter"
    SLIGHTLY_LIGHTER = "slightly_lighter"
    UNCHANGED = "unchanged"
    DARKER = "darker"
    NOTHING_TO_SEE = "nothing_to_see"


class Firmness(StrEnum):
    """How the tumour feels, compared with baseline."""

    SIGNIFICANTLY_SOFTER = "significantly_softer"
    SLIGHTLY_SOFTER = "slightly_softer"
    UNCHANGED = "unchanged"
    HARDER = "harder"
    NOTHING_TO_PALPATE = "nothing_to_palpate"


class TransfusionKind(StrEnum):
    """Products that lift a laboratory value without the tumour having changed."""

    PLATELETS = "platelets"
    PLASMA = "plasma"
    CRYOPRECIPITATE = "cryoprecipitate"
    FIBRINOGEN_CONCENTRATE = "fibrinogen_concentrate"


@dataclass(frozen=True, slots=True)
class Transfusion:
    kind: TransfusionKind
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseInputs:
    """Everything the rule looks at. Nothing has a default, so that nothing is left out unseen.

    None is "missing"; a result below its limit of quantification is None too, as it is no number.
    Platelets in 10⁹/L (the lower limit is the laboratory's, printed with the baseline result),
    fibrinogen in g/L, volumes in mL unrounded. A sample without a date counts as drawn on
    `assessed_on`. `…_applicable=False` is the clinician's word that a domain cannot be judged in
    this child; skin and palpation say it themselves (nothing to see and nothing to palpate).
    """

    assessed_on: date
    platelets: Decimal | None
    platelets_on: date | None
    platelets_baseline: Decimal | None
    platelets_lower_limit: Decimal | None
    platelets_applicable: bool
    fibrinogen: Decimal | None
    fibrinogen_on: date | None
    fibrinogen_baseline: Decimal | None
    fibrinogen_applicable: bool
    volume_ml: Decimal | None
    volume_baseline_ml: Decimal | None
    volume_applicable: bool
    volume_method_changed: bool
    modality_changed: bool
    skin_colour: SkinColour | None
    firmness: Firmness | None
    transfusions: tuple[Transfusion, ...]
    rescue_therapy: bool
