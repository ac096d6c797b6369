"""Words of proposals, orders and medicines."""

from collections.abc import Mapping
from typing import Any, Final

from flask_babel import lazy_gettext as _

from domain.adjustment import Refusal
from domain.order_guards import Guard
from domain.protocol_medicines import Effect
from web.sentences import add_sentences

Words = Mapping[str, Any]

REFUSALS: Final[Words] = {
    Refusal.IN_RANGE: _("The level is in range: nothing is to be changed."),
    Refusal.NOT_A_VALID_TROUGH: _("The sample is not a valid trough."),
    Refusal.DOSE_CHANGED_BEFORE: _("The dose changed too shortly before the sample."),
    Refusal.DOSE_CHANGED_AFTER: _("The dose changed, or is going to change, after the sample."),
    Refusal.IRREGULAR_DOSES: _("Doses before the sample were irregular."),
    Refusal.INTERACTING_DRUG: _("A medicine that changes the level is taken."),
    Refusal.UNDER_AGE: _("The child is too young for the formula."),
    Refusal.BELOW_QUANTIFICATION: _("The level is below the limit of quantification."),
    Refusal.LEVEL_TOO_HIGH: _("The level is too high for the formula: a prescriber decides."),
    Refusal.NO_CURRENT_DOSE: _("No dose is ordered now."),
}
GUARDS_MET: Final[Words] = {
    Guard.CONFIRM_WITH_REASON: _("differs much from the dose before; confirmed with the reason"),
    Guard.UNDER_AGE_WARNING: _("the warning for very young children was read"),
    Guard.SECOND_SIGNATURE: _("needs two prescribers"),
    Guard.RETYPE_ML: _("the mL were typed twice"),
}
EFFECTS: Final[Words] = {
    Effect.STRONG_INHIBITOR: _("raises the level strongly"),
    Effect.STRONG_INDUCER: _("lowers the level strongly"),
    Effect.MODERATE_INHIBITOR: _("raises the level"),
    Effect.MODERATE_INDUCER: _("lowers the level"),
    Effect.FOOD: _("raises the level; never with sirolimus"),
    Effect.LIVE_VACCINE: _("live vaccine"),
}

add_sentences(
    {
        "no_dose_proposal": _("The formula proposes no dose for this level."),
        "dose_proposal_changed": _(
            "The formula now proposes another dose than you saw. Please look again."
        ),
        "no_level": _("There is no level yet."),
        "not_a_medicine": _("Please choose a medicine here."),
    }
)
