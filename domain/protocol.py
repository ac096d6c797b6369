"""A sirolimus study as data: what a study team may change without touching code.

Every value stands in `protocols/<id>-v<version>.toml`; `domain.protocol_file` reads it into these
frozen dataclasses. Nothing here has a default: a number that the file does not say does not exist.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from enum import StrEnum

from domain.interval import Interval
from domain.protocol_events import EventRules, SymptomRules
from domain.protocol_labs import LabRules
from domain.protocol_medicines import MedicinePlan
from domain.protocol_randomisation import ConsentRules, EligibilityRules, RandomisationRules
from domain.protocol_worklist import WorklistRules


class Standing(StrEnum):
    """Where a value comes from."""

    RECORD = "record"
    LABEL = "label"
    SOURCE = "source"
    CHOICE = "choice"


class Half(StrEnum):
    """The two dose slots of a local day."""

    MORNING = "morning"
    EVENING = "evening"


class BsaFormula(StrEnum):
    """How body surface is computed; the codes of `DoseRules.bsa_formula`."""

    MOSTELLER = "mosteller"
    HAYCOCK = "haycock"


class Due(StrEnum):
    """What a visit may ask for; the codes of `VisitPlan.due`."""

    LEVEL = "level"
    BLOOD_COUNT = "blood_count"
    COAGULATION = "coagulation"
    CHEMISTRY = "chemistry"
    LIPIDS = "lipids"
    WEIGHT_HEIGHT = "weight_height"
    PHOTOS = "photos"
    IMAGING = "imaging"
    ASSESSMENT = "assessment"


@dataclass(frozen=True, slots=True)
class Arm:
    """One randomised arm. `starting_dose` in mg/m² per dose, `trough` in ng/mL."""

    code: str
    label: Mapping[str, str]
    starting_dose: Decimal
    trough: Interval


@dataclass(frozen=True, slots=True)
class RoundingStep:
    """From `from_ml` upwards doses are measured in steps of `step_ml`; the file lists them up."""

    from_ml: Decimal
    step_ml: Decimal


@dataclass(frozen=True, slots=True)
class DoseRules:
    bsa_formula: str
    strength_mg_per_ml: Decimal
    rounding: tuple[RoundingStep, ...]
    doses_per_day: int
    min_days_to_steady_state: int
    usual_days_to_steady_state: int
    max_step_fraction: Decimal
    confirm_beyond_fraction: Decimal
    second_signature_beyond_factor: Decimal
    retype_from_factor: Decimal
    hard_warning_below_months: int
    neonatal_note: Mapping[str, str]
    reweigh_at_bsa_change: Decimal
    level_above_is_refused: Decimal
    first_adjustment_day: int
    adjustment_every_months: int
    bottle_days: int


@dataclass(frozen=True, slots=True)
class SlotRules:
    """Times of the slots and what the diary makes of an entry (hours and minutes as named)."""

    morning: time
    evening: time
    min_gap_hours: Decimal
    max_gap_hours: Decimal
    zone_gap_min_hours: Decimal
    zone_gap_max_hours: Decimal
    on_time_hours: Decimal
    too_soon_hours: Decimal
    give_late_until_hours: Decimal
    log_back_hours: Decimal
    late_entry_after_hours: Decimal
    future_tolerance_minutes: int
    undo_seconds: int
    undo_grace_seconds: int
    same_dose_within_minutes: int
    vomit_call_clinic_minutes: int
    vomit_irregular_minutes: int
    alert_missed_in_a_row: int
    alert_missed_count: int
    alert_missed_in_days: int
    silent_slots_alert: int


@dataclass(frozen=True, slots=True)
class ConcernTier:
    """A level beyond `above` (or at it, if `included`) asks for `action`. ng/mL."""

    code: str
    above: Decimal
    included: bool
    action: str


@dataclass(frozen=True, slots=True)
class TroughRules:
    valid_hours: Interval
    ideal_hours: Interval
    diary_window_hours: Decimal
    told_differs_beyond_minutes: int
    steady_from_days: int
    early_until_days: int
    hold_slots_restart_count: int
    max_gap_days_in_range: int
    min_levels_for_cv: int
    tiers: tuple[ConcernTier, ...]


@dataclass(frozen=True, slots=True)
class Bound:
    """A domain of the response is complete or partial beyond these (strictly greater)."""

    complete_above: Decimal
    partial_above: Decimal


@dataclass(frozen=True, slots=True)
class ResponseRules:
    platelets: Bound
    volume_reduction_percent: Bound
    fibrinogen: Interval
    fibrinogen_partial_loss_below_percent: Decimal
    transfusion_days: int
    normal_platelets_above: Decimal
    progression_percent: Decimal
    domains_apart: int
    durable_days: int


@dataclass(frozen=True, slots=True)
class VisitPlan:
    """`day` after the first dose (0 = baseline), or `month`; the window in days around it."""

    code: str
    label: Mapping[str, str]
    day: int | None
    month: int | None
    window_before_days: int
    window_after_days: int
    due: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PhotoPlan:
    weekly_until_day: int
    then_every_days: int
    views: tuple[str, ...]
    body_sites: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReminderPlan:
    """Offsets from the slot in minutes; a message is worthless after `valid_minutes`."""

    dose_offset_minutes: int
    dose_valid_minutes: int
    trough_eve_before_evening_minutes: int
    trough_eve_valid_minutes: int
    trough_morning_before_slot_minutes: int
    trough_morning_valid_minutes: int
    silent_in_hospital: bool
    plan_ahead_hours: int
    lease_seconds: int
    max_attempts: int
    retry_after_seconds: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SafetyRules:
    """What makes the clinic act on a report of the family; an extra level is due after so many
    days of a new medicine that changes levels."""

    fever_from_celsius: Decimal
    extra_level_after_days: Interval


@dataclass(frozen=True, slots=True)
class AdherenceRules:
    """Timing is read at each of `timing_hours` either side of the slot, the main one being
    `SlotRules.on_time_hours`; entries made within the two delays are read apart.

    A burst is `burst_entries` or more made by one person within `burst_within_minutes`, each of a
    dose `burst_back_hours` or longer ago, up to `burst_before_visit_days` before a visit.
    """

    timing_hours: tuple[Decimal, ...]
    holiday_slots: int
    long_holiday_slots: int
    prompt_entry_hours: Decimal
    same_day_entry_hours: Decimal
    burst_entries: int
    burst_within_minutes: int
    burst_back_hours: Decimal
    burst_before_visit_days: int


@dataclass(frozen=True, slots=True)
class LabPlan:
    """One analyte of the study: canonical unit and plausible bounds for entry, in that unit.

    A value in another unit times its factor in `units` is a value in the canonical unit, which
    stands there too, with factor 1.
    """

    code: str
    label: Mapping[str, str]
    unit: str
    plausible: Interval
    units: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Plausible:
    """Entries outside are refused as slips of the keyboard."""

    height_cm: Interval
    weight_kg: Interval
    level_ng_ml: Interval
    diameter_mm: Interval
    fever_celsius: Interval


@dataclass(frozen=True, slots=True)
class Protocol:
    """`key` (e.g. "khe-sirolimus-v1") is what every computed result keeps as its rule version."""

    key: str
    registry_id: str
    title: Mapping[str, str]
    arms: tuple[Arm, ...]
    randomisation: RandomisationRules
    eligibility: EligibilityRules
    consent: ConsentRules
    dosing: DoseRules
    slots: SlotRules
    trough: TroughRules
    response: ResponseRules
    visits: tuple[VisitPlan, ...]
    visit_labs: Mapping[str, tuple[str, ...]]
    photos: PhotoPlan
    reminders: ReminderPlan
    safety: SafetyRules
    adherence: AdherenceRules
    worklist: WorklistRules
    labs: tuple[LabPlan, ...]
    lab_rules: LabRules
    medicines: MedicinePlan
    plausible: Plausible
    missed_reasons: Mapping[str, Mapping[str, str]]
    symptoms: SymptomRules
    events: EventRules
    texts: Mapping[str, Mapping[str, str]]
    standings: Mapping[str, Standing]

    def arm(self, code: str) -> Arm:
        """The arm with this code. Raises KeyError for an arm the study does not have."""
        return {arm.code: arm for arm in self.arms}[code]

    def visit(self, code: str) -> VisitPlan:
        return {visit.code: visit for visit in self.visits}[code]

    def lab(self, code: str) -> LabPlan:
        return {lab.code: lab for lab in self.labs}[code]

    def text(self, name: str, language: str) -> str:
        """Text `name` word for word; a language without catalogue falls back to English."""
        return self.texts.get(language, self.texts["en"])[name]
