"""What calls the clinic, how pressing it is, and how long silence is borne: study data."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

# the most pressing first; the codes of `Trigger.urgency` and of a tier's `action`
URGENCIES: Final = ("urgent", "same_day", "this_week", "review")


class TriggerKind(StrEnum):
    """What a matter is about: the child's health, or whether the family can be reached."""

    CLINICAL = "clinical"
    REACHABILITY = "reachability"


@dataclass(frozen=True, slots=True)
class Trigger:
    """One matter. Without `escalate_after_hours` its urgency decides when it is passed on."""

    code: str
    kind: str
    urgency: str
    escalate_after_hours: Decimal | None


@dataclass(frozen=True, slots=True)
class GradeUrgency:
    """How pressing an undecided draft grade is from this grade on."""

    from_grade: int
    urgency: str


@dataclass(frozen=True, slots=True)
class WorklistRules:
    """Platelets in 10*9/L: below the first bound always, and a fall by the fraction of the value
    before where the new one is below the second bound. Blood not drawn on a trough day calls so
    many hours after the morning slot."""

    platelets_urgent_below: Decimal
    platelets_fall_fraction: Decimal
    platelets_fall_below: Decimal
    trough_undrawn_after_hours: Decimal
    look_back_days: int
    escalate_after_hours: Mapping[str, Decimal]
    lab_candidates: tuple[GradeUrgency, ...]
    triggers: tuple[Trigger, ...]

    def trigger(self, code: str) -> Trigger | None:
        """The trigger of this code; None for what the study does not name."""
        return next((one for one in self.triggers if one.code == code), None)

    def kind_of(self, code: str) -> TriggerKind:
        """Clinical for what the study does not name: it is looked at rather than overlooked."""
        found = self.trigger(code)
        return TriggerKind(found.kind) if found else TriggerKind.CLINICAL

    def urgency_of_grade(self, grade: int) -> str:
        """Of an undecided draft grade; the mildest urgency below the first bound."""
        reached = [one for one in self.lab_candidates if one.from_grade <= grade]
        return max(reached, key=lambda one: one.from_grade).urgency if reached else URGENCIES[-1]

    def silence_hours(self, code: str, urgency: str) -> Decimal:
        """After so many hours without an answer a matter is passed on."""
        found = self.trigger(code)
        own = found.escalate_after_hours if found else None
        return self.escalate_after_hours[urgency] if own is None else own
