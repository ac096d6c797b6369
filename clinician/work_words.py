"""Words of the worklist, orders, carers and visits."""

from collections.abc import Mapping
from typing import Any, Final

from flask_babel import lazy_gettext as _

from domain.order_guards import Guard
from domain.protocol import Half
from domain.protocol_worklist import TriggerKind
from models.attention import Urgency
from models.dose import CorrectionState
from models.participant import Relation
from services.alert_acts import AlertOutcome
from services.alert_history import AlertStep
from web.sentences import add_sentences

Words = Mapping[Any, Any]

MATTERS: Final[Mapping[str, Any]] = {
    "level_concern": _("Level outside the range"),
    "doubled": _("Two doses in one slot"),
    "too_soon": _("Two doses close together"),
    "vomited_early": _("Vomited soon after the dose"),
    "dose_in_hold": _("Dose given during a hold"),
    "dose_before_trough": _("Dose given before the blood was taken"),
    "missed_in_a_row": _("Doses missed in a row"),
    "missed_often": _("Several doses missed in a week"),
    "phone_unreachable": _("Phone cannot be reached"),
    "silent": _("Nobody has written in the diary"),
    "message_undelivered": _("Last message was not delivered"),
    "opted_out": _("Carer wants no messages"),
    "second_signature": _("Order waits for a signature"),
    "correction_asked": _("Family asks for a correction"),
    "visit_today": _("Visit today"),
    "visit_overdue": _("Visit overdue"),
    "visit_window_missed": _("Visit missed its window"),
    "trough_undrawn": _("No blood taken on the day of the level"),
    "assessment_due": _("Response not assessed yet"),
    "serious_event": _("Serious adverse event"),
    "event_candidates": _("Possible adverse events to decide"),
    "lab_candidates": _("Draft grades from the laboratory to decide"),
    "reweigh": _("Body surface has changed: look at the dose"),
    "platelets_low": _("Platelets very low"),
    "platelets_falling": _("Platelets falling"),
    "fever": _("Fever"),
    "bleeding": _("Bleeding or bruising"),
    "fast_growth": _("Tumour growing fast"),
    "sleepiness": _("Unusually sleepy"),
    "interaction": _("A medicine that changes the level"),
    "unknown_medicine": _("A medicine nobody knows: please look"),
    "live_vaccine": _("Live vaccine"),
    "message_in_doubt": _("Nobody knows whether a message arrived"),
    "no_carer": _("No carer in the study"),
}
KINDS: Final[Mapping[TriggerKind, Any]] = {
    TriggerKind.CLINICAL: _("Health"),
    TriggerKind.REACHABILITY: _("Reaching the family"),
}
WHO: Final[Mapping[str, Any]] = {
    "mine": _("Mine"),
    "nobody": _("Nobody has taken them on"),
    "passed_on": _("Passed on"),
}
# below the child's page, where the work of a matter is done
PLACES: Final[Mapping[str, tuple[str, Any]]] = {
    "platelets_low": ("/labs", _("Laboratory")),
    "platelets_falling": ("/labs", _("Laboratory")),
    "reweigh": ("/orders", _("Orders")),
    "assessment_due": ("/assessments", _("Assess")),
    "serious_event": ("/events", _("Adverse events")),
    "event_candidates": ("/candidates", _("Decide")),
    "lab_candidates": ("/candidates", _("Decide")),
    "message_in_doubt": ("#track-messages", _("Messages")),
    "opted_out": ("/carers", _("Carers")),
    "message_undelivered": ("/carers", _("Carers")),
    "phone_unreachable": ("/carers", _("Carers")),
    "no_carer": ("/carers", _("Carers")),
    "visit_today": ("/visits", _("Visits")),
    "visit_overdue": ("/visits", _("Visits")),
    "visit_window_missed": ("/visits", _("Visits")),
    "trough_undrawn": ("/visits", _("Visits")),
}
STEPS: Final[Mapping[AlertStep, Any]] = {
    AlertStep.TAKEN: _("Taken on"),
    AlertStep.HANDED_OVER: _("Handed over"),
    AlertStep.NOTED: _("Note"),
    AlertStep.ESCALATED: _("Passed on to all investigators: nobody answered"),
    AlertStep.ACKNOWLEDGED: _("Answered"),
    AlertStep.RESOLVED_ITSELF: _("Ended by itself: no longer so"),
    AlertStep.REOPENED: _("Open again"),
    AlertStep.LEVEL_CORRECTED: _("Ended: the level was corrected"),
}
URGENCIES: Final[Mapping[Urgency, Any]] = {
    Urgency.URGENT: _("Urgent"),
    Urgency.SAME_DAY: _("Same day"),
    Urgency.THIS_WEEK: _("This week"),
    Urgency.REVIEW: _("Review"),
}
OUTCOMES: Final[Mapping[AlertOutcome, Any]] = {
    AlertOutcome.FAMILY_CALLED: _("Family called"),
    AlertOutcome.DOSE_CHANGED: _("Dose changed or held"),
    AlertOutcome.SEEN_AT_VISIT: _("Seen at a visit"),
    AlertOutcome.NOTHING_NEEDED: _("Nothing needed"),
    AlertOutcome.NOT_SO: _("It was not so"),
}
RELATIONS: Final[Mapping[Relation, Any]] = {
    Relation.MOTHER: _("Mother"),
    Relation.FATHER: _("Father"),
    Relation.GRANDPARENT: _("Grandparent"),
    Relation.SELF: _("Patient"),
    Relation.OTHER: _("Other carer"),
}
HALVES: Final[Mapping[Half, Any]] = {Half.MORNING: _("Morning"), Half.EVENING: _("Evening")}
SEXES: Final[Mapping[str, Any]] = {"female": _("Female"), "male": _("Male")}
GUARDS: Final[Mapping[Guard, Any]] = {
    Guard.CONFIRM_WITH_REASON: _("I mean this dose, though it differs much from the last one"),
    Guard.UNDER_AGE_WARNING: _("I have read the warning for children this young"),
    Guard.SECOND_SIGNATURE: _("A second prescriber signs too"),
    Guard.RETYPE_ML: _("The mL were typed twice"),
}
DECISIONS: Final[Mapping[CorrectionState, Any]] = {
    CorrectionState.ACCEPTED: _("Put it into the diary"),
    CorrectionState.DECLINED: _("Leave the diary as it is"),
}
SEAMS: Final[Mapping[str, Any]] = {
    "too_close": _("At the change two doses come too close together."),
    "too_far": _("At the change two doses come too far apart."),
    "slot_dropped": _("At the change one dose is left out: it would come before the last one."),
}

add_sentences(
    {
        "height_not_plausible": _("Please check the height (in cm)."),
        "weight_not_plausible": _("Please check the weight (in kg)."),
        "measured_on_impossible": _("Please check the day of measuring."),
        "study_number_form": _("Capital letters, digits and hyphens only, for example S01-004."),
        "study_number_taken": _("A child of this site has this study number already."),
        "randomisation_number_used": _("This randomisation number is used already."),
        "call_name_length": _("Please write a short name, up to 40 characters."),
        "enrolled_on_impossible": _("The enrolment lies between the birth and today."),
        "first_dose_before_enrolment": _("The first dose cannot be before the enrolment."),
        "unknown_zone": _("There is no such time zone. Example: Asia/Shanghai."),
        "morning_not_before_evening": _("The morning dose comes before the evening dose."),
        "slot_gap": _("The two doses of a day are too close together or too far apart."),
        "no_measurement": _("Height and weight are missing."),
        "not_allocated": _("The child has no arm yet."),
        "not_a_syringe_mark": _("No syringe has a mark for this volume."),
        "dose_not_measurable": _("This dose is too small to be measured."),
        "ml_or_mg": _("Please write an amount, in mL or in mg."),
        "from_slot_passed": _("This dose time is over. Orders begin with the nearest one."),
        "slot_already_given": _("The dose of this time is in the diary already."),
        "retyped_ml_differs": _("The two volumes are not the same. Please check both."),
        "second_person_needed": _("Another prescriber must sign too."),
        "order_overtaken": _("Another order was signed since. Please write this one anew."),
        "already_signed": _("This order is signed already."),
        "until_not_after_from": _("The hold ends before it begins."),
        "nothing_to_hold": _("No dose is ordered at this time."),
        "no_hold": _("There is no hold that could end here."),
        "phone_of_staff": _("This number belongs to a member of a study team."),
        "phone_taken": _("Another carer has this number."),
        "carer_of_other_site": _(
            "This person also cares for a child of another site, which must agree: "
            "whoever has the number sees that child too."
        ),
        "visit_not_yet": _("This visit is still to come."),
        "visit_is_over": _("This visit is over."),
        "visit_in_the_past": _("This day is over."),
        "day_taken": _("Another visit is planned for this day."),
        "already_acknowledged": _("Somebody has answered this already."),
        "ends_by_work": _("This ends when the work is done, not by a word."),
        "ended_by_itself": _("This ended by itself and comes back by itself."),
        "not_a_colleague": _("Please choose somebody of this site."),
        "already_decided": _("This was decided already."),
        "times_in_the_past": _("Dose times change from today on at the earliest."),
        "confirm_with_reason": _("Please confirm that you mean this dose."),
        "under_age_warning": _("Please confirm that you have read the warning."),
        "retype_ml": _("Please type the mL a second time."),
        "confirm_change": _("Please confirm the change."),
    }
)


def options(words: Words) -> list[tuple[str, Any]]:
    """As the form macros take them."""
    return [(str(code), word) for code, word in words.items()]


def matter_word(code: str) -> str:
    """A later version may raise what this page does not know: then the code itself."""
    return str(MATTERS.get(code, code))
