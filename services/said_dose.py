"""What a person says of one dose, and whether the words fit together."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from domain.entries import DOSE_OUTCOMES, Channel, DoseSource, Outcome
from domain.lateness import Admission, admission
from domain.protocol import Protocol
from domain.slots import SlotKey
from services.errors import RefusedError

# a machine with a token is one of the hospital's
_OF_THE_CLINIC = frozenset({Channel.CLINIC, Channel.API})


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidDose:
    """One statement about one dose, in whatever way it came in.

    `slot` None means the slot nearest to the time. `just_now` means "given at this moment": the
    time is then `entered_at`; otherwise a `taken_at` of None says that nobody knows the time.
    `entered_at` is the phone's time, `clock_offset_seconds` what its clock is ahead by, if known.
    `second_dose` says that the person saw the warning and means another dose of the slot (with the
    reason), `knows_too_soon` that they saw how short ago the last dose was. Amounts in mL, only
    for a partial dose. Outcome `retracted` is for corrections: the entry should not be there.
    `source` says where the clinic, or a machine of it, knows the dose from.
    """

    client_id: uuid.UUID
    entered_at: datetime
    channel: Channel
    slot: SlotKey | None = None
    outcome: Outcome = Outcome.GIVEN
    taken_at: datetime | None = None
    just_now: bool = False
    given_ml: Decimal | None = None
    vomited_after_minutes: int | None = None
    missed_reason: str | None = None
    second_dose: bool = False
    second_dose_reason: str | None = None
    knows_too_soon: bool = False
    note: str | None = None
    entered_zone: str | None = None
    clock_offset_seconds: int | None = None
    source: DoseSource | None = None

    @property
    def tells_a_dose(self) -> bool:
        return self.outcome in DOSE_OUTCOMES

    @property
    def entered_at_true(self) -> datetime:
        """When it was written down, by a clock that is right."""
        return self.entered_at - timedelta(seconds=self.clock_offset_seconds or 0)

    @property
    def claimed_at(self) -> datetime | None:
        return self.entered_at_true if self.just_now else self.taken_at

    @property
    def words(self) -> str | None:
        """The reason of a second dose and the note, as they are kept."""
        return "\n".join(text for text in (self.second_dose_reason, self.note) if text) or None


def content(said: SaidDose) -> Mapping[str, object]:
    """What must be the same when the same client id arrives again, by column. A time or slot that
    the server filled in is not part of it."""
    told: dict[str, object] = {
        "outcome": said.outcome,
        "vomited_after_minutes": said.vomited_after_minutes,
        "missed_reason": said.missed_reason,
        "is_second_dose": said.second_dose,
        "note": said.words,
        "source": said.source,
    }
    if said.slot is not None:
        told |= {"slot_on": said.slot.on, "half": said.slot.half}
    if not said.just_now:
        told["taken_at"] = said.taken_at
    if said.outcome is Outcome.PARTIAL:
        told["given_ml"] = said.given_ml
    return told


def check_words(said: SaidDose, protocol: Protocol) -> None:
    """Do outcome and fields fit together? Raises RefusedError naming the field that does not."""
    if said.given_ml is not None and said.outcome is not Outcome.PARTIAL:
        raise RefusedError("only_for_partial", "given_ml")
    if said.vomited_after_minutes is not None and said.outcome is not Outcome.VOMITED:
        raise RefusedError("only_for_vomited", "vomited_after_minutes")
    if said.vomited_after_minutes is not None and said.vomited_after_minutes < 0:
        raise RefusedError("out_of_range", "vomited_after_minutes")
    if said.missed_reason is not None and said.outcome is not Outcome.MISSED:
        raise RefusedError("only_for_missed", "missed_reason")
    if said.missed_reason is not None and said.missed_reason not in protocol.missed_reasons:
        raise RefusedError("not_a_choice", "missed_reason")
    if said.source is not None and said.channel not in _OF_THE_CLINIC:
        raise RefusedError("only_for_the_clinic", "source")
    if not said.tells_a_dose:
        _check_no_dose(said)


def _check_no_dose(said: SaidDose) -> None:
    if said.claimed_at is not None:
        raise RefusedError("only_for_a_dose", "taken_at")
    if said.second_dose:
        raise RefusedError("only_for_a_dose", "second_dose")


def check_amount(said: SaidDose, ordered_ml: Decimal | None) -> None:
    """A part is more than nothing and not more than the ordered dose. RefusedError otherwise."""
    if said.given_ml is None:
        return
    if said.given_ml <= 0 or (ordered_ml is not None and said.given_ml > ordered_ml):
        raise RefusedError("more_than_ordered", "given_ml", ordered_ml=ordered_ml)


def admit(said: SaidDose, due_at: datetime, protocol: Protocol, now: datetime) -> bool:
    """May it be said now of then (trial.md §5)? Returns whether it is a late entry.

    Raises RefusedError `dose_in_the_future` and `needs_correction_request` on field `taken_at`.
    How far back the clinic may enter is for services/clinic_entries.py.
    """
    recorded_at = min(said.entered_at_true, now)
    claimed_at = said.claimed_at or _claim_without_time(said, due_at, recorded_at)
    answer = admission(claimed_at, recorded_at, protocol.slots)
    if answer is Admission.REFUSE_FUTURE:
        raise RefusedError("slot_not_due" if said.claimed_at is None else answer, "taken_at")
    _check_vomit(said, claimed_at, recorded_at, protocol)
    if answer is Admission.NEEDS_CORRECTION_REQUEST and said.channel is not Channel.CLINIC:
        raise RefusedError(answer, "taken_at")
    return answer is not Admission.ACCEPT


def _claim_without_time(said: SaidDose, due_at: datetime, recorded_at: datetime) -> datetime:
    """A missed dose is claimed for the time it was due; anything else at the latest for now."""
    return due_at if said.outcome is Outcome.MISSED else min(due_at, recorded_at)


def _check_vomit(
    said: SaidDose, claimed_at: datetime, recorded_at: datetime, protocol: Protocol
) -> None:
    if said.claimed_at is None or not said.vomited_after_minutes:
        return
    since_dose = recorded_at - claimed_at
    room = timedelta(minutes=protocol.slots.future_tolerance_minutes)
    if timedelta(minutes=said.vomited_after_minutes) > since_dose + room:
        raise RefusedError("vomit_in_the_future", "vomited_after_minutes")
