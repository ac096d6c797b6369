"""Words for the verdict on a level, for what its days count from, and for the range statistics."""

from typing import Final

from flask_babel import lazy_gettext as _

from clinician.result_words import Words
from domain.in_range import Unbridged
from domain.level import LevelUnit
from domain.level_variability import NoVariability
from domain.steady_state import StartKind
from domain.trough import Flag
from web.sentences import add_sentences

FLAGS: Final[Words] = {
    Flag.EARLY: _("early: soon after the last change of dose"),
    Flag.EVENING_SAMPLE: _("sample before the evening dose"),
    Flag.OUTSIDE_IDEAL: _("outside the ideal hours"),
    Flag.WORD_OF_MOUTH: _("rests on what was told at the blood draw"),
    Flag.NEXT_SILENT: _("nobody told that the dose due by then had waited"),
}
STARTS: Final[Words] = {
    StartKind.FIRST_DOSE: _("first dose"),
    StartKind.NEW_DOSE: _("new dose"),
    StartKind.RESTART: _("restart after a hold"),
}
UNBRIDGED: Final[Words] = {
    Unbridged.BELOW_QUANTIFICATION: _("a level below quantification is no number"),
    Unbridged.TOO_LONG: _("too long a gap"),
    Unbridged.HELD: _("doses on hold in between"),
}
NO_VARIABILITY: Final[Words] = {
    NoVariability.TOO_FEW: _("too few valid levels"),
    NoVariability.DOSE_NOT_KNOWN: _("the dose changed, and one dose per m² is not known"),
}
UNITS: Final[Words] = {LevelUnit.NG_PER_ML: "ng/mL", LevelUnit.UG_PER_L: "µg/L"}

add_sentences(
    {
        "drawn_before_birth": _("The child was not born yet. Please check the day."),
        "drawn_before_enrolment": _("The child was not in the study yet. Please check the day."),
        "sample_has_a_level": _(
            "This sample has a level already. If that one is wrong, please correct it."
        ),
    }
)
