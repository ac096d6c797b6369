"""What counts as late.

Three questions about a dose slot, each answered here and nowhere else (trial.md §5):

1. Nobody has said anything yet: should the dose still be given?   `moment`
2. A dose was given at this time: was it on time?                   `timing`
3. Somebody logs it now for then: may they, and is the entry late?  `admission`

and one about two doses: were they too close together? `is_too_soon`.
All times are instants in UTC, all limits come from the protocol; every limit itself still belongs
to the friendlier side.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

from domain.protocol import SlotRules


class Moment(StrEnum):
    """Where an unanswered slot stands now."""

    NOT_YET = "not_yet"  # earlier than its on-time window
    ON_TIME = "on_time"  # give it
    LATE = "late"  # give it now and keep the schedule
    TOO_LATE = "too_late"  # skip it, never double; what happened can still be logged
    MISSED_OPEN = "missed_open"  # nobody said what happened; only a correction request can


class Timing(StrEnum):
    """A given dose beside its slot."""

    EARLY = "early"
    ON_TIME = "on_time"
    LATE = "late"
    TOO_LATE = "too_late"


class Admission(StrEnum):
    """What the diary answers to an entry about the past."""

    ACCEPT = "accept"
    ACCEPT_LATE = "accept_late"  # kept and tagged
    NEEDS_CORRECTION_REQUEST = "needs_correction_request"  # the investigator decides
    REFUSE_FUTURE = "dose_in_the_future"


def moment(due_at: datetime, now: datetime, rules: SlotRules) -> Moment:
    """Should the dose of a slot nobody has reported on be given now?"""
    since_due = now - due_at
    if since_due < -hours(rules.on_time_hours):
        return Moment.NOT_YET
    if since_due <= hours(rules.on_time_hours):
        return Moment.ON_TIME
    if since_due <= hours(rules.give_late_until_hours):
        return Moment.LATE
    if since_due <= hours(rules.log_back_hours):
        return Moment.TOO_LATE
    return Moment.MISSED_OPEN


def timing(due_at: datetime, taken_at: datetime, rules: SlotRules) -> Timing:
    """Was a dose that was given at `taken_at` on time for its slot?"""
    since_due = taken_at - due_at
    if since_due < -hours(rules.on_time_hours):
        return Timing.EARLY
    if since_due <= hours(rules.on_time_hours):
        return Timing.ON_TIME
    if since_due <= hours(rules.give_late_until_hours):
        return Timing.LATE
    return Timing.TOO_LATE


def admission(claimed_at: datetime, recorded_at: datetime, rules: SlotRules) -> Admission:
    """May a caregiver say at `recorded_at` what happened at `claimed_at`?

    `recorded_at` is when the words were entered: for an entry made offline the phone's own time
    (put right by its clock offset), else now. A missed dose is claimed for the time it was due.
    """
    if claimed_at - recorded_at > timedelta(minutes=rules.future_tolerance_minutes):
        return Admission.REFUSE_FUTURE
    if recorded_at - claimed_at > hours(rules.log_back_hours):
        return Admission.NEEDS_CORRECTION_REQUEST
    if is_late_entry(claimed_at, recorded_at, rules):
        return Admission.ACCEPT_LATE
    return Admission.ACCEPT


def is_late_entry(claimed_at: datetime, recorded_at: datetime, rules: SlotRules) -> bool:
    """Is an entry tagged "late": written down long after what it tells?"""
    return recorded_at - claimed_at > hours(rules.late_entry_after_hours)


def is_too_soon(one_at: datetime, other_at: datetime, rules: SlotRules) -> bool:
    """Are two doses closer together than is safe? In either order: entries may arrive late."""
    return abs(other_at - one_at) < hours(rules.too_soon_hours)


@lru_cache(maxsize=256)
def hours(number: Decimal) -> timedelta:
    """Hours of the protocol as an exact duration (to the microsecond)."""
    return timedelta(microseconds=int(number * 3_600_000_000))
