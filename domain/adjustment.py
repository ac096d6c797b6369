"""The dose that a level proposes: new dose = current dose x target / level (trial.md §2).

A proposal, never an order. It shows what it was computed from, or lists every reason why it
refuses. A prescriber signs it with a reason or writes another dose.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from domain.dosing import DoseAmount, exact, nearest_mark, step_for
from domain.interval import Interval
from domain.level import Level, Position, position
from domain.protocol import DoseRules


class Refusal(StrEnum):
    """Why no dose is proposed, in the order they are shown."""

    IN_RANGE = "in_range"
    NOT_A_VALID_TROUGH = "not_a_valid_trough"
    DOSE_CHANGED_BEFORE = "dose_changed_shortly_before_the_sample"
    DOSE_CHANGED_AFTER = "dose_changed_after_the_sample"
    IRREGULAR_DOSES = "irregular_doses_before"
    INTERACTING_DRUG = "interacting_drug_open"
    UNDER_AGE = "under_age"
    BELOW_QUANTIFICATION = "below_quantification"
    LEVEL_TOO_HIGH = "level_too_high"
    NO_CURRENT_DOSE = "no_current_dose"


@dataclass(frozen=True, slots=True)
class AdjustmentInputs:
    """What the formula looks at.

    `current_ml` is what the syringe really gives now, None during a hold. `valid_trough` is the
    verdict on the sample, or the word of the clinician who overruled it. `days_on_dose` counts
    local dates from the first dose to the sample. `irregular_before` stays true even when the
    verdict was overruled.
    """

    current_ml: Decimal | None
    level: Level
    target: Interval
    valid_trough: bool
    days_on_dose: int | None
    changed_after_sample: bool
    irregular_before: bool
    interacting_drugs: tuple[str, ...]
    age_months: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """The proposed dose with everything a prescriber needs to judge it (mg, mL, ng/mL).

    `by_formula_mg` is the uncapped, unrounded answer for the middle of the range; `at_low_end`
    and `at_high_end` are the doses for its ends, uncapped. `dose.prescribed_mg` is capped.
    """

    inputs: AdjustmentInputs
    current_mg: Decimal
    target_level: Decimal
    by_formula_mg: Decimal
    capped: bool
    dose: DoseAmount
    at_low_end: DoseAmount
    at_high_end: DoseAmount
    predicted_level: Decimal

    @property
    def changes_nothing(self) -> bool:
        """Is the next syringe mark already beyond the cap?"""
        return self.dose.given_mg == self.current_mg


@dataclass(frozen=True, slots=True)
class Refused:
    """No proposal; every reason that holds. "In range" beside "not a valid trough" says both."""

    inputs: AdjustmentInputs
    refusals: tuple[Refusal, ...]


def propose(inputs: AdjustmentInputs, rules: DoseRules) -> Proposal | Refused:
    """The dose that the formula proposes, or why it refuses to."""
    refusals = refusals_for(inputs, rules)
    if refusals or inputs.current_ml is None:
        return Refused(inputs, refusals)
    with exact():
        return _proposal(inputs, inputs.current_ml * rules.strength_mg_per_ml, rules)


def refusals_for(inputs: AdjustmentInputs, rules: DoseRules) -> tuple[Refusal, ...]:
    """Every refusal that holds."""
    days, level = inputs.days_on_dose, inputs.level
    too_high = not level.below_quantification and level.value > rules.level_above_is_refused
    holding = {
        Refusal.IN_RANGE: position(level, inputs.target) is Position.WITHIN,
        Refusal.NOT_A_VALID_TROUGH: not inputs.valid_trough,
        Refusal.DOSE_CHANGED_BEFORE: days is None or days < rules.min_days_to_steady_state,
        Refusal.DOSE_CHANGED_AFTER: inputs.changed_after_sample,
        Refusal.IRREGULAR_DOSES: inputs.irregular_before,
        Refusal.INTERACTING_DRUG: bool(inputs.interacting_drugs),
        Refusal.UNDER_AGE: inputs.age_months < rules.hard_warning_below_months,
        Refusal.BELOW_QUANTIFICATION: level.below_quantification,
        Refusal.LEVEL_TOO_HIGH: too_high,
        Refusal.NO_CURRENT_DOSE: inputs.current_ml is None,
    }
    return tuple(refusal for refusal in Refusal if holding[refusal])


def _proposal(inputs: AdjustmentInputs, current_mg: Decimal, rules: DoseRules) -> Proposal:
    level, target = inputs.level.value, inputs.target
    by_formula = current_mg * target.midpoint / level
    dose = _capped(by_formula, current_mg, rules)
    return Proposal(
        inputs=inputs,
        current_mg=current_mg,
        target_level=target.midpoint,
        by_formula_mg=by_formula,
        capped=dose.prescribed_mg != by_formula,
        dose=dose,
        at_low_end=nearest_mark(current_mg * target.low / level, rules),
        at_high_end=nearest_mark(current_mg * target.high / level, rules),
        predicted_level=level * dose.given_mg / current_mg,
    )


def _capped(wanted_mg: Decimal, current_mg: Decimal, rules: DoseRules) -> DoseAmount:
    """At most the protocol's fraction away from the current dose, also after rounding: a rounded
    dose beyond the cap moves one syringe mark back."""
    most = current_mg * (1 + rules.max_step_fraction)
    least = current_mg * (1 - rules.max_step_fraction)
    prescribed = min(max(wanted_mg, least), most)
    rounded = nearest_mark(prescribed, rules)
    step_mg = step_for(prescribed / rules.strength_mg_per_ml, rules) * rules.strength_mg_per_ml
    if rounded.given_mg > most:
        return _given(rounded, rounded.given_mg - step_mg, rules)
    if rounded.given_mg < least:
        return _given(rounded, rounded.given_mg + step_mg, rules)
    return rounded


def _given(amount: DoseAmount, mg: Decimal, rules: DoseRules) -> DoseAmount:
    return DoseAmount(amount.prescribed_mg, mg / rules.strength_mg_per_ml, mg)
