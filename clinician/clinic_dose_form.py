"""The sheet of doses that the clinic fills in: one line a slot, read from the posted fields."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from typing import Final
from uuid import UUID

from marshmallow import ValidationError
from werkzeug.datastructures import MultiDict

from clinician.presenters_diary import slot_name
from domain.diary import SlotState
from domain.entries import DoseSource, Outcome
from domain.said_time import nearest_to
from domain.slots import SlotKey
from services.clinic_doses import ClinicDose, ClinicDoses
from web.child_place import ChildPlace
from web.fields import Choice, ClockTime, Words, exact
from web.forms import WriteSchema
from web.sentences import sentence

# what a line asks for, each as "<field>-<slot>"
FIELDS: Final = ("outcome", "time", "ml")


class SheetSchema(WriteSchema):
    """What the sheet as a whole says; its lines are read by `read_lines`."""

    source = Choice(DoseSource, required=True)
    reason = Words(longest=500, load_default=None)
    note = Words(longest=500, load_default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetForm:
    client_id: UUID
    source: DoseSource
    reason: str | None
    note: str | None

    def said(self, lines: Sequence[ClinicDose]) -> ClinicDoses:
        return ClinicDoses(
            client_id=self.client_id,
            source=self.source,
            lines=tuple(lines),
            reason=self.reason,
            note=self.note,
        )


@dataclass(frozen=True, slots=True)
class SheetDays:
    first_on: date
    last_on: date


def read_lines(
    states: Sequence[SlotState], posted: MultiDict[str, str], place: ChildPlace
) -> tuple[list[ClinicDose], dict[str, list[str]]]:
    """The lines that say something, and what is wrong by field name. A line left alone says
    nothing; a clock time means the one nearest to the slot."""
    lines: list[ClinicDose] = []
    errors: dict[str, list[str]] = {}
    for state in states:
        name = slot_name(state.key)
        if not posted.get(f"outcome-{name}", "").strip():
            continue
        try:
            lines.append(_line(state, name, posted, place))
        except _LineError as error:
            errors[f"{error.field}-{name}"] = [sentence(error.code)]
    return lines, errors


def typed(posted: Mapping[str, str], states: Sequence[SlotState]) -> dict[str, str]:
    """The lines as they were typed, for the form to keep."""
    names = (f"{field}-{slot_name(state.key)}" for state in states for field in FIELDS)
    return {name: posted.get(name, "") for name in names}


class _LineError(Exception):
    def __init__(self, field: str, code: str) -> None:
        super().__init__(code)
        self.field = field
        self.code = code


def _line(
    state: SlotState, name: str, posted: MultiDict[str, str], place: ChildPlace
) -> ClinicDose:
    outcome = _outcome(posted.get(f"outcome-{name}", ""))
    told = outcome not in {Outcome.MISSED, Outcome.RETRACTED}
    at = _time(posted.get(f"time-{name}", "")) if told else None
    ml = _amount(posted.get(f"ml-{name}", "")) if outcome is Outcome.PARTIAL else None
    return ClinicDose(
        slot=SlotKey(state.slot.on, state.slot.half),
        outcome=outcome,
        taken_at=None if at is None else nearest_to(at, place.zone, state.slot.due_at),
        given_ml=ml,
    )


def _outcome(text: str) -> Outcome:
    try:
        return Outcome(text)
    except ValueError:
        raise _LineError("outcome", "not_a_choice") from None


def _time(text: str) -> time | None:
    if not text.strip():
        return None
    try:
        return ClockTime().read(text)
    except ValidationError:
        raise _LineError("time", "not_a_time") from None


def _amount(text: str) -> Decimal:
    """Of a part the amount must be known: else it is not given partly but unknown."""
    if not text.strip():
        raise _LineError("ml", "required")
    try:
        return exact(text)
    except ValidationError:
        raise _LineError("ml", "not_a_number") from None
