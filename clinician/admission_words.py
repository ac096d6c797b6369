"""Words of eligibility, consent, randomisation and the end of the study."""

from collections.abc import Mapping
from typing import Any, Final

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from clinician import blueprint
from domain.eligibility import Answer
from domain.protocol_randomisation import Factor
from domain.randomisation import UNDIVIDED
from models.consent import ConsentKind
from models.participant import ParticipantStatus
from web.sentences import add_sentences

ANSWERS: Final[Mapping[Answer, Any]] = {Answer.YES: _("Yes"), Answer.NO: _("No")}
CONSENT_KINDS: Final[Mapping[ConsentKind, Any]] = {
    ConsentKind.CONSENT: _("Consent given"),
    ConsentKind.ASSENT: _("Assent of the child"),
    ConsentKind.ASSENT_NOT_POSSIBLE: _("Child could not be asked"),
    ConsentKind.WITHDRAWN: _("Consent withdrawn"),
}
STATUSES: Final[Mapping[ParticipantStatus, Any]] = {
    ParticipantStatus.ACTIVE: _("In the study"),
    ParticipantStatus.COMPLETED: _("Study completed"),
    ParticipantStatus.WITHDRAWN: _("Withdrawn"),
}
ENDS: Final[Mapping[ParticipantStatus, Any]] = {
    status: STATUSES[status]
    for status in (ParticipantStatus.WITHDRAWN, ParticipantStatus.COMPLETED)
}
METHODS: Final[Mapping[str, Any]] = {
    "block": _("Sealed list, permuted blocks"),
    "envelope": _("Envelope of the trial office"),
}

add_sentences(
    {
        "eligibility_missing": _("Eligibility has not been checked yet."),
        "not_eligible": _("The child is not eligible by the last check."),
        "consent_missing": _("The guardians' consent is not recorded yet."),
        "consent_withdrawn": _("The guardians have withdrawn their consent."),
        "consent_in_the_future": _("The consent is dated after the day of randomisation."),
        "consent_version_unknown": _("The protocol does not know this version of the document."),
        "assent_missing": _(
            "The child is old enough to be asked: record the assent, or why it was not possible."
        ),
        "study_over": _("The child's part in the study has ended."),
        "list_exhausted": _("The randomisation list of this stratum has no places left."),
        "no_list": _(
            "There is no randomisation list for this stratum. Please type what the envelope says."
        ),
        "envelope_beside_list": _(
            "This stratum has a sealed list: its next place counts, and no envelope is opened."
        ),
        "list_sealed": _(
            "The randomisation list cannot be opened here. Please ask those who run the system."
        ),
        "try_again": _("Others were randomised at this moment. Please try again."),
        "first_dose_before_randomisation": _("The first dose cannot be before today."),
        "already_randomised": _("The child is randomised: what stood then is kept."),
        "checked_on_impossible": _("The day lies between the birth and today."),
        "unknown_criterion": _("The protocol has no such criterion."),
        "answer_contradicts_age": _("The date of birth says otherwise."),
        "guardian_must_consent": _("A guardian must consent for this child."),
        "consent_before_birth": _("This day is before the birth."),
        "no_consent_to_withdraw": _("There is no consent that could be withdrawn."),
        "withdrawn_before_consent": _("Consent cannot be withdrawn before it was given."),
        "ended_on_impossible": _("The day lies between the registration and today."),
        "never_randomised": _("A child that was not randomised cannot complete the study."),
        "not_complete_yet": _("The last visit of the study is still to come."),
    }
)


@blueprint.app_template_filter("stratum")
def stratum_words(stratum: str) -> str:
    """`site=S01/kasabach_merritt=yes` → "S01 · Kasabach-Merritt: yes"."""
    return " · ".join(_factor_words(*part.partition("=")) for part in stratum.split("/"))


def _factor_words(factor: str, _equals: str, value: str) -> str:
    match factor:
        case Factor.SITE:
            return value
        case Factor.KASABACH_MERRITT:
            answer = gettext("yes") if value == Answer.YES else gettext("no")
            return f"{gettext('Kasabach-Merritt')}: {answer}"
        case _:
            return gettext("the whole study") if factor == UNDIVIDED else factor


def obstacle_anchor(code: str) -> str:
    """The part of the admission page where an obstacle is cleared away."""
    if code in {"eligibility_missing", "not_eligible"}:
        return "eligibility"
    return "consent" if code.startswith(("consent", "assent")) else "randomisation"
