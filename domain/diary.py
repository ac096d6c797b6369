"""The diary of one child: what became of each slot, folded from the entries (trial.md §5).

Two people who report the same dose are two witnesses of one dose. Contradictions are kept, not
resolved. A slot nobody reported on is unknown, which is not missed.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from domain.entries import Entry, Outcome, sort_out
from domain.lateness import hours
from domain.orders import OrderKind, OrderStep, orders_by_slot
from domain.protocol import SlotRules
from domain.slots import Slot, SlotKey


class SlotStatus(StrEnum):
    NOT_DUE = "not_due"
    GIVEN = "given"
    PARTIAL = "partial"
    VOMITED = "vomited"
    DOUBLED = "doubled"
    MISSED = "missed"
    HELD = "held"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ReportedDose:
    """One dose, with everything said about it. The first entry made is the nearest to it."""

    entries: tuple[Entry, ...]

    @property
    def outcome(self) -> Outcome:
        if len(self.entries) == 1:
            return self.entries[0].outcome
        told = {entry.outcome for entry in self.entries}
        worst_first = (Outcome.VOMITED, Outcome.PARTIAL, Outcome.GIVEN)
        return next(outcome for outcome in worst_first if outcome in told)

    @property
    def taken_at(self) -> datetime | None:
        for entry in self.entries:
            if entry.taken_at is not None:
                return entry.taken_at
        return None

    @property
    def entered_at(self) -> datetime:
        return self.entries[0].entered_at

    @property
    def time_entered_at(self) -> datetime:
        """When `taken_at` was written down: the dose may have been told before, without a time."""
        timed = (entry.entered_at for entry in self.entries if entry.taken_at)
        return next(timed, self.entered_at)

    @property
    def witnesses(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(entry.by for entry in self.entries))

    @property
    def share(self) -> Decimal | None:
        """The part of the prescribed dose that was given; None for a part nobody measured. A
        vomited dose was given (§8)."""
        if not any(entry.outcome is Outcome.PARTIAL for entry in self.entries):
            return min((entry.share for entry in self.entries if entry.share), default=Decimal(1))
        return min((entry.share for entry in self.entries if entry.share is not None), default=None)

    @property
    def vomited_after_minutes(self) -> int | None:
        """The shortest time told; None when it did not happen or nobody knows when."""
        told = [entry.vomited_after_minutes for entry in self.entries]
        return min((minutes for minutes in told if minutes is not None), default=None)


@dataclass(frozen=True, slots=True)
class SlotState:
    """What became of a slot. `order` is the one valid for it; `still_open` means that nobody has
    said anything yet and the dose could still be given."""

    slot: Slot
    status: SlotStatus
    order: OrderStep | None
    doses: tuple[ReportedDose, ...]
    entries: tuple[Entry, ...]
    superseded: tuple[Entry, ...]
    contradictory: bool
    still_open: bool

    @property
    def key(self) -> SlotKey:
        return self.slot.key

    @property
    def prescribed(self) -> bool:
        return self.order is not None and self.order.kind is OrderKind.DOSE

    @property
    def witnesses(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(entry.by for entry in self.entries))


def fold(
    slots: Iterable[Slot],
    entries: Iterable[Entry],
    history: Sequence[OrderStep],
    *,
    now: datetime,
    rules: SlotRules,
) -> tuple[SlotState, ...]:
    """The state of each slot, in the order of `slots`.

    Pass all entries of the child: a correction may come from another slot. A slot without an
    order is left out unless somebody reported on it.
    """
    parted = sort_out(entries)
    standing, superseded = _by_slot(parted.standing), _by_slot(parted.superseded)
    states: list[SlotState] = []
    order_of = orders_by_slot(history)
    for slot in slots:
        order = order_of(slot.key)
        told, old = standing.get(slot.key, ()), superseded.get(slot.key, ())
        if told or old or (order is not None and order.kind is not OrderKind.STOP):
            states.append(_state(slot, order, told, superseded=old, now=now, rules=rules))
    return tuple(states)


def distinct_doses(entries: Iterable[Entry], rules: SlotRules) -> tuple[ReportedDose, ...]:
    """Tell the doses behind the entries of one slot apart, in the order they were taken.

    Reports within `same_dose_within_minutes` of each other, or without a time, are one dose,
    unless a person was warned and meant a second dose.
    """
    told = sorted((entry for entry in entries if entry.tells_a_dose), key=_taken_order)
    if len(told) <= 1:
        return tuple(ReportedDose((entry,)) for entry in told)
    groups: list[list[Entry]] = []
    for entry in (entry for entry in told if not entry.second_dose):
        same = next((group for group in groups if _same_dose(group[0], entry, rules)), None)
        if same is None:
            groups.append([entry])
        else:
            same.append(entry)
    groups += [[entry] for entry in told if entry.second_dose]
    return tuple(_dose(group) for group in sorted(groups, key=lambda group: _taken_order(group[0])))


def _taken_order(entry: Entry) -> tuple[bool, datetime]:
    """By time taken; entries without one last, so that they join a dose with a time."""
    return (entry.taken_at is None, entry.taken_at or entry.entered_at)


def _same_dose(first: Entry, other: Entry, rules: SlotRules) -> bool:
    if first.taken_at is None or other.taken_at is None:
        return True
    apart = abs(other.taken_at - first.taken_at)
    return apart <= timedelta(minutes=rules.same_dose_within_minutes)


def _dose(group: Iterable[Entry]) -> ReportedDose:
    return ReportedDose(tuple(sorted(group, key=lambda entry: entry.entered_at)))


def _state(
    slot: Slot,
    order: OrderStep | None,
    told: tuple[Entry, ...],
    *,
    superseded: tuple[Entry, ...],
    now: datetime,
    rules: SlotRules,
) -> SlotState:
    doses = distinct_doses(told, rules)
    held = order is not None and order.kind is OrderKind.HOLD
    status = _told_status(doses, told, held=held) or _silent_status(slot, now, held=held)
    return SlotState(
        slot=slot,
        status=status,
        order=order,
        doses=doses,
        entries=told if len(told) < 2 else tuple(sorted(told, key=lambda one: one.entered_at)),
        superseded=superseded,
        contradictory=_contradictory(doses, told),
        still_open=status is SlotStatus.UNKNOWN
        and now <= slot.due_at + hours(rules.give_late_until_hours),
    )


def _told_status(
    doses: Sequence[ReportedDose], told: Sequence[Entry], *, held: bool
) -> SlotStatus | None:
    """The status that the entries give; None when they give none. A dose told counts even in a
    held slot; "missed" in a held slot says nothing."""
    if len(doses) > 1:
        return SlotStatus.DOUBLED
    if doses:
        return SlotStatus(doses[0].outcome)
    return SlotStatus.MISSED if told and not held else None


def _silent_status(slot: Slot, now: datetime, *, held: bool) -> SlotStatus:
    if held:
        return SlotStatus.HELD
    return SlotStatus.NOT_DUE if slot.due_at > now else SlotStatus.UNKNOWN


def _contradictory(doses: Sequence[ReportedDose], told: Sequence[Entry]) -> bool:
    """One says given and another missed, or one says all of it and another a part."""
    if len(told) <= 1:
        return False
    if doses and any(entry.outcome is Outcome.MISSED for entry in told):
        return True
    return any(
        {Outcome.GIVEN, Outcome.PARTIAL} <= {entry.outcome for entry in dose.entries}
        for dose in doses
    )


def _by_slot(entries: Iterable[Entry]) -> Mapping[SlotKey, tuple[Entry, ...]]:
    found: defaultdict[SlotKey, tuple[Entry, ...]] = defaultdict(tuple)
    for entry in entries:
        found[entry.slot] += (entry,)
    return found
