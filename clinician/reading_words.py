"""Words of masked reading, for those who read and for those who choose what is read."""

from collections.abc import Mapping
from typing import Any, Final

from flask_babel import lazy_gettext as _
from flask_babel import lazy_pgettext

from domain.masked_answers import CaseState, Comparison
from web.sentences import add_sentences

# what a reader is asked: "… the skin on the right is …"
ANSWERS: Final[Mapping[Comparison, Any]] = {
    Comparison.LIGHTER: lazy_pgettext("reading", "lighter"),
    Comparison.SAME: lazy_pgettext("reading", "the same"),
    Comparison.DARKER: lazy_pgettext("reading", "darker"),
    Comparison.CANNOT_SAY: lazy_pgettext("reading", "cannot say"),
}
AGAINST_BASELINE: Final[Mapping[Comparison, Any]] = {
    Comparison.LIGHTER: _("lighter than at the baseline"),
    Comparison.SAME: _("the same as at the baseline"),
    Comparison.DARKER: _("darker than at the baseline"),
    Comparison.CANNOT_SAY: lazy_pgettext("reading", "cannot say"),
}
STATES: Final[Mapping[CaseState, Any]] = {
    CaseState.WAITING: lazy_pgettext("reading", "waiting"),
    CaseState.NEEDS_THIRD: _("third reader needed"),
    CaseState.COMPLETE: lazy_pgettext("reading", "read"),
    CaseState.UNMASKED: _("unmasked"),
}
# badges of macros/state.html that look like them
LOOKS: Final[Mapping[CaseState, str]] = {
    CaseState.WAITING: "not_yet",
    CaseState.NEEDS_THIRD: "late",
    CaseState.COMPLETE: "due",
    CaseState.UNMASKED: "given",
}

add_sentences(
    {
        "reading_is_locked": _("This pair is answered already. The first answer stands."),
        "reader_not_masked": _(
            "Whoever has or had another role at the site knows the children and cannot read masked."
        ),
        "not_a_reader": _("Please choose a reader of this site."),
        "reader_named_twice": _("Please choose another person for each reading."),
        "third_is_named": _("The third reader is named already."),
        "photo_unusable": _("This photo was set aside and cannot be read."),
        "photos_not_alike": _("Both photos must show the same part of the body in the same view."),
        "photos_wrong_order": _("The follow-up photo must be later than the baseline photo."),
        "not_an_assessment_visit": _("No assessment is due at this visit."),
        "visit_has_case": _("This visit is being read already."),
        "pair_has_case": _("These two photos are being read already."),
        "no_case_chosen": _("Please choose at least one."),
        "reading_not_complete": _(
            "Not everybody has answered yet: nothing is unmasked before that."
        ),
    }
)
