"""Words of the diary: slots, outcomes, ways in, and sentences for refusals."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from domain.entries import Channel, Outcome
from domain.protocol import Half
from models.dose import CorrectionState
from web.sentences import add_sentences

ICONS: Final[Mapping[Half, str]] = {Half.MORNING: "sun", Half.EVENING: "moon"}

SLOTS: Final[Mapping[Half, Any]] = {
    Half.MORNING: _("Morning dose"),
    Half.EVENING: _("Evening dose"),
}

OUTCOMES: Final[Mapping[Outcome, Any]] = {
    Outcome.GIVEN: _("Given"),
    Outcome.PARTIAL: _("Partly"),
    Outcome.VOMITED: _("Vomited"),
    Outcome.MISSED: _("Missed"),
    Outcome.RETRACTED: _("Taken back"),
}

CHANNELS: Final[Mapping[Channel, Any]] = {
    Channel.PAGE: _("on this page"),
    Channel.OFFLINE: _("on a phone without network"),
    Channel.SMS: _("by text message"),
    Channel.CLINIC: _("by the clinic"),
    Channel.API: _("by another program"),
}

REQUESTS: Final[Mapping[CorrectionState, Any]] = {
    CorrectionState.ASKED: _("Waiting for the study doctor"),
    CorrectionState.ACCEPTED: _("Accepted by the study doctor"),
    CorrectionState.DECLINED: _("Declined by the study doctor"),
}

add_sentences(
    {
        "diary_closed": _("The study is over for this child: the diary takes no more entries."),
        "no_such_slot": _("There is no dose at this time of day."),
        "no_order": _("There is no signed order for this time yet."),
        "slot_not_due": _("This dose is not due yet."),
        "dose_in_the_future": _("This time is still to come. Please check it."),
        "in_the_future": _("This time is still to come. Please check it."),
        "too_long_ago": _("That is too long ago. Please call the clinic."),
        "needs_correction_request": _(
            "This is more than a day ago. The study doctor has to add it: please ask on the page "
            "of that day."
        ),
        "not_in_slot": _("At this time another dose was due. Please check time and dose."),
        "more_than_ordered": _("A part is more than 0 mL and not more than the ordered dose."),
        "only_for_partial": _("An amount is asked only when part of the dose was given."),
        "only_for_vomited": _("Minutes are asked only after vomiting."),
        "only_for_missed": _("A reason is asked only for a missed dose."),
        "only_for_a_dose": _("A missed dose has no time."),
        "vomit_in_the_future": _("So many minutes have not passed yet. Please check it."),
        "undo_not_yours": _("Only the person who made this entry can undo it. You can correct it."),
        "undo_too_late": _("It is too late to undo this. You can correct it here."),
        "undo_not_possible": _("A correction cannot be undone. You can correct it again."),
        "entry_superseded": _("This entry was corrected or taken back already."),
        "already_given": _("This dose is already recorded."),
        "too_soon": _("The last dose was only a short time ago."),
        "which_slot": _("Which dose was it? At this time the other one is nearer."),
    }
)


def waiting(span: timedelta) -> str:
    """ "in 11 h 30 min"; less than a minute is "now"."""
    if span < timedelta(minutes=1):
        return str(gettext("now"))
    return str(gettext("in %(span)s", span=spoken(span)))


def ago(span: timedelta) -> str:
    """ "12 min ago"; less than a minute is "just now"."""
    if span < timedelta(minutes=1):
        return str(gettext("just now"))
    return str(gettext("%(span)s ago", span=spoken(span)))


def spoken(span: timedelta) -> str:
    """ "3 h 20 min", "12 min", "4 h"."""
    hours, minutes = divmod(int(span.total_seconds() // 60), 60)
    if not hours:
        return str(gettext("%(minutes)s min", minutes=minutes))
    if not minutes:
        return str(gettext("%(hours)s h", hours=hours))
    return str(gettext("%(hours)s h %(minutes)s min", hours=hours, minutes=minutes))
