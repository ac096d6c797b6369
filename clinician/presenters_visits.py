"""Visits in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from clinician.visit_words import visit_label
from domain.protocol import Due, Protocol
from models.visit import Visit, VisitState
from services.visit_arrivals import Arrival
from services.visits import is_outside_window
from web.formats import language, short_day
from web.sentences import add_sentences

DUE: Final[Mapping[str, Any]] = {
    Due.LEVEL: _("level"),
    Due.BLOOD_COUNT: _("blood count"),
    Due.COAGULATION: _("coagulation"),
    Due.CHEMISTRY: _("chemistry"),
    Due.LIPIDS: _("lipids"),
    Due.WEIGHT_HEIGHT: _("weight and height"),
    Due.PHOTOS: _("photos"),
    Due.IMAGING: _("imaging"),
    Due.ASSESSMENT: _("response assessment"),
}
STATES: Final[Mapping[VisitState, Any]] = {
    VisitState.PLANNED: _("planned"),
    VisitState.DONE: _("done"),
    VisitState.MISSED: _("missed"),
}
MARKS: Final[Mapping[VisitState, Any]] = {
    VisitState.DONE: _("It took place"),
    VisitState.MISSED: _("It was missed"),
}
_BADGES: Final = {VisitState.PLANNED: "not_yet", VisitState.DONE: "given"}

add_sentences(
    {
        "before_enrolment": _("This day lies before the enrolment."),
        "until_before_from": _("The last day comes before the first one."),
        "stays_overlap": _("Another stay in hospital covers some of these days."),
        "nothing_to_take_back": _("There is nothing here that could be taken back."),
        "needs_investigator": _(
            "This is further back than families may write: the investigator enters it, or anybody "
            "from the ward's chart for recorded days in hospital."
        ),
        "nothing_entered": _("Please fill in one line at least."),
        "slot_twice": _("The same dose time is there twice."),
        "only_for_the_clinic": _("Only the clinic says where it knows a dose from."),
    }
)


@dataclass(frozen=True, slots=True)
class DueLine:
    """One thing due; `look` is arrived, partly, missing, or awaited."""

    word: str
    look: str
    note: str


@dataclass(frozen=True, slots=True)
class VisitRow:
    """One visit. `badge` names the look of its state."""

    row: Visit
    label: str
    due: tuple[DueLine, ...]
    state: str
    badge: str
    is_overdue: bool
    is_today: bool
    is_outside: bool
    is_moved: bool
    has_come: bool


def visit_rows(
    rows: Sequence[Visit],
    protocol: Protocol,
    today: date,
    arrived: Mapping[int, Sequence[Arrival]],
) -> list[VisitRow]:
    return [_row(row, protocol, today, arrived.get(row.id, ())) for row in rows]


def lab_groups(protocol: Protocol) -> list[tuple[str, str]]:
    """Which results stand for what is due: for the page's own explanation."""
    labels = {lab.code: lab.label for lab in protocol.labs}
    return [
        (
            str(DUE.get(code, code)),
            ", ".join(labels[one].get(language(), labels[one]["en"]) for one in analytes),
        )
        for code, analytes in protocol.visit_labs.items()
    ]


def _row(row: Visit, protocol: Protocol, today: date, arrived: Sequence[Arrival]) -> VisitRow:
    is_planned = row.state is VisitState.PLANNED
    overdue = is_planned and row.on < today
    return VisitRow(
        row=row,
        label=visit_label(protocol, row.code),
        due=tuple(_due(one, row, protocol, today) for one in arrived),
        state=str(_("overdue")) if overdue else str(STATES[row.state]),
        badge="late" if overdue else _BADGES.get(row.state, "missed"),
        is_overdue=overdue,
        is_today=row.on == today,
        is_outside=is_outside_window(row),
        is_moved=is_planned and row.state_reason is not None,
        has_come=row.on <= today,
    )


def _due(one: Arrival, row: Visit, protocol: Protocol, today: date) -> DueLine:
    """Nothing is missing before the visit came."""
    word = str(DUE.get(one.due, one.due))
    if one.has_arrived:
        elsewhere = one.on is not None and one.on != (row.done_on or row.on)
        return DueLine(word, "arrived", short_day(one.on) if one.on and elsewhere else "")
    if one.is_partly_there:
        return DueLine(word, "partly", _missing(one, protocol))
    return DueLine(word, "missing" if (row.done_on or row.on) <= today else "awaited", "")


def _missing(one: Arrival, protocol: Protocol) -> str:
    labels = {lab.code: lab.label for lab in protocol.labs}
    names = (labels[code].get(language(), labels[code]["en"]) for code in one.missing)
    return str(gettext("missing: %(what)s", what=", ".join(names)))
