"""Words for what rules and tables say in codes: results, verdicts, findings, treatments, events."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, Final

from flask_babel import lazy_gettext as _

from clinician.course_view import Track
from domain.entries import Channel
from domain.level import Position
from domain.protocol import Half
from domain.replies import Meaning
from domain.response_inputs import Firmness, SkinColour
from domain.trough import Finding
from models.adverse_event import Relatedness
from models.attention import Urgency
from models.message import MessageKind, MessageState
from models.tumour import TreatmentKind
from models.visit import VisitState
from services.adverse_events import Action, EventOutcome, EventSource
from services.tumour import Modality, VolumeMethod
from web.sentences import add_sentences

Words = Mapping[str, Any]

FINDINGS: Final[Words] = {
    Finding.VALID: _("Valid trough"),
    Finding.AFTER_THE_DOSE: _("Drawn after the dose"),
    Finding.CANNOT_SAY: _("Cannot say: last dose not certain"),
    Finding.NOT_STEADY: _("Not at steady state"),
    Finding.TOO_EARLY: _("Drawn too early"),
    Finding.TOO_LATE: _("Drawn too late"),
    Finding.IRREGULAR: _("Irregular doses before"),
}
POSITIONS: Final[Words] = {
    Position.BELOW: _("below range"),
    Position.WITHIN: _("in range"),
    Position.ABOVE: _("above range"),
}
ARROWS: Final[Mapping[str, str]] = {Position.BELOW: "▼", Position.WITHIN: "", Position.ABOVE: "▲"}
URGENCIES: Final[Words] = {
    Urgency.URGENT: _("act now"),
    Urgency.SAME_DAY: _("call the same day"),
    Urgency.THIS_WEEK: _("this week"),
    Urgency.REVIEW: _("review"),
}
SKIN_COLOURS: Final[Words] = {
    SkinColour.LIGHTER: _("lighter"),
    SkinColour.SLIGHTLY_LIGHTER: _("slightly lighter"),
    SkinColour.UNCHANGED: _("colour unchanged"),
    SkinColour.DARKER: _("darker"),
    SkinColour.NOTHING_TO_SEE: _("nothing to see"),
}
FIRMNESSES: Final[Words] = {
    Firmness.SIGNIFICANTLY_SOFTER: _("significantly softer"),
    Firmness.SLIGHTLY_SOFTER: _("slightly softer"),
    Firmness.UNCHANGED: _("firmness unchanged"),
    Firmness.HARDER: _("harder"),
    Firmness.NOTHING_TO_PALPATE: _("nothing to palpate"),
}
MODALITIES: Final[Words] = {
    Modality.MRI: _("MRI"),
    Modality.ULTRASOUND: _("Ultrasound"),
    Modality.CT: _("CT"),
}
METHODS: Final[Words] = {
    VolumeMethod.ELLIPSOID: _("three diameters (ellipsoid)"),
    VolumeMethod.SLICE_SUM: _("sum of slices"),
}
TREATMENTS: Final[Words] = {
    TreatmentKind.PLATELETS: _("Platelet transfusion"),
    TreatmentKind.PLASMA: _("Plasma"),
    TreatmentKind.CRYOPRECIPITATE: _("Cryoprecipitate"),
    TreatmentKind.FIBRINOGEN_CONCENTRATE: _("Fibrinogen concentrate"),
    TreatmentKind.RESCUE: _("Rescue therapy"),
    TreatmentKind.MEDICINE: _("Other medicine"),
}
SOURCES: Final[Words] = {
    EventSource.CLINIC: _("seen at the clinic"),
    EventSource.DIARY: _("diary or family"),
    EventSource.LAB: _("laboratory"),
}
RELATEDNESS: Final[Words] = {
    Relatedness.UNRELATED: _("unrelated"),
    Relatedness.UNLIKELY: _("unlikely"),
    Relatedness.POSSIBLE: _("possible"),
    Relatedness.PROBABLE: _("probable"),
    Relatedness.DEFINITE: _("definite"),
}
ACTIONS: Final[Words] = {
    Action.NONE: _("dose unchanged"),
    Action.REDUCED: _("dose reduced"),
    Action.HELD: _("put on hold"),
    Action.STOPPED: _("stopped for good"),
    Action.NOT_APPLICABLE: _("not applicable"),
}
OUTCOMES: Final[Words] = {
    EventOutcome.RECOVERED: _("recovered"),
    EventOutcome.RECOVERING: _("recovering"),
    EventOutcome.NOT_RECOVERED: _("not recovered"),
    EventOutcome.SEQUELAE: _("recovered with sequelae"),
    EventOutcome.FATAL: _("fatal"),
    EventOutcome.UNKNOWN: _("not known"),
}
MESSAGE_KINDS: Final[Words] = {
    MessageKind.DOSE: _("Dose reminder"),
    MessageKind.TROUGH_EVE: _("Evening before the blood draw"),
    MessageKind.TROUGH_MORNING: _("Morning of the blood draw"),
    MessageKind.ANSWER: _("Answer to a reply"),
    MessageKind.SIGN_IN: _("Sign-in code"),
    MessageKind.INVITATION: _("Invitation"),
}
MESSAGE_STATES: Final[Words] = {
    MessageState.PLANNED: _("planned"),
    MessageState.SENDING: _("being sent"),
    MessageState.SENT: _("sent"),
    MessageState.DELIVERED: _("delivered"),
    MessageState.UNDELIVERED: _("not delivered"),
    MessageState.FAILED: _("failed"),
    MessageState.IN_DOUBT: _("in doubt"),
    MessageState.CANCELLED: _("cancelled"),
    MessageState.EXPIRED: _("too late to send"),
}
TRACKS: Final[Words] = {
    Track.ORDERS: _("Orders"),
    Track.DOSES: _("Doses"),
    Track.LEVELS: _("Levels"),
    Track.LABS: _("Laboratory"),
    Track.VOLUMES: _("Tumour volume"),
    Track.SKIN: _("Skin and palpation"),
    Track.PHOTOS: _("Photos"),
    Track.EVENTS: _("Adverse events"),
    Track.ASSESSMENTS: _("Response"),
    Track.TREATMENTS: _("Transfusions and treatments"),
    Track.VISITS: _("Visits"),
    Track.MESSAGES: _("Messages"),
}
REPLIES: Final[Words] = {
    Meaning.GIVEN: _("dose given"),
    Meaning.MISSED: _("dose missed"),
    Meaning.STOP: _("no more messages"),
    Meaning.START: _("messages again"),
    Meaning.HELP: _("asked for help"),
    Meaning.UNCLEAR: _("not understood"),
}
CHANNELS: Final[Words] = {
    Channel.PAGE: _("diary page"),
    Channel.OFFLINE: _("phone without network"),
    Channel.SMS: _("text message"),
    Channel.CLINIC: _("clinic"),
    Channel.API: _("another program"),
}
HALVES: Final[Words] = {Half.MORNING: _("morning"), Half.EVENING: _("evening")}
VISIT_STATES: Final[Words] = {
    VisitState.PLANNED: _("planned"),
    VisitState.DONE: _("done"),
    VisitState.MISSED: _("missed"),
}

add_sentences(
    {
        "not_a_level": _("Please write the number as reported, for example 11.2 or <2.0."),
        "not_a_result": _("Please write the number as reported, for example 45 or <0.5."),
        "in_the_future": _("This time is still to come. Please check it."),
        "reason_needed": _("Please say why."),
        "told_needs_both": _("Please write both: when the last dose was, and who told it."),
        "last_dose_after_draw": _("The last dose must lie before the blood draw."),
        "lesion_known": _("Another lesion has this name. Please choose another name."),
        "already_corrected": _("This entry was corrected before. Please correct the newer one."),
        "unknown_analyte": _("The study does not know this analyte."),
        "unknown_unit": _("The study cannot convert this unit."),
        "no_results": _("Please enter at least one result."),
        "analyte_twice": _("This analyte stands here twice."),
        "other_analyte": _("A correction is of the same analyte."),
        "range_reversed": _("The lower limit is above the upper one."),
        "ends_before_start": _("The end lies before the start."),
        "diameters_or_volume": _("Please give either three diameters or a volume."),
        "diameter_impossible": _("These diameters are not possible."),
        "change_needs_reason": _("This differs from the chart. Please say why."),
        "already_assessed": _("This visit has a signed assessment. A further one amends it."),
        "proposal_changed": _(
            "With what you entered the rule proposes something else than you saw. Please look "
            "at it, then sign."
        ),
        "other_visit": _("The amended assessment is of another visit."),
    }
)


def options(words: Words) -> list[tuple[str, Any]]:
    """As the form macros take them."""
    return [(str(code), word) for code, word in words.items()]


def choices(states: Iterable[StrEnum], words: Words) -> list[tuple[str, Any]]:
    return [(state.value, words[state]) for state in states]


def word(words: Words, code: str | None) -> str:
    """The word, or the code itself where a later version knows more than this page."""
    return str(words.get(code or "", code or ""))
