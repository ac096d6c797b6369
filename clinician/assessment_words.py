"""Words of the response rule: categories, domains, why a domain was scored as it was, flags."""

from collections.abc import Mapping
from typing import Any, Final

from flask_babel import lazy_gettext as _

from domain.response import Category
from domain.response_flags import FlagCode
from domain.response_inputs import ResponseDomain
from domain.response_score import DomainState, Why
from services.assessments import Meaning

Words = Mapping[str, Any]

CATEGORIES: Final[Words] = {
    Category.COMPLETE_RESPONSE: _("Complete response"),
    Category.PARTIAL_RESPONSE: _("Partial response"),
    Category.NO_RESPONSE: _("No response"),
    Category.REVIEW: _("Review: findings contradict"),
    Category.NOT_EVALUABLE: _("Not evaluable"),
}
DOMAINS: Final[Words] = {
    ResponseDomain.PLATELETS: _("Platelets"),
    ResponseDomain.VOLUME: _("Tumour volume"),
    ResponseDomain.FIBRINOGEN: _("Fibrinogen"),
    ResponseDomain.SKIN: _("Skin and palpation"),
}
STATES: Final[Words] = {
    DomainState.COMPLETE: _("complete"),
    DomainState.PARTIAL: _("partial"),
    DomainState.NONE: _("none"),
    DomainState.MISSING: _("missing"),
    DomainState.NOT_APPLICABLE: _("not applicable"),
    DomainState.CONTRADICTORY: _("contradictory"),
}
# filled with the numbers of the score; amounts in the units of the study
WHY: Final[Words] = {
    Why.PLATELETS_COMPLETE: _("%(value)s is above %(complete_above)s ×10⁹/L"),
    Why.PLATELETS_PARTIAL: _(
        "%(value)s is above %(partial_above)s and not above %(complete_above)s ×10⁹/L"
    ),
    Why.PLATELETS_NONE: _("%(value)s is not above %(partial_above)s ×10⁹/L"),
    Why.PLATELETS_NOT_DURABLE: _("No second count bears it out"),
    Why.VOLUME_COMPLETE: _(
        "%(percent_lost)s %% smaller than at baseline: more than %(complete_above)s %%"
    ),
    Why.VOLUME_PARTIAL: _(
        "%(percent_lost)s %% smaller than at baseline: more than %(partial_above)s %% and not "
        "more than %(complete_above)s %%"
    ),
    Why.VOLUME_NONE: _(
        "%(percent_lost)s %% smaller than at baseline: not more than %(partial_above)s %%"
    ),
    Why.VOLUME_BIGGER: _("%(percent_grown)s %% bigger than at baseline"),
    Why.FIBRINOGEN_IN_RANGE: _("%(value)s g/L lies within %(range_low)s–%(range_high)s g/L"),
    Why.FIBRINOGEN_SMALL_LOSS: _(
        "%(value)s g/L lies outside %(range_low)s–%(range_high)s g/L; %(percent_lost)s %% lost "
        "from baseline, less than %(loss_below)s %%"
    ),
    Why.FIBRINOGEN_NO_LOSS: _(
        "%(value)s g/L lies outside %(range_low)s–%(range_high)s g/L and is not lower than at "
        "baseline"
    ),
    Why.FIBRINOGEN_LARGE_LOSS: _(
        "%(value)s g/L lies outside %(range_low)s–%(range_high)s g/L; %(percent_lost)s %% lost "
        "from baseline, %(loss_below)s %% or more"
    ),
    Why.SKIN_BETTER: _("Lighter or significantly softer, and nothing worse"),
    Why.SKIN_UNCHANGED: _("No change, or a slight one"),
    Why.SKIN_WORSE: _("Darker or harder, and nothing better"),
    Why.SKIN_BETTER_AND_WORSE: _("One finding is better and one is worse: a person must decide"),
    Why.SKIN_NOTHING_TO_JUDGE: _("Nothing to see and nothing to palpate"),
    Why.COLOUR_MISSING: _("The colour is missing"),
    Why.FIRMNESS_MISSING: _("The firmness is missing"),
    Why.COLOUR_AND_FIRMNESS_MISSING: _("No finding in the window of this visit"),
    Why.VALUE_MISSING: _("No value in the window of this visit"),
    Why.VALUE_IMPOSSIBLE: _("This value is not possible"),
    Why.BASELINE_MISSING: _("The baseline is missing"),
    Why.BASELINE_IMPOSSIBLE: _("A baseline of zero: nothing can be compared with it"),
    Why.SAID_NOT_APPLICABLE: _("Cannot be judged in this child, by the clinician's word"),
}
FLAGS: Final[Words] = {
    FlagCode.ON_BOUNDARY: _("exactly on a boundary"),
    FlagCode.DOMAINS_APART: _("domains are two levels apart"),
    FlagCode.NOT_APPLICABLE: _("domain not applicable"),
    FlagCode.MISSING: _("domain missing"),
    FlagCode.FIBRINOGEN_HIGH: _("fibrinogen above its range"),
    FlagCode.FIBRINOGEN_LOW_NOT_FALLEN: _("fibrinogen below its range, yet not fallen"),
    FlagCode.TRANSFUSION: _("transfusion shortly before the sample"),
    FlagCode.PLATELETS_NORMAL_AT_BASELINE: _("platelets were normal at baseline"),
    FlagCode.RESCUE_THERAPY: _("rescue therapy"),
    FlagCode.VOLUME_METHOD_CHANGED: _("volume was measured by another method"),
    FlagCode.MODALITY_CHANGED: _("another kind of examination"),
    FlagCode.PROGRESSION: _("tumour clearly bigger (progression)"),
}
MEANINGS: Final[Words] = {
    Meaning.ASSESSED: _("I have assessed this response and answer for it"),
    Meaning.CONFIRMED: _("I have checked this assessment and confirm it"),
}
GROUPS: Final[Words] = {
    "platelets": _("Platelets"),
    "volume": _("Tumour volume"),
    "fibrinogen": _("Fibrinogen"),
    "skin": _("Skin and palpation"),
    "treatments": _("Transfusions and rescue therapy"),
}
FIELDS: Final[Words] = {
    "platelets": _("Platelets"),
    "platelets_on": _("Drawn on"),
    "platelets_baseline": _("At baseline"),
    "platelets_lower_limit": _("Lower limit of normal at baseline"),
    "platelets_applicable": _("Platelets can be judged"),
    "volume_ml": _("Volume now"),
    "volume_baseline_ml": _("Volume at baseline"),
    "volume_applicable": _("Volume can be judged"),
    "volume_method_changed": _("Measured by another method"),
    "modality_changed": _("Another kind of examination"),
    "fibrinogen": _("Fibrinogen"),
    "fibrinogen_on": _("Drawn on"),
    "fibrinogen_baseline": _("At baseline"),
    "fibrinogen_applicable": _("Fibrinogen can be judged"),
    "skin_colour": _("Colour"),
    "firmness": _("Firmness"),
    "transfusions": _("Transfusions"),
    "rescue_therapy": _("Rescue therapy"),
}
VIEWS: Final[Words] = {
    "labs_and_volume": _("Laboratory and volume only"),
    "volume_only": _("Volume only"),
    "durable_platelets": _("With lasting platelets"),
}


def why(code: str, numbers: Mapping[str, str]) -> str:
    """The sentence of a score with its numbers; a number that is missing reads as a dash."""
    grown = numbers.get("percent_lost", "–").removeprefix("-")
    told = dict.fromkeys(_NUMBERS, "–") | dict(numbers) | {"percent_grown": grown}
    return str(WHY[code]) % told if code in WHY else code


_NUMBERS: Final = (
    "value",
    "baseline",
    "percent_lost",
    "complete_above",
    "partial_above",
    "range_low",
    "range_high",
    "loss_below",
)
