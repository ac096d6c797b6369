"""What a new entry means: the advice its author is shown, and what the clinic must know."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.diary import SlotState, SlotStatus
from domain.diary_alerts import AlertKind, diary_alerts
from domain.entries import DOSE_OUTCOMES, Entry, Outcome
from domain.lateness import is_too_soon
from domain.orders import OrderKind
from domain.protocol import Protocol
from domain.slots import SlotKey
from models.dose import DoseEntry
from services.alerts import Matter, matter
from services.diary import Diary

# these are told to the author too, in the words of the protocol
_ADVISED = ("doubled", "too_soon", "vomited_early", "dose_before_trough")


@dataclass(frozen=True, slots=True)
class Told:
    """A new entry among the others.

    `diary` is how it was before, `states` are folded with the entry, in order. `others` are the
    doses told for other slots and still standing; `before_trough` says that blood was to be taken
    first and nobody said that it was.
    """

    entry: Entry
    diary: Diary
    states: Sequence[SlotState]
    others: Sequence[Entry]
    before_trough: bool

    @property
    def state(self) -> SlotState | None:
        return next((state for state in self.states if state.key == self.entry.slot), None)


def matters_of(told: Told, protocol: Protocol) -> tuple[Matter, ...]:
    """Everything this entry gives the clinic reason to look at (trial.md §3, §5)."""
    codes = dict.fromkeys(_codes(told, protocol))
    name = slot_name(told.entry.slot)
    facts = {"slot_on": told.entry.slot.on, "half": told.entry.slot.half}
    return (
        *(matter(protocol, code, name, facts) for code in codes),
        *_missed(told, protocol),
    )


def advice_of(told: Told, protocol: Protocol) -> tuple[str, ...]:
    """Names of the protocol's texts that the author is shown, the most pressing first."""
    codes = set(_codes(told, protocol))
    found = [code for code in _ADVISED if code in codes]
    if told.entry.outcome is Outcome.VOMITED and "vomited_early" not in codes:
        found.append("vomited_later")
    if told.entry.outcome is Outcome.MISSED:
        found.append("missed")
    return tuple(found)


def slot_name(key: SlotKey) -> str:
    return f"{key.on.isoformat()}:{key.half}"


def write_advice(names: Sequence[str], protocol: Protocol) -> str | None:
    """As an entry keeps it: which texts, of which version."""
    return f"{'+'.join(names)}@{protocol.key}" if names else None


def read_advice(row: DoseEntry) -> tuple[str, ...]:
    """The names of the texts that were shown with an entry."""
    names = (row.advice_shown or "").partition("@")[0]
    return tuple(names.split("+")) if names else ()


def nearby_dose(
    claimed_at: datetime | None, others: Sequence[Entry], protocol: Protocol
) -> Entry | None:
    """The dose of another slot that is too close to this time, if one is."""
    if claimed_at is None:
        return None
    near = [
        entry
        for entry in others
        if entry.taken_at is not None and is_too_soon(entry.taken_at, claimed_at, protocol.slots)
    ]
    return max(near, key=lambda entry: entry.taken_at or entry.entered_at) if near else None


def _codes(told: Told, protocol: Protocol) -> Iterator[str]:
    entry, state = told.entry, told.state
    if entry.outcome not in DOSE_OUTCOMES:
        return
    if state is not None and state.status is SlotStatus.DOUBLED:
        yield "doubled"
    elif nearby_dose(entry.taken_at, told.others, protocol) is not None:
        yield "too_soon"
    if entry.outcome is Outcome.VOMITED and _vomited_early(entry, protocol):
        yield "vomited_early"
    if state is not None and state.order is not None and state.order.kind is not OrderKind.DOSE:
        yield "dose_in_hold"
    if told.before_trough:
        yield "dose_before_trough"


def _vomited_early(entry: Entry, protocol: Protocol) -> bool:
    """Nobody knows when is answered like soon: calling the clinic does no harm."""
    minutes = entry.vomited_after_minutes
    return minutes is None or minutes <= protocol.slots.vomit_call_clinic_minutes


def _missed(told: Told, protocol: Protocol) -> Iterator[Matter]:
    """Runs of missed doses that this entry belongs to."""
    if told.entry.outcome is not Outcome.MISSED:
        return
    for alert in diary_alerts(told.states, protocol.slots):
        wanted = alert.kind in {AlertKind.MISSED_IN_A_ROW, AlertKind.MISSED_OFTEN}
        if wanted and told.entry.slot in alert.slots:
            slots = [slot_name(key) for key in alert.slots]
            yield matter(protocol, alert.kind, slots[-1], {"slots": slots})
