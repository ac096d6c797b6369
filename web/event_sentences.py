"""Sentences for what symptoms and adverse events refuse, on pages and in the interface alike."""

from flask_babel import lazy_gettext as _

from web.sentences import add_sentences

add_sentences(
    {
        "only_for_fever": _("A temperature is asked only for a fever."),
        "temperature_impossible": _("Please check the temperature, in °C: for example 38.5."),
        "hours_need_temperature": _("Please write the temperature, too."),
        "symptom_before_birth": _("The child was not born yet. Please check the day."),
        "symptom_kept": _("This was saved already, with other words. Please look at the list."),
        "unknown_term": _("CTCAE has no such term. Please choose one from the list."),
        "grade_not_in_term": _("CTCAE has no grade %(grade)s for “%(term)s”."),
        "grade_before_start": _("The grade begins before the event."),
        "grade_after_end": _("The grade begins after the end of the event."),
        "same_grade": _("The event has this grade on that day already."),
        "after_death": _("There is no other grade after grade 5."),
        "grade_5_is_fatal": _("Grade 5 means death: the outcome is fatal."),
        "fatal_is_grade_5": _("A fatal outcome is grade 5. Please enter the grade first."),
        "death_is_serious": _("Grade 5 and “death” as a criterion belong together."),
        "nothing_changed": _("Nothing is different from what is there."),
        "event_is_over": _("This event is over. Please choose an open one, or enter a new one."),
    }
)
