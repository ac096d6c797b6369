"""The numbers of the KHE study, first version, as the rules receive them."""

from datetime import time
from decimal import Decimal

from domain.interval import Interval
from domain.protocol import (
    AdherenceRules,
    Arm,
    ConcernTier,
    DoseRules,
    RoundingStep,
    SlotRules,
    TroughRules,
)

D = Decimal


def closed(low: str, high: str) -> Interval:
    return Interval(D(low), D(high), low_included=True, high_included=True)


HIGH_RANGE = Interval(D(10), D(15), low_included=False, high_included=True)
LOW_RANGE = closed("7", "10")
HIGH_ARM = Arm("high", {"en": "high"}, D("0.8"), HIGH_RANGE)
LOW_ARM = Arm("low", {"en": "low"}, D("0.7"), LOW_RANGE)

DOSE_RULES = DoseRules(
    bsa_formula="mosteller",
    strength_mg_per_ml=D(1),
    rounding=(
        RoundingStep(D("0.5"), D("0.05")),
        RoundingStep(D("0.2"), D("0.02")),
        RoundingStep(D(0), D("0.01")),
    ),
    doses_per_day=2,
    min_days_to_steady_state=7,
    usual_days_to_steady_state=14,
    max_step_fraction=D("0.25"),
    confirm_beyond_fraction=D("0.25"),
    second_signature_beyond_factor=D(2),
    retype_from_factor=D(5),
    hard_warning_below_months=6,
    neonatal_note={"en": "note"},
    reweigh_at_bsa_change=D("0.10"),
    level_above_is_refused=D(30),
    first_adjustment_day=14,
    adjustment_every_months=1,
    bottle_days=30,
)

SLOT_RULES = SlotRules(
    morning=time(8),
    evening=time(20),
    min_gap_hours=D(9),
    max_gap_hours=D(15),
    zone_gap_min_hours=D(8),
    zone_gap_max_hours=D(16),
    on_time_hours=D(2),
    too_soon_hours=D(8),
    give_late_until_hours=D(6),
    log_back_hours=D(24),
    late_entry_after_hours=D(2),
    future_tolerance_minutes=5,
    undo_seconds=10,
    undo_grace_seconds=60,
    same_dose_within_minutes=30,
    vomit_call_clinic_minutes=30,
    vomit_irregular_minutes=120,
    alert_missed_in_a_row=2,
    alert_missed_count=3,
    alert_missed_in_days=7,
    silent_slots_alert=2,
)

TROUGH_RULES = TroughRules(
    valid_hours=closed("10", "14"),
    ideal_hours=closed("11", "13"),
    diary_window_hours=D(72),
    told_differs_beyond_minutes=30,
    steady_from_days=7,
    early_until_days=13,
    hold_slots_restart_count=2,
    max_gap_days_in_range=42,
    min_levels_for_cv=3,
    tiers=(
        ConcernTier("over_15", D(15), included=False, action="this_week"),
        ConcernTier("over_20", D(20), included=False, action="same_day"),
        ConcernTier("from_30", D(30), included=True, action="urgent"),
    ),
)

ADHERENCE_RULES = AdherenceRules(
    timing_hours=(D(1), D(2), D(3)),
    holiday_slots=2,
    long_holiday_slots=4,
    prompt_entry_hours=D(2),
    same_day_entry_hours=D(24),
    burst_entries=2,
    burst_within_minutes=30,
    burst_back_hours=D(6),
    burst_before_visit_days=3,
)
