"""Visits in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from flask_babel import lazy_gettext as _

from domain.protocol import Due, Protocol
from models.visit import Visit, VisitState
from services.visits import is_outside_window
from web.formats import language

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
_BADGES: Final = {VisitState.PLANNED: "not_yet", VisitState.DONE: "given"}


@dataclass(frozen=True, slots=True)
class VisitRow:
    """One visit. `badge` names the look of its state."""

    row: Visit
    label: str
    due: tuple[str, ...]
    state: str
    badge: str
    is_overdue: bool
    is_today: bool
    is_outside: bool
    has_come: bool


def visit_rows(rows: Sequence[Visit], protocol: Protocol, today: date) -> list[VisitRow]:
    return [_row(row, protocol, today) for row in rows]


def _row(row: Visit, protocol: Protocol, today: date) -> VisitRow:
    plan = protocol.visit(row.code)
    is_planned = row.state is VisitState.PLANNED
    overdue = is_planned and row.on < today
    return VisitRow(
        row=row,
        label=plan.label.get(language(), plan.label["en"]),
        due=tuple(str(DUE.get(code, code)) for code in plan.due),
        state=str(_("overdue")) if overdue else str(STATES[row.state]),
        badge="late" if overdue else _BADGES.get(row.state, "missed"),
        is_overdue=overdue,
        is_today=row.on == today,
        is_outside=is_outside_window(row),
        has_come=row.on <= today,
    )
