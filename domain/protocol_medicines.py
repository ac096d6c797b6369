"""The medicines a study asks to be told of, as data (trial.md §5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Effect(StrEnum):
    """What a medicine, a food or a vaccine does beside sirolimus; the codes of `effects`."""

    STRONG_INHIBITOR = "strong_inhibitor"
    STRONG_INDUCER = "strong_inducer"
    MODERATE_INHIBITOR = "moderate_inhibitor"
    MODERATE_INDUCER = "moderate_inducer"
    FOOD = "food"
    LIVE_VACCINE = "live_vaccine"


@dataclass(frozen=True, slots=True)
class EffectRule:
    """What the clinic does about one effect: how soon, whether an extra level is due, and whether
    the dose formula may speak while such a medicine is open."""

    code: str
    action: str
    extra_level: bool
    stops_formula: bool


@dataclass(frozen=True, slots=True)
class ListedMedicine:
    """One medicine by all its names: Chinese and generic in `label`, brands and spellings beside
    them in `other_names`."""

    code: str
    label: Mapping[str, str]
    other_names: tuple[str, ...]
    effect: str

    @property
    def names(self) -> tuple[str, ...]:
        return (self.code, *self.label.values(), *self.other_names)


@dataclass(frozen=True, slots=True)
class MedicinePlan:
    """`unknown_action` is how soon somebody looks at a name that the list does not know: it is
    never taken for a medicine without interaction."""

    unknown_action: str
    effects: tuple[EffectRule, ...]
    listed: tuple[ListedMedicine, ...]

    def rule(self, effect: str) -> EffectRule:
        return {rule.code: rule for rule in self.effects}[effect]

    def medicine(self, code: str) -> ListedMedicine | None:
        """The medicine with this code; None for one that a later list dropped."""
        return next((listed for listed in self.listed if listed.code == code), None)
